"""What experiments say about the findings of a causes report: confirmed, refuted, undecided."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deungdae.reports.experiment.sentences import told
from deungdae.reports.experiment.settings import Settings
from deungdae.reports.words import Words


@dataclass(frozen=True)
class Confirmation:
    """The verdict of an experiment on one finding, in a sentence; `plan` is the plan's number."""

    verdict: str
    sentence: str
    plan: str


def confirmations(
    words: Words, causes: Mapping[str, Any], analyses: Iterable[Mapping[str, Any]]
) -> dict[tuple[int, int], Confirmation]:
    """Return what experiments say about the findings of a causes document.

    The keys are (index of the stratum, rank of the cause). `analyses` are documents of the method
    `experiment` (kind "analysis"), oldest first; those of other causes documents are passed over,
    and a later verdict takes the place of an earlier one unless it is undecided.
    """
    wanted = sha256_of(causes)
    found: dict[tuple[int, int], Confirmation] = {}
    for analysis in analyses:
        plan = analysis["plan"]
        if plan["input"].get("sha256") != wanted:
            continue
        settings = Settings(words, plan)
        for finding in analysis["findings"]:
            link = finding["link"]
            if link is None:
                continue
            place = (link["stratum"], link["rank"])
            if finding["verdict"] == "undecided" and place in found:
                continue
            found[place] = Confirmation(
                finding["verdict"], told(words, finding, settings), plan["id"]
            )
    return found


def sha256_of(causes: Mapping[str, Any]) -> str:
    """Return the hash by which a plan knows its causes document, as `experiment.sha256_of`."""
    text = json.dumps(causes, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
