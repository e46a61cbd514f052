"""What experiments say about the findings of a causes report: confirmed, refuted, undecided."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from deungdae.reports.causes.story import Story
from deungdae.reports.experiment.sentences import told
from deungdae.reports.experiment.settings import Settings
from deungdae.reports.paper.model import Check, Mark
from deungdae.reports.words import Words

_MARKS: Final[dict[str, Mark]] = {"confirmed": "yes", "refuted": "no", "undecided": "unknown"}


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


def with_experiments(story: Story, found: Mapping[tuple[int, int], Confirmation]) -> Story:
    """Return the story of a causes report with what experiments said among its checks.

    `found` is what `confirmations` returned for the document that the story tells.
    """
    groups = []
    for group in story.groups:
        findings = [
            finding
            if (said := found.get((group.index, finding.rank))) is None
            else replace(
                finding,
                checks=[*finding.checks, Check(_MARKS[said.verdict], said.sentence)],
            )
            for finding in group.findings
        ]
        groups.append(replace(group, findings=findings))
    return replace(story, groups=groups)


def sha256_of(causes: Mapping[str, Any]) -> str:
    """Return the hash by which a plan knows its causes document, as `experiment.sha256_of`."""
    text = json.dumps(causes, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
