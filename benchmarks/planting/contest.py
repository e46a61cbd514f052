"""One case, every method: the same table and the same labels, one after another on one thread."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from planting import ours
from planting.cases import BAD, TARGET, Case, Planted, plant, sameness_of
from planting.columns import Columns
from planting.encoding import Labels, Matrix
from planting.peers import PEERS
from planting.scoring import Score, score

OURS = "Deungdae causes (clear)"
OURS_SAID = "Deungdae causes (+ suspected)"
PEER_NAMES = tuple(peer.name for peer in PEERS)


@dataclass(frozen=True)
class Entry:
    """What one method did on one case; `failure` is the error's text if it gave no answer."""

    method: str
    case: int
    score: Score | None
    seconds: float
    ranking: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True)
class Outcome:
    """One case with what was planted and every method's entry."""

    case: Case
    number: int
    rows: int
    bad: int
    rules: tuple[tuple[str, tuple[str, ...], str], ...]  #: kind, columns, text
    entries: tuple[Entry, ...]

    def record(self) -> dict[str, Any]:
        """Return it as plain data (JSON)."""
        return asdict(self)


def play(number: int, case: Case, methods: tuple[str, ...]) -> Outcome:
    """Plant a case and let each of the named methods judge it."""
    planted = plant(case)
    columns = Columns.of(planted.table, without=(TARGET,))
    entries: list[Entry] = []
    if OURS in methods:
        entries += _ours(number, planted)
    # Encoding the words and numbers is left out of the peers' seconds.
    matrix = Matrix.of(columns)
    bad = planted.bad.astype("int64")
    for peer in PEERS:
        if peer.name in methods:
            entries.append(_peer(peer.name, number, planted, matrix, bad))
    rules = tuple((rule.kind, rule.columns, rule.text) for rule in planted.rules)
    return Outcome(case, number, planted.table.num_rows, int(bad.sum()), rules, tuple(entries))


def _ours(number: int, planted: Planted) -> list[Entry]:
    sameness = sameness_of(planted.case.dataset)
    start = time.perf_counter()
    try:
        found = ours.findings(
            planted.table, TARGET, (BAD,), time=planted.time, by=(), seed=planted.case.seed
        )
    except Exception as error:  # noqa: BLE001 - recorded and printed, the contest goes on
        failure = f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - start
        return [Entry(name, number, None, seconds, (), failure) for name in (OURS, OURS_SAID)]
    seconds = time.perf_counter() - start
    entries = []
    for name, verdicts in ((OURS, ours.CLEAR), (OURS_SAID, ours.SAID)):
        judged = ours.judgement(found.document, verdicts, ours.leads(found.figures))
        scored = score(judged, planted.truth, sameness)
        entries.append(Entry(name, number, scored, seconds, tuple(judged.ranking[:10])))
    return entries


def _peer(name: str, number: int, planted: Planted, matrix: Matrix, bad: Labels) -> Entry:
    peer = next(peer for peer in PEERS if peer.name == name)
    start = time.perf_counter()
    try:
        judged = peer.judge(matrix, bad, planted.case.seed)
    except Exception as error:  # noqa: BLE001 - recorded and printed, the contest goes on
        failure = f"{type(error).__name__}: {error}"
        return Entry(name, number, None, time.perf_counter() - start, (), failure)
    seconds = time.perf_counter() - start
    scored = score(judged, planted.truth, sameness_of(planted.case.dataset))
    return Entry(name, number, scored, seconds, tuple(judged.ranking[:10]))
