"""What is typed about an alarm. Each kind has fields of its own beside those of all."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.alarms import watched
from deungdae.web.alarms.models import AlarmRule, TellingPolicy
from deungdae.web.alarms.shown.conditions import STATES
from deungdae.web.alarms.shown.one import priority_word
from deungdae.web.core.form_kind import FormKind
from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Asset
from deungdae.web.plant.copies import microseconds
from deungdae.web.plant.forms.fields import TextsField

LONGEST_SECONDS: Final = 86_400.0
LONGEST_REFERENCE: Final = timedelta(days=35)
PATTERNS: Final[Mapping[str, list[str]]] = {
    "limits": ["n1"],
    "usual": ["n1", "n2"],
    "nelson": ["n1", "n2", "n3", "n5", "n6"],
}


def _number(label: Any, help_text: Any = "", **options: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        **options,
    )


def _seconds(label: Any, help_text: Any = "", **options: Any) -> forms.FloatField:
    return _number(label, help_text, min_value=0, max_value=LONGEST_SECONDS, **options)


class RuleForm(forms.Form, metaclass=FormKind):
    """What all kinds have in common."""

    kind = ""
    about_a_tag = True

    name = forms.CharField(
        label=_lazy("Name"),
        max_length=100,
        help_text=_lazy("As people on the floor call it, such as: heater 3 too hot."),
    )
    tag = forms.CharField(
        label=_lazy("Tag"),
        max_length=500,
        widget=forms.TextInput(
            attrs={"spellcheck": "false", "autocomplete": "off", "list": "known-tags"}
        ),
    )
    asset = forms.ModelChoiceField(
        Asset.objects.none(),
        label=_lazy("Machine or line"),
        required=False,
        empty_label=_lazy("that of the tag's name"),
    )
    priority = forms.ChoiceField(
        label=_lazy("How soon must somebody act?"), widget=forms.RadioSelect, initial="medium"
    )
    meaning = forms.CharField(
        label=_lazy("What it means"),
        required=False,
        max_length=1000,
        help_text=_lazy("What happens to the product or the machine if nobody acts."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    remedy = forms.CharField(
        label=_lazy("What to do"),
        required=False,
        max_length=1000,
        help_text=_lazy("What the night shift can do by itself, and whom to call."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    latching = forms.BooleanField(
        label=_lazy("Stays on the list until somebody resets it, though all is normal again"),
        required=False,
    )
    policy = forms.ModelChoiceField(
        TellingPolicy.objects.none(),
        label=_lazy("Who is told"),
        required=False,
        empty_label=_lazy("as usual"),
        to_field_name="public_id",
    )
    causes = forms.MultipleChoiceField(
        label=_lazy("Alarms that it brings about"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("They are then told together, with this one at the head."),
    )

    def __init__(
        self, scope: Scope, *args: Any, rule: AlarmRule | None = None, **options: Any
    ) -> None:
        if rule is not None:
            options["initial"] = self.initial_of(rule) | (options.get("initial") or {})
        super().__init__(*args, **options)
        self._assets = list(
            Asset.objects.here(scope).filter(retired_at=None).select_related("line")
        )
        self.fields["asset"].queryset = Asset.objects.here(scope).filter(retired_at=None)
        self.fields["priority"].choices = [
            (name, priority_word(name)) for name in ("high", "medium", "low")
        ]
        self.fields["policy"].queryset = TellingPolicy.objects.here(scope).filter(retired_at=None)
        others = AlarmRule.objects.here(scope).filter(retired_at=None)
        if rule is not None:
            others = others.exclude(pk=rule.pk)
        choices = [(str(one.public_id), one.name) for one in others.order_by("name")]
        if choices:
            self.fields["causes"].choices = choices
        else:
            del self.fields["causes"]
        if not self.about_a_tag:
            del self.fields["tag"]
            self.fields["asset"].required = True
            self.fields["asset"].empty_label = _("choose one")

    @classmethod
    def initial_of(cls, rule: AlarmRule) -> dict[str, Any]:
        """Return what stands in the fields of a rule that is changed."""
        return {
            "name": rule.name,
            "tag": rule.tag,
            "asset": rule.asset_id,
            "priority": rule.priority,
            "meaning": rule.meaning,
            "remedy": rule.remedy,
            "latching": rule.latching,
            "policy": rule.policy_id,
            "causes": rule.causes,
            **cls.typed(rule.condition),
        }

    @classmethod
    def typed(cls, condition: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a condition as they are typed."""
        return dict(condition)

    @abstractmethod
    def condition(self) -> dict[str, Any]:
        """Return the condition as the monitor reads it."""

    def _asset(self) -> Asset | None:
        """Return the machine that was chosen, or the one below whose path the tag lies."""
        chosen: Asset | None = self.cleaned_data.get("asset")
        tag = self.cleaned_data.get("tag") or ""
        if chosen is not None or not tag:
            return chosen
        below = [one for one in self._assets if one.path and tag.startswith(f"{one.path}/")]
        return max(below, key=lambda one: len(one.path), default=None)

    def values(self) -> dict[str, Any]:
        """Return what an action is given."""
        policy = self.cleaned_data.get("policy")
        return {
            "name": self.cleaned_data["name"],
            "kind": self.kind,
            "tag": self.cleaned_data.get("tag") or "",
            "asset": self._asset(),
            "watch": None,
            "condition": self.condition(),
            "priority": self.cleaned_data["priority"],
            "latching": self.cleaned_data["latching"],
            "policy_id": policy.public_id if policy else None,
            "causes": self.cleaned_data.get("causes") or [],
            "meaning": self.cleaned_data["meaning"],
            "remedy": self.cleaned_data["remedy"],
        }

    def _given(self, *names: str) -> dict[str, Any]:
        found = {name: self.cleaned_data.get(name) for name in names}
        return {name: value for name, value in found.items() if value not in (None, "", False)}


