"""How a machine is reached, and what is written down of it by hand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.plant import chosen
from deungdae.web.plant.actions.tag_rows import Said
from deungdae.web.plant.forms.fields import TagField, field_of, table_of
from deungdae.web.plant.machines import OPCUA, Kind, Option

_SECURED: Final = ("certificate_file", "key_file", "application_uri")
_OF_SECURITY: Final = (*_SECURED, "mode", "server_certificate_file")
BELOW: Final = "_below"  #: where a driver keeps line and asset for the pages alone
MOST_UNIT: Final = 20


class MachineForm(forms.Form):
    """How a machine is called and reached."""

    name = forms.CharField(
        label=_lazy("Name of the machine"),
        max_length=60,
        help_text=_lazy("As people call it, such as press 3."),
    )

    def __init__(
        self, kind: Kind, prefix: str, driver: Mapping[str, Any] | None, taken: Iterable[str],
        *args: Any, edge: str = "", **options: Any,
    ) -> None:  # fmt: skip
        typed = _usual(kind, edge)
        if driver is not None:
            typed |= {**driver, "below": driver.get(BELOW, "")}
        super().__init__(*args, initial=typed, **options)
        self.kind, self._driver, self._taken = kind, driver, set(taken)
        if driver is not None:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = ""
        if kind is OPCUA:
            self.fields["below"] = TagField(
                prefix,
                label=_("Line and asset"),
                help_text=_("Proposed names of tags begin with it."),
                widget=forms.TextInput(attrs={"placeholder": "line1/press3"}),
            )
        for option in kind.options:
            self.fields[option.name] = field_of(option, prefix)

    @property
    def main(self) -> list[forms.BoundField]:
        """The fields that everybody needs."""
        more = {option.name for option in self.kind.options if option.more}
        return [self[name] for name in self.fields if name not in more]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields that few need."""
        return [self[option.name] for option in self.kind.options if option.more]

    @property
    def more_wrong(self) -> bool:
        """Whether something is wrong among them."""
        return any(field.errors for field in self.more)

    def clean_name(self) -> str:
        """Keep the machines of an agent apart."""
        name: str = self.cleaned_data["name"]
        if not name.isprintable() or "/" in name:
            raise ValidationError(_("The name holds a sign that cannot be shown, or a slash."))
        if self._driver is None and name in self._taken:
            raise ValidationError(_("There is a machine with this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        """Hold to one another what belongs together."""
        told = super().clean() or self.cleaned_data
        if self.kind is OPCUA:
            url = told.get("url", "")
            if url and (not url.startswith("opc.tcp://") or "@" in url):
                self.add_error("url", _("The address must be like opc.tcp://192.168.0.20:4840."))
            if told.get("security") not in (None, "none"):
                self._need(told, _SECURED, _("Security needs the agent's certificate."))
        if told.get("layout") == "long":
            self._need(told, ("tag_column", "value_column"), _("This layout needs it."))
        if "tls" in told and not told["tls"] and told.get("password_file"):
            self.add_error(
                "password_file", _("Without TLS the password would travel in plain words.")
            )
        if "query" in told and ":after" not in told["query"]:
            self.add_error(
                "query", _("The question must hold :after, or every row would come again.")
            )
        return told

    def driver(self) -> dict[str, Any]:
        """Return the driver's table, with what was chosen of the machine before."""
        told = self.cleaned_data
        table = {"kind": self.kind.code, "name": told["name"], **table_of(self._asked(), told)}
        if self.kind is OPCUA:
            table["security"] = told["security"]
            table[BELOW] = told["below"]
        for part in ("node", "value", "topic"):
            if self._driver is not None and part in self._driver:
                table[part] = self._driver[part]
        return table

    def _asked(self) -> list[Option]:
        told = self.cleaned_data
        left_out: set[str] = set()
        if told.get("security") == "none":
            left_out |= set(_OF_SECURITY)
        if told.get("layout", "long") != "long":
            left_out |= {"tag_column", "value_column"}
        return [option for option in self.kind.options if option.name not in left_out]

    def _need(self, told: Mapping[str, Any], names: Sequence[str], sentence: str) -> None:
        for name in names:
            if not told.get(name) and name not in self.errors:
                self.add_error(name, sentence)


def _usual(kind: Kind, edge: str) -> dict[str, str]:
    """Return what stands in the form at first: the files that the agent makes by itself."""
    if kind is not OPCUA:
        return {}
    return {
        "certificate_file": "opcua-client.der",
        "key_file": "opcua-client.pem",
        "application_uri": f"urn:deungdae:edge:{edge}",
    }


class PartForm(forms.Form):
    """One register of a Modbus device, or one topic of a broker."""

    def __init__(self, *args: Any, kind: Kind, of_site: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        self.value: Any = None  #: what was found there when it was tried
        for option in kind.parts:
            self.fields[option.name] = field_of(option, of_site)
            if option.name == "address":  # an empty row has none
                self.fields[option.name].initial = None
        if kind.part == "value":
            self.fields["said_unit"] = forms.CharField(
                label=_("Unit"), max_length=MOST_UNIT, required=False
            )

    def has_changed(self) -> bool:
        """A row in which nothing but choices stands is empty."""
        return any(
            self.data.get(self.add_prefix(option.name), "").strip()
            for option in self.kind.parts
            if option.type not in ("choice", "switch")
        )

    def clean(self) -> dict[str, Any]:
        """Hold to one another what belongs together."""
        told = super().clean() or self.cleaned_data
        if self.kind.part == "topic":
            json = told.get("payload") == "json"
            if json and not told.get("fields"):
                self.add_error("fields", _("Name the members of the JSON that are values."))
            if not json and (told.get("fields") or told.get("time_field")):
                self.add_error("payload", _("Only JSON has members."))
            return told
        bits = told.get("table") in ("coil", "discrete")
        kind = told.get("type") or ("bool" if bits else "")
        if not kind:
            self.add_error("type", _("Choose how the number is written in the registers."))
        if bits and (kind != "bool" or told.get("bit") is not None):
            self.add_error("type", _("Coils and discrete inputs are bits by themselves."))
        elif kind != "bool" and told.get("bit") is not None:
            self.add_error("bit", _("Only a value of the type bool has a bit."))
        if kind == "bool" and (told.get("scale") is not None or told.get("offset") is not None):
            self.add_error("scale", _("A bit has neither."))
        return told

    def table(self) -> dict[str, Any]:
        """Return the table of this part."""
        return table_of(self.kind.parts, self.cleaned_data)


class Parts(forms.BaseFormSet):
    """All registers of a device, or all topics of a broker, and room for a few more."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Let every row be empty: one that is emptied is taken out."""
        super().add_fields(form, index)
        form.empty_permitted, form.use_required_attribute = True, False

    def clean(self) -> None:
        """Keep the tags apart; two topics may share the beginning of theirs."""
        if any(self.errors) or not self.forms or self.forms[0].kind.part == "topic":
            return
        seen: set[str] = set()
        for form in self.written():
            tag = form.cleaned_data["tag"]
            if tag in seen:
                form.add_error("tag", _("This tag stands here twice."))
            seen.add(tag)

    def written(self) -> list[PartForm]:
        """The rows in which something stands."""
        return [form for form in self.forms if form.has_changed()]

    def tables(self) -> list[dict[str, Any]]:
        """Return what was written, as the driver takes it."""
        return [form.table() for form in self.written()]

    def said(self) -> list[Said]:
        """Return the units that were written."""
        return [
            Said(form.cleaned_data["tag"], unit=form.cleaned_data["said_unit"])
            for form in self.written()
            if form.cleaned_data.get("said_unit")
        ]


def parts_of(
    kind: Kind, prefix: str, driver: Mapping[str, Any], units: Mapping[str, str],
    data: Any = None, *, extra: int = 3,
) -> Any:  # fmt: skip
    """Return the rows of a machine as they are, or as they were typed."""
    rows = [{**row, "said_unit": units.get(row["tag"], "")} for row in driver.get(kind.part, ())]
    made = forms.formset_factory(
        PartForm, formset=Parts, extra=extra if data is None else 0, max_num=1000,
        absolute_max=1000,
    )  # fmt: skip
    return made(data, initial=rows, prefix="part", form_kwargs={"kind": kind, "of_site": prefix})


def named(driver: Mapping[str, Any]) -> str:
    """Return the name of a machine."""
    return chosen.name_of(driver)
