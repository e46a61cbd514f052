"""What goes over the wire: the shapes of requests and answers, and how models become them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from deungdae.web.core.models import Organisation
from deungdae.web.insight import folders, results
from deungdae.web.insight.models import Analysis, Job, Upload
from deungdae.web.insight.speech import error_sentence, progress, words

Method = Literal[
    "causes",
    "spc",
    "capability",
    "gauge",
    "plan",
    "experiment",
    "life",
    "reliability",
    "operations",
    "energy",
]
Ending = Literal["html", "pdf", "xlsx"]
Language = Literal["ko", "en"]
#: No name of a file, column or value holds a sign of control; databases refuse the first of them.
PLAIN = r"^[^\x00]*$"


class ErrorWords(Schema):
    """What went wrong: a code for programs, a sentence for people, and what is known besides."""

    code: str
    message: str
    details: dict[str, Any]


class Failure(Schema):
    """The one shape of every error."""

    error: ErrorWords


class OrganisationOut(Schema):
    """An organisation of the caller."""

    id: UUID
    name: str
    role: str
    demo: bool


class Me(Schema):
    """Whose key this is."""

    id: UUID
    name: str
    email: str
    language: str
    organisations: list[OrganisationOut]


class JobOut(Schema):
    """Work of the server: where it stands, and what it is doing, in words."""

    id: UUID
    kind: Literal["understand", "analyse"]
    state: Literal["queued", "claimed", "running", "done", "failed", "cancelled", "lost"]
    step: str
    doing: str
    percent: int
    cancel_asked: bool
    attempts: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    problem: str = Field(description="why there is no result, in a sentence; empty otherwise")


class UploadIn(Schema):
    """A file that is about to come; `size` in bytes."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=1000, pattern=PLAIN)
    size: int = Field(ge=0, le=10**15)
    organisation: UUID | None = None


class UploadOut(Schema):
    """A file that came or is coming in; sizes in bytes."""

    id: UUID
    organisation: UUID
    name: str
    state: Literal["receiving", "understanding", "ready", "unusable", "removed"]
    size: int
    received: int
    rows: int | None
    sha256: str | None
    demo: bool
    created_at: datetime
    answers: dict[str, Any] = Field(description="what was told of this file, not guessed")
    problem: str = Field(description="why no analysis can be started; empty otherwise")
    job: JobOut | None


class Offset(Schema):
    """How many bytes have come; the next piece begins there."""

    offset: int
    size: int
    complete: bool


class UnderstandingOut(Schema):
    """How a file was understood: what was read, what holds, and what it could be otherwise."""

    understanding: dict[str, Any]
    current: dict[str, Any]
    answers: dict[str, Any]
    levels: dict[str, dict[str, int]] = Field(
        description="column → value → rows, for columns of few values"
    )


Name = str | None
Names = list[str] | None


TagName = Annotated[str, Field(min_length=1, max_length=2100, pattern=PLAIN)]
ColumnName = Annotated[str, Field(min_length=1, max_length=1000, pattern=PLAIN)]


class Corrections(Schema):
    """What was guessed wrong. What is left out stays; null takes an answer back."""

    model_config = ConfigDict(extra="forbid")

    sheet: Name = Field(None, pattern=PLAIN, max_length=1000)
    target: Name = Field(None, pattern=PLAIN, max_length=1000)
    kind: Literal["pass_fail", "number", "count", "classes"] | None = None
    worse: Literal["high", "low", "away"] | None = None
    time: Name = Field(None, pattern=PLAIN, max_length=1000)
    bad: Names = Field(None, max_length=100)
    good: Names = Field(None, max_length=100)
    by: Names = Field(None, max_length=100)
    reason: Names = Field(None, max_length=100)
    ignore: Names = Field(None, max_length=1000)


class CycleIn(Schema):
    """A shot counter, and the column with the number of each part's shot."""

    model_config = ConfigDict(extra="forbid")

    tag: TagName
    column: Name = Field(None, pattern=PLAIN, max_length=1000)


class LotIn(Schema):
    """A tag that shows the lot, and the column with each part's lot."""

    model_config = ConfigDict(extra="forbid")

    tag: TagName
    column: ColumnName


class SpanIn(Schema):
    """Two columns of times between which a part's lot was made."""

    model_config = ConfigDict(extra="forbid")

    start: ColumnName
    end: ColumnName


class LineIn(Schema):
    """The column that names the machine; `prefixes` says how the tags of each value begin."""

    model_config = ConfigDict(extra="forbid")

    column: ColumnName
    prefixes: dict[ColumnName, TagName] = Field(default_factory=dict, max_length=1000)


