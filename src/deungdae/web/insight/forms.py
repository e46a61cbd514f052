"""What a person may say about a file, checked against what the file holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from deungdae.web.insight.answers import ONE, SEVERAL, known_names
from deungdae.web.insight.models import Upload


class Correction(forms.Form):
    """One correction: `value` for one name, `toggle` to add or take away one of several.

    `guess` takes the answer back; `none` says that there is nothing of the kind. `current` is what
    holds now, told or guessed: a toggle changes that.
    """

    what = forms.ChoiceField(choices=[(name, name) for name in ONE + SEVERAL])
    value = forms.CharField(required=False, strip=False)
    toggle = forms.CharField(required=False, strip=False)
    guess = forms.BooleanField(required=False)
    none = forms.BooleanField(required=False)

    def __init__(
        self, data: Any, *, upload: Upload, current: dict[str, Any], values: set[str]
    ) -> None:
        super().__init__(data)
        self._known = known_names(upload, values)
        self._current = current

    def clean(self) -> dict[str, Any]:
        """Raise a form error for a name that the file does not hold."""
        given = super().clean() or {}
        what = given.get("what")
        if what is None:
            return given
        named = given.get("toggle") if what in SEVERAL else given.get("value")
        if not (given.get("guess") or given.get("none")) and named not in self._known[what]:
            raise forms.ValidationError(_("This file holds nothing of that name."))
        return given

    def answer(self) -> dict[str, Any]:
        """Return the correction as `CorrectUpload` takes it."""
        given = self.cleaned_data
        what = given["what"]
        if given["guess"]:
            return {what: None}
        if given["none"] and what in SEVERAL:
            return {what: []}
        if what in ONE:
            return {what: given["value"]}
        chosen = list(self._current.get(what) or ())
        if given["toggle"] in chosen:
            chosen.remove(given["toggle"])
        else:
            chosen.append(given["toggle"])
        return {what: chosen}
