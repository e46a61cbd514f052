"""Forms of which some fields are shown at once, and the others folded away."""

from typing import Any, ClassVar

from django import forms


class Laid(forms.Form):
    """A form whose `MAIN` fields are shown at once. Fields of many choices stand in full width."""

    MAIN: ClassVar[tuple[str, ...]] = ()

    @property
    def several(self) -> list[Any]:
        """The fields of many choices that are shown at once."""
        return [self[name] for name in self.MAIN if self._is_several(name)]

    @property
    def main(self) -> list[Any]:
        """The other fields that are shown at once."""
        return [self[name] for name in self.MAIN if not self._is_several(name)]

    @property
    def more(self) -> list[Any]:
        """The fields that are folded away."""
        return [self[name] for name in self._folded() if not self._is_several(name)]

    @property
    def several_more(self) -> list[Any]:
        """The fields of many choices that are folded away."""
        return [self[name] for name in self._folded() if self._is_several(name)]

    def _folded(self) -> list[str]:
        return [name for name in self.fields if name not in self.MAIN]

    def _is_several(self, name: str) -> bool:
        return isinstance(
            self.fields[name].widget, forms.CheckboxSelectMultiple | forms.RadioSelect
        )