class HistoryIn(Schema):
    """What machines measured while each part was made, joined to the table; lengths in seconds.

    `tags` may hold `*`; without any all tags are taken. Without `cycle`, `lot` and `span` it is the
    `window_s` (30) before a part, which was made `delay_s` (0) before its time. A value stands for
    `hold_s` (600) at most.
    """

    model_config = ConfigDict(extra="forbid")

    tags: list[TagName] = Field(default_factory=list, max_length=300)
    window_s: float | None = Field(None, gt=0, le=366 * 86_400)
    delay_s: float | None = Field(None, ge=0, le=366 * 86_400)
    hold_s: float | None = Field(None, gt=0, le=366 * 86_400)
    time: Name = Field(None, pattern=PLAIN, max_length=1000)
    cycle: CycleIn | None = None
    lot: LotIn | None = None
    span: SpanIn | None = None
    line: LineIn | None = None
    features: list[Literal["mean", "min", "max", "slope", "spread", "last"]] | None = None

    def told(self) -> dict[str, Any]:
        """Return what was said, without what was left open."""
        plain: dict[str, Any] = self.model_dump(exclude_none=True)
        if plain.get("line", {}).get("prefixes") == {}:
            del plain["line"]["prefixes"]
        return plain


class AnalysisIn(Schema):
    """Which method is asked of which upload, and what it is told."""

    model_config = ConfigDict(extra="forbid")

    upload: UUID
    method: Method = "causes"
    options: dict[str, Any] = Field(
        default_factory=dict,
        description="what the method is told, as its page says; causes takes what was corrected",
    )
    about: UUID | None = Field(
        None, description="plan: the causes it shall prove; experiment: its plan"
    )
    history: HistoryIn | None = Field(None, description="causes: join what machines measured")


class AnalysisOut(Schema):
    """One analysis: where it stands and, once it is done, its answer in one sentence."""

    id: UUID
    organisation: UUID
    upload: UUID
    method: Method
    about: UUID | None
    title: str
    state: Literal["queued", "claimed", "running", "done", "failed", "cancelled", "lost"]
    options: dict[str, Any]
    demo: bool
    created_at: datetime
    finished_at: datetime | None
    verdict: str | None
    answer: str | None
    rows: int | None
    bad: int | None
    findings: int | None
    previous: UUID | None
    files: list[str]
    page: str
    job: JobOut | None


class UploadPage(Schema):
    """A part of a list; `next` is the cursor of the following part, null at the end."""

    items: list[UploadOut]
    next: str | None


class AnalysisPage(Schema):
    """A part of a list; `next` is the cursor of the following part, null at the end."""

    items: list[AnalysisOut]
    next: str | None


class ChangeOut(Schema):
    """What became of one finding: holds, moved, gone, unknown or new."""

    fate: str
    group: str
    title: str
    sentence: str


class GroupOut(Schema):
    """How the defect rate of one group of parts moved: rose, fell or unclear."""

    name: str
    sentence: str
    direction: str


class ComparisonOut(Schema):
    """What changed since the analysis before, in words."""

    previous: UUID
    answer: str
    rates: str | None
    findings: list[ChangeOut]
    groups: list[GroupOut]


def organisation_out(organisation: Organisation, role: str) -> dict[str, Any]:
    """Return an organisation as `OrganisationOut`."""
    return {
        "id": organisation.public_id,
        "name": organisation.name,
        "role": role,
        "demo": organisation.demo,
    }


def job_out(job: Job) -> dict[str, Any]:
    """Return a job as `JobOut`."""
    doing, percent = progress(job.kind, job.state, job.step, job.share)
    return {
        "id": job.public_id,
        "kind": job.kind,
        "state": job.state,
        "step": job.step,
        "doing": doing if job.is_open else str(job.get_state_display()),
        "percent": percent if job.is_open else 100,
        "cancel_asked": job.cancel_asked,
        "attempts": job.attempts,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "problem": error_sentence(job.error),
    }


def upload_out(upload: Upload, job: Job | None) -> dict[str, Any]:
    """Return an upload as `UploadOut`; `job` is the latest that reads it."""
    coming = upload.state == Upload.State.RECEIVING
    return {
        "id": upload.public_id,
        "organisation": upload.organisation.public_id,
        "name": upload.name,
        "state": upload.state,
        "size": upload.size,
        "received": folders.received(upload) if coming else upload.size,
        "rows": upload.rows,
        "sha256": upload.sha256 or None,
        "demo": upload.demo,
        "created_at": upload.created_at,
        "answers": upload.answers,
        "problem": error_sentence(upload.problem),
        "job": job_out(job) if job else None,
    }


def analysis_out(analysis: Analysis, job: Job | None, page: str) -> dict[str, Any]:
    """Return an analysis as `AnalysisOut`; `job` is its latest, `page` the report's address."""
    spoken = words().lang
    previous = analysis.previous
    return {
        "id": analysis.public_id,
        "organisation": analysis.organisation.public_id,
        "upload": analysis.upload.public_id,
        "method": analysis.method,
        "about": analysis.about.public_id if analysis.about else None,
        "title": analysis.title,
        "state": job.state if job else Job.State.DONE,
        "options": analysis.options,
        "demo": analysis.demo,
        "created_at": analysis.created_at,
        "finished_at": analysis.finished_at,
        "verdict": analysis.verdict or None,
        "answer": (analysis.answer or {}).get(spoken),
        "rows": analysis.rows,
        "bad": analysis.bad,
        "findings": analysis.findings,
        "previous": previous.public_id if previous else None,
        "files": sorted(results.files(analysis, spoken)) if analysis.finished_at else [],
        "page": page,
        "job": job_out(job) if job else None,
    }
