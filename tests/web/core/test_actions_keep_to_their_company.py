"""Whatever an action is given that belongs to another company is not there: for all actions."""

import importlib
import pkgutil
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from inspect import isabstract
from typing import Any

import pytest

import deungdae.web
from deungdae.web.core.action import Action, NotThere
from deungdae.web.core.models import Organisation, Owned
from deungdae.web.core.scope import Role, Scope, SystemActor
from deungdae.web.floor.actions.assets import ChangeAsset
from deungdae.web.floor.models import Asset

OURS, OTHERS = Organisation(pk=1, name="우리"), Organisation(pk=2, name="남")
OF_BOTH = Scope(SystemActor("test"), {1: Role.OWNER, 2: Role.OWNER}, OURS)
OF_OURS = Scope(SystemActor("test"), {1: Role.OWNER}, OURS)


def all_actions() -> list[type[Action[Any]]]:
    for found in pkgutil.walk_packages(deungdae.web.__path__, "deungdae.web."):
        if ".actions" in found.name:
            importlib.import_module(found.name)

    def below(kind: type[Action[Any]]) -> Iterator[type[Action[Any]]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    every: Any = Action  # which is abstract
    return [one for one in below(every) if one.__module__.startswith("deungdae.")]


def row_in(hint: Any) -> Any:
    """Return a value of this kind with another company's row in it; None where none can be."""
    if isinstance(hint, type) and issubclass(hint, Owned):
        return hint(organisation_id=OTHERS.pk)
    parts = [value for value in map(row_in, typing.get_args(hint)) if value is not None]
    kind = typing.get_origin(hint)
    if parts:
        several = isinstance(kind, type) and issubclass(kind, Sequence | set | frozenset)
        return parts if several else {"a": parts[0]} if kind and is_mapping(kind) else parts[0]
    own = typing.get_type_hints(hint) if is_dataclass(hint) or hasattr(hint, "_fields") else {}
    values = {name: row_in(kind) for name, kind in own.items()}
    return list(values.values()) if any(values.values()) else None


def is_mapping(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Mapping)


def with_a_row(kind: type[Action[Any]], name: str, value: Any, **who: Any) -> Action[Any]:
    """Make an action of which only this field is set; nothing else of it may be reached."""
    action = kind.__new__(kind)
    given = {field.name: None for field in fields(kind)} | who | {name: value}
    for field_name, one in given.items():
        object.__setattr__(action, field_name, one)
    return action


def test_no_action_takes_a_row_of_another_company() -> None:
    tried: list[str] = []
    from_outside: list[str] = []
    for kind in all_actions():
        assert "perform" not in vars(kind), f"{kind.__name__} goes its own way"
        from_outside += [f"{kind.__name__}.{name}" for name in vars(kind).get("from_outside", ())]
        for name, hint in typing.get_type_hints(kind).items():
            value = None if isabstract(kind) or name in kind.from_outside else row_in(hint)
            if value is None:
                continue
            # In one's own company; in none; and in the other one, which is out of reach.
            for who in (
                {"scope": OF_BOTH, "organisation": OURS},
                {"scope": OF_BOTH, "organisation": None},
                {"scope": OF_OURS, "organisation": OTHERS},
            ):
                with pytest.raises(NotThere):
                    with_a_row(kind, name, value, **who).perform()
            tried.append(f"{kind.__name__}.{name}")
    assert {"Judge.rule", "Subscribe.asset", "SetPlans.plans", "RetireCalendar.calendar"} <= {
        *tried
    }
    assert len(tried) > 75, tried
    # Whoever accepts an invitation is not a member yet: the action looks at the address itself.
    assert from_outside == ["AcceptInvitation.invitation"]


def test_a_row_that_lies_deeper_is_found_as_well() -> None:
    deep = {"line": [(Asset(organisation_id=OTHERS.pk),)]}
    with pytest.raises(NotThere):
        with_a_row(ChangeAsset, "values", deep, scope=OF_BOTH, organisation=OURS).perform()
