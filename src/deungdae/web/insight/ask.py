"""What every question that is put to a file has in common."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from deungdae.web.core.form_kind import FormKind
from deungdae.web.insight.laid import Laid
from deungdae.web.insight.proposals import Proposals

Limits = Mapping[str, tuple[float | None, float | None, float | None]]


class Ask(Laid, metaclass=FormKind):
    """What is asked of a file; without a column of numbers nothing, where `NUMBERS` says so."""

    NUMBERS: ClassVar[bool] = True

    def __init__(self, data: Any, *, proposed: Proposals, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.proposed = proposed

    @abstractmethod
    def options(self) -> dict[str, Any]:
        """Return what was told, as the method's job takes it; what was left open is left out."""

    def limits(self) -> Limits:
        """Return the specification limits that were told, to be remembered."""
        return {}

    def _one_of(self, name: str, names: list[str], none: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", none), *self.proposed.choices(names)]

    def _told(self, *names: str) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given[name] for name in names if given.get(name) not in (None, "", [])}
