"""Keeps the rows of tags in step with what is chosen; used by the actions of this folder alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deungdae.web.core.scope import Scope
from deungdae.web.plant import chosen
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import Agent, Tag

MOST_FORMER_NAMES = 10


@dataclass(frozen=True)
class Said:
    """What a person says of a tag."""

    path: str
    unit: str = ""
    expected_seconds: float | None = None
    label: str = ""
    machine: str = ""  #: where it is not the machine that is spoken of
    address: str = ""


def follow(scope: Scope, agent: Agent, drivers: Sequence[chosen.Driver]) -> None:
    """Let the tags of an agent be those that its configuration names.

    A tag is known again by machine and address, so that what is said of it outlives its name.
    Raises `Refused` when a name belongs to something else.
    """
    wanted = {(one.machine, one.address): one for one in chosen.of(drivers)}
    mine = list(Tag.objects.within(scope).filter(agent=agent))
    placed = {(tag.machine, tag.address): tag for tag in mine if tag.address}
    _let_go(scope, mine, drivers, set(wanted))
    moving = {
        place: tag
        for place, tag in placed.items()
        if place in wanted and wanted[place].path != tag.path
    }
    for tag in moving.values():  # aside, so that two tags may change their names with one another
        _store(scope, tag, path=f"#{tag.pk}")
    held = {tag.path: tag for tag in _named(scope, agent, [one.path for one in wanted.values()])}
    for place, one in wanted.items():
        holder = held.get(one.path)
        if place not in placed:
            _take_in(scope, agent, one, holder)
        elif place in moving:
            tag = moving[place]
            if holder is not None:
                _make_way(scope, holder)
            former = [tag.path, *(name for name in tag.formerly if name != one.path)]
            _store(scope, tag, path=one.path, formerly=former[:MOST_FORMER_NAMES], taken=True)
        elif not placed[place].taken:
            _store(scope, placed[place], taken=True)


def _let_go(
    scope: Scope, mine: list[Tag], drivers: Sequence[chosen.Driver], wanted: set[tuple[str, str]]
) -> None:
    """Mark the tags that nothing reads any more, and those that something reads again."""
    kinds = {chosen.name_of(driver): driver["kind"] for driver in drivers}
    for tag in mine:
        kind = kinds.get(tag.machine)
        taken = kind is not None and (
            kind not in chosen.ONE_BY_ONE or (tag.machine, tag.address) in wanted
        )
        if taken != tag.taken:
            _store(scope, tag, taken=taken)
            tag.taken = taken


def _take_in(scope: Scope, agent: Agent, one: chosen.Chosen, holder: Tag | None) -> None:
    place: dict[str, Any] = {
        "agent": agent, "origin": agent.source, "machine": one.machine, "address": one.address,
        "taken": True, "sent_as": "",
    }  # fmt: skip
    if holder is None:
        Tag.objects.create(organisation=agent.organisation, site=agent.site, path=one.path, **place)
    elif holder.taken and holder.agent_id is not None:
        raise Refused(taken_name(one.path))
    else:
        _store(scope, holder, **place)


def _make_way(scope: Scope, holder: Tag) -> None:
    """Remove the row of a name that another tag gets, unless something is still read into it."""
    if holder.taken and holder.agent_id is not None:
        raise Refused(taken_name(holder.path))
    Tag.objects.within(scope).filter(pk=holder.pk).delete()


def describe(scope: Scope, agent: Agent, machine: str, said: Sequence[Said]) -> None:
    """Keep what is said of tags, and make rows for those that have none yet."""
    known = {tag.path: tag for tag in _named(scope, agent, [one.path for one in said])}
    for one in said:
        values: dict[str, Any] = {
            "unit": one.unit, "expected_seconds": one.expected_seconds, "label": one.label,
        }  # fmt: skip
        tag = known.get(one.path)
        if tag is None:
            Tag.objects.create(
                organisation=agent.organisation, site=agent.site, path=one.path, agent=agent,
                origin=agent.source, machine=one.machine or machine, address=one.address, **values,
            )  # fmt: skip
        elif tag.agent_id is None:
            values |= {"agent": agent, "origin": agent.source, "machine": one.machine or machine}
            _store(scope, tag, **values, taken=True)
        elif tag.agent_id == agent.pk:
            _store(scope, tag, **values)


def taken_name(path: str) -> str:
    """Return the sentence for a name that something else has."""
    return _("The name {path} belongs to another tag already.").format(path=path)


def _named(scope: Scope, agent: Agent, paths: list[str]) -> list[Tag]:
    rows = Tag.objects.within(scope).filter(organisation=agent.organisation)
    found: list[Tag] = []
    for start in range(0, len(paths), 500):
        found += rows.filter(path__in=paths[start : start + 500])
    return found


def _store(scope: Scope, tag: Tag, **values: Any) -> None:
    Tag.objects.within(scope).filter(pk=tag.pk).update(**values)
