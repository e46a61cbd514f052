"""The questions that are put to a file: a form for each method, and what it tells the run."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.insight.ask import Ask, Limits
from deungdae.web.insight.machine_asks import (
    AskEnergy,
    AskLife,
    AskOperations,
    AskReliability,
)
from deungdae.web.insight.methods import (
    CAPABILITY,
    ENERGY,
    GAUGE,
    LIFE,
    OPERATIONS,
    RELIABILITY,
    SPC,
)
from deungdae.web.insight.proposals import Proposals

WESTERN_ELECTRIC: Final = ("we1", "we2", "we3", "we4")
NELSON: Final = ("n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8")
_RULES: Final = (
    ("we1", _lazy("1 point beyond 3σ (Western Electric 1, Nelson 1)")),
    ("we2", _lazy("2 of 3 points beyond 2σ on one side (Western Electric 2, Nelson 5)")),
    ("we3", _lazy("4 of 5 points beyond 1σ on one side (Western Electric 3, Nelson 6)")),
    ("we4", _lazy("8 points in a row on one side (Western Electric 4)")),
    ("n2", _lazy("9 points in a row on one side (Nelson 2)")),
    ("n3", _lazy("6 points in a row rising or falling (Nelson 3)")),
    ("n4", _lazy("14 points in a row going up and down in turn (Nelson 4)")),
    ("n7", _lazy("15 points in a row within 1σ (Nelson 7)")),
    ("n8", _lazy("8 points in a row, none within 1σ (Nelson 8)")),
)
_CHARTS: Final = (
    ("auto", _lazy("choose for me")),
    ("imr", _lazy("single values and moving range (I-MR)")),
    ("xbar-r", _lazy("means and ranges (X̄-R)")),
    ("xbar-s", _lazy("means and standard deviations (X̄-S)")),
    ("p", _lazy("share of bad parts (p)")),
    ("np", _lazy("number of bad parts (np)")),
    ("c", _lazy("number of defects (c)")),
    ("u", _lazy("defects per unit (u)")),
    ("laney-p", _lazy("share of bad parts, large samples (Laney p′)")),
    ("laney-u", _lazy("defects per unit, large samples (Laney u′)")),
    ("ewma", _lazy("small shifts: EWMA")),
    ("cusum", _lazy("small shifts: CUSUM")),
    ("t2", _lazy("several columns together: Hotelling T²")),
)
_DISTRIBUTIONS: Final = (
    ("auto", _lazy("choose for me")),
    ("normal", _lazy("normal")),
    ("lognormal", _lazy("lognormal")),
    ("weibull", _lazy("Weibull")),
    ("gamma", _lazy("gamma")),
    ("largest_extreme", _lazy("largest extreme value")),
    ("smallest_extreme", _lazy("smallest extreme value")),
    ("percentile", _lazy("none: percentiles of the values")),
)
STUDIES: Final = (
    ("crossed", _lazy("Gauge R&R, crossed: everybody measures the same parts")),
    ("nested", _lazy("Gauge R&R, nested: each part can be measured by one person only")),
    ("type1", _lazy("Type 1: one part of known value, measured again and again")),
    ("linearity", _lazy("Linearity and bias: several parts of known value")),
    ("attribute", _lazy("Agreement of good/bad judgements")),
)


class AskSpc(Ask):
    """A control chart of one or more columns."""

    MAIN = ("columns", "chart", "rules")

    columns = forms.MultipleChoiceField(
        label=_lazy("Columns"), widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("Each gets a chart of its own."),
    )  # fmt: skip
    chart = forms.ChoiceField(label=_lazy("Kind of chart"), choices=_CHARTS, required=False)
    rules = forms.ChoiceField(
        label=_lazy("Run rules"), required=False,
        choices=(
            ("western-electric", _lazy("Western Electric, 4 rules")),
            ("nelson", _lazy("Nelson, 8 tests")),
            ("none", _lazy("none: limits alone are drawn")),
            ("own", _lazy("those chosen below")),
        ),
    )  # fmt: skip
    own = forms.MultipleChoiceField(
        label=_lazy("Rules, one by one"), choices=_RULES, required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("They hold if “those chosen below” is chosen above."),
    )  # fmt: skip
    size = forms.IntegerField(
        label=_lazy("Rows in a subgroup"), min_value=1, max_value=1000, required=False,
        help_text=_lazy("Parts made one after another that form one point."),
    )  # fmt: skip
    subgroup = forms.ChoiceField(
        label=_lazy("Column that numbers the subgroups"), required=False,
    )  # fmt: skip
    inspected = forms.ChoiceField(
        label=_lazy("Column with the number inspected"), required=False,
        help_text=_lazy("For charts of bad parts and of defects."),
    )  # fmt: skip
    stage = forms.ChoiceField(
        label=_lazy("Column whose values begin a new stage"), required=False,
        help_text=_lazy("Each stage, such as a lot or a tool, has limits of its own."),
    )  # fmt: skip
    time = forms.ChoiceField(label=_lazy("Time of making"), required=False)

    def __init__(self, data: Any, *, proposed: Proposals, initial: Any = None) -> None:
        first = {"columns": [proposed.first] if proposed.first else [], "time": proposed.time}
        super().__init__(data, proposed=proposed, initial={**first, **(initial or {})})
        columns = self.fields["columns"]
        assert isinstance(columns, forms.MultipleChoiceField)
        columns.choices = proposed.choices(proposed.numbers)
        self._one_of("subgroup", proposed.every, _("none"))
        self._one_of("inspected", proposed.numbers, _("none"))
        self._one_of("stage", [*proposed.texts, *proposed.numbers], _("none"))
        self._one_of("time", proposed.times, _("guess it"))

    def clean(self) -> dict[str, Any]:
        """Refuse two ways of forming subgroups."""
        given = super().clean() or {}
        if given.get("size") and given.get("subgroup"):
            raise forms.ValidationError(
                _("Give the rows in a subgroup or the column that numbers them, not both.")
            )
        return given

    def options(self) -> dict[str, Any]:
        """Return what was told; limits that are remembered are drawn."""
        told = self._told("columns", "chart", "size", "subgroup", "inspected", "stage", "time")
        rules = self.cleaned_data.get("rules")
        if rules:
            told["rules"] = list(
                {
                    "western-electric": WESTERN_ELECTRIC,
                    "nelson": NELSON,
                    "none": (),
                    "own": self.cleaned_data["own"],
                }[rules]
            )
        known = {c: self.proposed.limits[c] for c in told["columns"] if c in self.proposed.limits}
        if known:
            told["spec"] = {column: [low, high] for column, (low, high, _t) in known.items()}
        return told


class AskCapability(Ask):
    """The capability of one column against its specification."""

    MAIN = ("column", "lower", "upper", "target")

    column = forms.ChoiceField(label=_lazy("Column"))
    lower = forms.FloatField(
        label=_lazy("Lower specification limit (LSL)"), required=False,
        help_text=_lazy("Leave open what has no limit on this side."),
    )  # fmt: skip
    upper = forms.FloatField(label=_lazy("Upper specification limit (USL)"), required=False)
    target = forms.FloatField(label=_lazy("Target"), required=False)
    boundary = forms.FloatField(
        label=_lazy("Natural boundary"), required=False,
        help_text=_lazy("A value that nature does not let it pass, such as 0 for a roundness."),
    )  # fmt: skip
    wanted = forms.FloatField(
        label=_lazy("Cpk that is wanted"), min_value=0.01, max_value=10, required=False,
    )  # fmt: skip
    size = AskSpc.base_fields["size"]
    subgroup = AskSpc.base_fields["subgroup"]
    by = forms.ChoiceField(
        label=_lazy("Compare by"), required=False,
        help_text=_lazy("Such as machine or cavity: the capability of each."),
    )  # fmt: skip
    distribution = forms.ChoiceField(
        label=_lazy("Shape of the distribution"), choices=_DISTRIBUTIONS, required=False
    )
    time = AskSpc.base_fields["time"]

    def __init__(self, data: Any, *, proposed: Proposals, initial: Any = None) -> None:
        column = (initial or {}).get("column") or next(iter(proposed.limits), proposed.first)
        low, high, target = proposed.limits.get(column or "", (None, None, None))
        first = {
            "column": column, "lower": low, "upper": high, "target": target, "wanted": 1.33,
            "time": proposed.time,
        }  # fmt: skip
        super().__init__(data, proposed=proposed, initial={**first, **(initial or {})})
        field = self.fields["column"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = proposed.choices(proposed.numbers)
        self._one_of("subgroup", proposed.every, _("none"))
        self._one_of("by", proposed.texts, _("nothing"))
        self._one_of("time", proposed.times, _("guess it"))

    def clean(self) -> dict[str, Any]:
        """Refuse limits that limit nothing or contradict themselves."""
        given = super().clean() or {}
        low, high = given.get("lower"), given.get("upper")
        if not self.errors and low is None and high is None:
            raise forms.ValidationError(_("Give at least one specification limit."))
        if low is not None and high is not None and low >= high:
            raise forms.ValidationError(_("The lower limit must lie below the upper one."))
        if given.get("size") and given.get("subgroup"):
            raise forms.ValidationError(
                _("Give the rows in a subgroup or the column that numbers them, not both.")
            )
        return given

    def options(self) -> dict[str, Any]:
        """Return what was told."""
        spec = self._told("lower", "upper", "target", "boundary")
        told = self._told("size", "subgroup", "time", "distribution", "wanted")
        if self.cleaned_data["by"]:
            told["by"] = [self.cleaned_data["by"]]
        return {"specs": {self.cleaned_data["column"]: spec}, **told}

    def limits(self) -> Limits:
        """Return the limits of the column."""
        given = self.cleaned_data
        return {given["column"]: (given["lower"], given["upper"], given["target"])}


class AskGauge(Ask):
    """A gauge study; what is left open is guessed from the columns' names."""

    MAIN = ("study", "tolerance")
    NUMBERS = False

    study = forms.ChoiceField(label=_lazy("Kind of study"), required=False)
    tolerance = forms.FloatField(
        label=_lazy("Tolerance (USL − LSL)"), min_value=0, required=False,
        help_text=_lazy("In the unit of the values; without it only the spread is judged."),
    )  # fmt: skip
    value = forms.ChoiceField(label=_lazy("Measurement or judgement"), required=False)
    part = forms.ChoiceField(label=_lazy("Part"), required=False)
    operator = forms.ChoiceField(label=_lazy("Person who measures"), required=False)
    reference = forms.ChoiceField(label=_lazy("Known value"), required=False)
    process_sigma = forms.FloatField(
        label=_lazy("Standard deviation of the process"), min_value=0, required=False,
        help_text=_lazy("If it is known better than from the parts of the study."),
    )  # fmt: skip

    def __init__(self, data: Any, *, proposed: Proposals, initial: Any = None) -> None:
        super().__init__(data, proposed=proposed, initial=initial)
        study = self.fields["study"]
        assert isinstance(study, forms.ChoiceField)
        study.choices = [("", _("guess it from the columns")), *STUDIES]
        for name in ("value", "part", "operator", "reference"):
            self._one_of(name, proposed.every, _("guess it"))

    def options(self) -> dict[str, Any]:
        """Return what was told."""
        return self._told(
            "study", "part", "operator", "value", "reference", "tolerance", "process_sigma"
        )


ASKS: Final[Mapping[str, type[Ask]]] = {
    SPC: AskSpc,
    CAPABILITY: AskCapability,
    GAUGE: AskGauge,
    LIFE: AskLife,
    RELIABILITY: AskReliability,
    OPERATIONS: AskOperations,
    ENERGY: AskEnergy,
}