class _Lasting(RuleForm):
    on_seconds = _seconds(
        _lazy("Has to last (s)"),
        _lazy("Shorter than that it does not come. A few seconds take most false alarms away."),
        required=False,
        initial=5,
    )
    only_running = forms.BooleanField(
        label=_lazy("Only while the machine runs"),
        required=False,
        help_text=_lazy("What stands cools down and empties: no alarm is needed of that."),
    )

    def clean(self) -> dict[str, Any]:
        """Make sure that there is a machine that may run."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("only_running") and self._asset() is None:
            self.add_error("only_running", _("Choose the machine above; nobody knows which one."))
        return cleaned


class LimitsForm(_Lasting):
    """A value beyond its limits."""

    kind = "limits"
    high = _number(_lazy("Too high above"), required=False)
    low = _number(_lazy("Too low below"), required=False)
    deadband = _number(
        _lazy("Deadband"),
        _lazy("It is over only when the value is back inside by this much."),
        required=False,
        min_value=0,
    )
    field_order = (
        "tag", "asset", "high", "low", "deadband", "on_seconds", "only_running", "name",
        "priority",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Make sure that there is a limit, and that the two leave room."""
        cleaned = super().clean()
        high, low = cleaned.get("high"), cleaned.get("low")
        if high is None and low is None and not {"high", "low"} & self.errors.keys():
            raise ValidationError(_("Type at least one limit."))
        if high is not None and low is not None and low >= high:
            self.add_error("low", _("The lower limit has to be below the upper one."))
        return cleaned

    def condition(self) -> dict[str, Any]:
        """Return the condition as the monitor reads it."""
        found = self._given("deadband", "on_seconds", "only_running")
        limits = {name: self.cleaned_data.get(name) for name in ("high", "low")}
        return found | {name: value for name, value in limits.items() if value is not None}


