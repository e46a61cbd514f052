"""What is typed about agents and other sources."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.bus.mqtt import group_problem
from deungdae.web.companies.models import Site
from deungdae.web.core.scope import Scope
from deungdae.web.plant import speech
from deungdae.web.plant.forms.fields import TagField


class _OfASite(forms.Form):
    """Something with a name, at a site; a company with one site is not asked for it."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    site = forms.ChoiceField(label=_lazy("Site"))

    def __init__(self, scope: Scope, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sites = {str(site.public_id): site for site in Site.objects.here(scope)}
        field = self.fields["site"]
        field.choices = [(key, site.name) for key, site in self._sites.items()]
        if len(self._sites) == 1:
            field.widget, field.required = forms.HiddenInput(), False

    def clean_name(self) -> str:
        """Refuse signs that nobody sees."""
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise ValidationError(_("The name holds a sign that cannot be shown."))
        return name

    def clean_site(self) -> Site:
        """Return the site; the first where none was asked for."""
        chosen = self.cleaned_data.get("site") or next(iter(self._sites), "")
        if chosen not in self._sites:
            raise ValidationError(_("Choose a site."))
        return self._sites[chosen]


class AgentForm(_OfASite):
    """What a plant PC is called, and where it stands."""

    field_order = ("name", "site")

    def __init__(self, scope: Scope, *args: Any, **options: Any) -> None:
        super().__init__(scope, *args, **options)
        self.fields["name"].help_text = _("Of the PC at the machines, such as PC of line 1.")


class SourceForm(_OfASite):
    """A program that writes line protocol."""

    bucket = forms.CharField(
        label=_lazy("Bucket"),
        max_length=100,
        initial="plant",
        help_text=_lazy("As the program will name it. What it writes elsewhere is refused."),
    )
    prefix = TagField(
        label=_lazy("Beginning of the tags"),
        help_text=_lazy("Such as line2. Measurement, tags and field follow it."),
        widget=forms.TextInput(attrs={"placeholder": "line2"}),
    )

    def __init__(self, scope: Scope, *args: Any, **options: Any) -> None:
        super().__init__(scope, *args, **options)
        self.fields["name"].help_text = _("Of the program or of the PC that runs it.")

    def clean_bucket(self) -> str:
        """Refuse signs that nobody sees."""
        bucket: str = self.cleaned_data["bucket"]
        if not bucket.isprintable():
            raise ValidationError(_("The name holds a sign that cannot be shown."))
        return bucket


class GroupForm(_OfASite):
    """A group of Sparkplug nodes."""

    group = forms.CharField(
        label=_lazy("Group id"),
        max_length=100,
        help_text=_lazy("The one that is set at the nodes; each group belongs to one company."),
    )

    def __init__(self, scope: Scope, *args: Any, **options: Any) -> None:
        super().__init__(scope, *args, **options)
        self.fields["name"].help_text = _("What it is, such as injection moulding, line 3.")

    def clean_group(self) -> str:
        """Refuse what no broker takes."""
        group: str = self.cleaned_data["group"]
        problem = group_problem(group)
        if problem is not None:
            raise ValidationError(speech.words().say_message(problem))
        return group
