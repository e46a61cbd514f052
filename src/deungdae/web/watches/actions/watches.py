"""Watches are made, learned again and retired; their anomalies are judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.floor.models import Asset
from deungdae.web.plant.errors import Refused
from deungdae.web.watches import asking, telling
from deungdae.web.watches.models import AnomalyVerdict, Watch


def _over() -> Refused:
    return Refused(_("This watch was ended; what it found is kept."))


def _taken() -> Refused:
    return Refused(_("There is a watch of this name already. Choose another name."))


@dataclass(kw_only=True)
class MakeWatch(Action[Watch]):
    """Have a machine watched from now on, as soon as its good period is learned."""

    verb = "watches.made"
    right = "watches.manage"
    label = _lazy("had a machine watched for anomalies")

    asset: Asset
    name: str
    tags: Sequence[str]
    start_us: int
    end_us: int
    exclude: Sequence[Sequence[int]] = ()
    per_week: float = 1.0
    method: str = ""

    def change(self) -> Watch:
        """Return the watch; raises `Refused` when the name is taken."""
        try:
            with transaction.atomic():
                made: Watch = Watch.objects.create(
                    organisation=self.organisation,
                    asset=self.asset,
                    name=self.name,
                    tags=list(self.tags),
                    start_us=self.start_us,
                    end_us=self.end_us,
                    exclude=[list(one) for one in self.exclude],
                    per_week=self.per_week,
                    method=self.method,
                    made_by=self.scope.person,
                )
        except IntegrityError as error:
            raise _taken() from error
        return made

    def details(self, result: Watch) -> dict[str, Any]:
        """Say which, and what it is compared with."""
        return {
            "name": self.name,
            "machine": self.asset.name,
            "tags": list(self.tags),
            "start_us": self.start_us,
            "end_us": self.end_us,
            "per_week": self.per_week,
        }

    def after_commit(self, result: Watch) -> None:
        """Let the monitor learn it."""
        telling.tell_watch(result)


@dataclass(kw_only=True)
class LearnAgain(Action[Watch]):
    """Have another good period learned; anomalies are judged by it from its end on."""

    verb = "watches.learned_again"
    right = "watches.manage"
    label = _lazy("had a good period learned again")

    watch: Watch
    tags: Sequence[str]
    start_us: int
    end_us: int
    exclude: Sequence[Sequence[int]] = ()
    per_week: float
    method: str = ""

    def change(self) -> Watch:
        """Return the watch, which is another lesson now."""
        self.watch.alter(
            self.scope,
            tags=list(self.tags),
            start_us=self.start_us,
            end_us=self.end_us,
            exclude=[list(one) for one in self.exclude],
            per_week=self.per_week,
            method=self.method,
            lesson=self.watch.lesson + 1,
        )
        return self.watch

    def details(self, result: Watch) -> dict[str, Any]:
        """Say which, and what it is compared with now."""
        return {"name": self.watch.name, "start_us": self.start_us, "end_us": self.end_us}

    def after_commit(self, result: Watch) -> None:
        """Let the monitor learn it."""
        telling.tell_watch(result)


@dataclass(kw_only=True)
class LearnSameAgain(Action[Watch]):
    """Have the same good period learned once more, such as after a failure; no row changes."""

    verb = "watches.same_learned_again"
    right = "watches.manage"
    label = _lazy("had the same good period learned once more")

    watch: Watch

    def change(self) -> Watch:
        """Return the watch; raises `Refused` when the monitor cannot be asked, or says no."""
        if self.watch.retired_at is not None:
            raise _over()
        heard = asking.learn(self.watch)
        if heard.problem:
            raise Refused(heard.problem)
        return self.watch

    def details(self, result: Watch) -> dict[str, Any]:
        """Say which."""
        return {"name": self.watch.name}


@dataclass(kw_only=True)
class RetireWatch(Action[None]):
    """Have a machine watched no longer; what was found and judged stays."""

    verb = "watches.retired"
    right = "watches.manage"
    label = _lazy("ended an anomaly watch")

    watch: Watch
    now: datetime

    def change(self) -> None:
        """A second time changes nothing."""
        if self.watch.retired_at is None:
            self.watch.alter(self.scope, retired_at=self.now)

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"name": self.watch.name}

    def after_commit(self, result: None) -> None:
        """Let the monitor forget it."""
        telling.tell_watch(self.watch)


@dataclass(kw_only=True)
class JudgeAnomaly(Action[AnomalyVerdict]):
    """Say whether an anomaly was one; what was said before is replaced."""

    verb = "watches.judged"
    right = "watches.judge"
    label = _lazy("judged an anomaly")

    watch: Watch
    began_us: int
    ended_us: int
    verdict: str
    note: str = ""

    def change(self) -> AnomalyVerdict:
        """Return what was said; raises `Refused` for a watch that was ended."""
        if self.watch.retired_at is not None:
            raise _over()
        values = {
            "ended_us": self.ended_us,
            "verdict": self.verdict,
            "note": self.note,
            "by": self.scope.person,
            "organisation": self.organisation,
        }
        said, _new = AnomalyVerdict.objects.within(self.scope).update_or_create(
            watch=self.watch, began_us=self.began_us, defaults=values
        )
        return said

    def details(self, result: AnomalyVerdict) -> dict[str, Any]:
        """Say of which, and what."""
        return {
            "watch": self.watch.name,
            "began_us": self.began_us,
            "verdict": self.verdict,
            "note": self.note,
        }