class RateForm(_Lasting):
    """A value that changes too fast."""

    kind = "rate"
    per_minute = _number(_lazy("Changes by more than, a minute"), min_value=1e-9)
    over_seconds = _seconds(
        _lazy("Looked at over (s)"), _lazy("Longer spans even short waves out."), initial=60
    )
    field_order = (
        "tag", "asset", "per_minute", "over_seconds", "on_seconds", "only_running", "name",
        "priority",
    )  # fmt: skip

    def condition(self) -> dict[str, Any]:
        """Return the condition as the monitor reads it."""
        return self._given("per_minute", "over_seconds", "on_seconds", "only_running")


class StaleForm(RuleForm):
    """A value that no longer comes."""

    kind = "stale"
    after_seconds = _number(
        _lazy("No value for (s)"), min_value=10, max_value=LONGEST_SECONDS, initial=60
    )
    field_order = ("tag", "asset", "after_seconds", "name", "priority")

    def condition(self) -> dict[str, Any]:
        """Return the condition as the monitor reads it."""
        return self._given("after_seconds")


class OneOfForm(_Lasting):
    """A certain value or text."""

    kind = "one_of"
    values_ = TextsField(
        label=_lazy("The value is one of"),
        max_length=500,
        help_text=_lazy("Separated by commas, such as: fault, emergency stop. Numbers count too."),
    )
    field_order = ("tag", "asset", "values_", "on_seconds", "only_running", "name", "priority")

    @classmethod
    def typed(cls, condition: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a condition as they are typed."""
        return {**condition, "values_": [str(one) for one in condition.get("values", ())]}

    def condition(self) -> dict[str, Any]:
        """Return the condition as the monitor reads it."""
        values: list[str | int] = list(self.cleaned_data["values_"])
        # Of a number both are meant: what a machine sends as text, and as number.
        values += [int(one) for one in self.cleaned_data["values_"] if _whole(one)]
        return self._given("on_seconds", "only_running") | {"values": values}


class MachineForm(RuleForm):
    """A machine that stands."""

    kind = "machine"
    about_a_tag = False
    states = forms.MultipleChoiceField(
        label=_lazy("It counts when the machine"),
        choices=STATES,
        widget=forms.CheckboxSelectMultiple,
        initial=["stopped", "down"],
    )
    after_minutes = _number(_lazy("For longer than (min)"), min_value=0, max_value=1440, initial=3)
    field_order = ("asset", "states", "after_minutes", "name", "priority")

    @classmethod
    def typed(cls, condition: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a condition as they are typed."""
        return {**condition, "after_minutes": (condition.get("after_seconds") or 0) / 60}

    def condition(self) -> dict[str, Any]:
        """Return the condition as the monitor reads it."""
        return {
            "states": self.cleaned_data["states"],
            "after_seconds": round(self.cleaned_data["after_minutes"] * 60, 3),
        }


class SpcForm(RuleForm):
    """A value that leaves its usual pattern."""

    kind = "spc"
    reference_from = forms.DateTimeField(
        label=_lazy("A good time: from"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_lazy("When the machine ran well; what was usual then counts as normal."),
    )
    reference_to = forms.DateTimeField(
        label=_lazy("to"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    every_seconds = _number(
        _lazy("Means of (s)"),
        _lazy("One point of the chart is the mean of so many seconds."),
        min_value=1,
        max_value=3600,
        initial=60,
    )
    pattern = forms.ChoiceField(
        label=_lazy("It comes when the mean"),
        choices=(
            ("limits", _lazy("is farther off than chance explains")),
            ("usual", _lazy("is far off, or stays on one side nine times in a row")),
            ("nelson", _lazy("shows any of the usual patterns (runs, trends, two of three …)")),
        ),
        initial="usual",
    )
    field_order = (
        "tag", "asset", "reference_from", "reference_to", "every_seconds", "pattern", "name",
        "priority",
    )  # fmt: skip

    @classmethod
    def typed(cls, condition: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a condition as they are typed."""
        zone = timezone.get_current_timezone()
        start, end = (
            timezone.datetime.fromtimestamp(at / 1e6, zone)
            for at in condition.get("reference", (0, 0))
        )
        patterns = [name for name, rules in PATTERNS.items() if rules == condition.get("rules")]
        return {
            "reference_from": start,
            "reference_to": end,
            "every_seconds": condition.get("every_seconds"),
            "pattern": patterns[0] if patterns else "usual",
        }

    def clean(self) -> dict[str, Any]:
        """Make sure that the good time is one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("reference_from"), cleaned.get("reference_to")
        if start and end and not start < end <= min(start + LONGEST_REFERENCE, timezone.now()):
            self.add_error(
                "reference_to", _("The good time has to be over, and 35 days long at most.")
            )
        return cleaned

    def condition(self) -> dict[str, Any]:
        """Return the condition as the monitor reads it."""
        start, end = self.cleaned_data["reference_from"], self.cleaned_data["reference_to"]
        return {
            "every_seconds": self.cleaned_data["every_seconds"],
            "rules": PATTERNS[self.cleaned_data["pattern"]],
            "reference": [microseconds(start), microseconds(end)],
        }


class ScoreForm(RuleForm):
    """An anomaly watch, such as the one whose page led here."""

    kind = "score"
    about_a_tag = False
    watch = forms.ChoiceField(label=_lazy("Anomaly watch"))
    limit = _number(
        _lazy("Comes above so many times the limit of the watch"), min_value=0.1, initial=1.0
    )
    on_seconds = _seconds(_lazy("Has to last (s)"), required=False, initial=0)
    field_order = ("watch", "asset", "limit", "on_seconds", "name", "priority")

    def __init__(
        self, scope: Scope, *args: Any, rule: AlarmRule | None = None, **options: Any
    ) -> None:
        super().__init__(scope, *args, rule=rule, **options)
        self.fields["asset"].required = False
        self.fields["asset"].empty_label = _("that of the watch")
        self._watches = watched.known(scope.current)
        choices = [(key, str(one.get("name") or "")) for key, one in self._watches.items()]
        choices.sort(key=lambda choice: choice[1])
        own = str(rule.watch_id) if rule is not None else ""
        if own and own not in self._watches:
            choices.insert(0, (own, _("the watch it looks at now")))
        if not choices:
            self.fields["watch"].help_text = _(
                "No watch is known at the moment. First choose a machine on the page of anomaly "
                "watches."
            )
        self.fields["watch"].choices = choices

    @classmethod
    def initial_of(cls, rule: AlarmRule) -> dict[str, Any]:
        """Return what stands in the fields of a rule that is changed."""
        return super().initial_of(rule) | {"watch": str(rule.watch_id)}

    def _asset(self) -> Asset | None:
        """Return the machine that was chosen, or the one that is watched."""
        chosen = super()._asset()
        about = self._watches.get(self.cleaned_data["watch"], {})
        mine = [one for one in self._assets if str(one.public_id) == about.get("asset")]
        return chosen or next(iter(mine), None)

    def values(self) -> dict[str, Any]:
        """Return what an action is given."""
        return super().values() | {"watch": UUID(self.cleaned_data["watch"])}

    def condition(self) -> dict[str, Any]:
        """Return the condition as the monitor reads it."""
        return self._given("limit", "on_seconds")


def _whole(text: str) -> bool:
    return text.lstrip("-").isdecimal() and len(text) < 16


FORMS: Final[Mapping[str, Callable[..., RuleForm]]] = {
    form.kind: form
    for form in (LimitsForm, RateForm, StaleForm, OneOfForm, MachineForm, SpcForm, ScoreForm)
}
#: Those that a person begins here, the usual ones first.
OFFERED: Final = ("limits", "machine", "stale", "one_of", "rate", "spc", "score")
