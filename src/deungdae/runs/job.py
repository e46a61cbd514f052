"""What a job is, which ones there are, and what each is given."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deungdae.records.errors import UnusableOption


@dataclass(frozen=True)
class Job:
    """One version of one job. A new version is a new entry beside the old one.

    `entry` is "module:function"; the module is imported in the run's process only. The function
    takes a `JobContext` and the parameters, and returns plain JSON data.
    """

    name: str
    version: int
    entry: str


JOBS: tuple[Job, ...] = (
    Job("import", 1, "deungdae.runs.jobs.import_table:run"),
    Job("preview", 1, "deungdae.runs.jobs.preview:run"),
    Job("join-history", 1, "deungdae.runs.jobs.joined:run"),
    Job("causes", 1, "deungdae.runs.jobs.causes:run"),
    Job("spc", 1, "deungdae.runs.jobs.spc:run"),
    Job("capability", 1, "deungdae.runs.jobs.capability:run"),
    Job("gauge", 1, "deungdae.runs.jobs.gauge:run"),
    Job("experiment-plan", 1, "deungdae.runs.jobs.experiment:plan"),
    Job("experiment", 1, "deungdae.runs.jobs.experiment:run"),
    Job("life", 1, "deungdae.runs.jobs.life:run"),
    Job("watch-learn", 1, "deungdae.runs.jobs.watch:run"),
    Job("reliability", 1, "deungdae.runs.jobs.reliability:run"),
    Job("operations", 1, "deungdae.runs.jobs.operations:run"),
    Job("energy", 1, "deungdae.runs.jobs.energy:run"),
    Job("forget", 1, "deungdae.runs.jobs.forget:run"),
)


@dataclass(frozen=True)
class JobContext:
    """What a job may use: the home folder, its own run folder, and a way to tell its progress."""

    home: Path
    folder: Path
    progress: Callable[[str, float], None]  #: step code, share of the step that is done (0 to 1)


def find_job(jobs: Iterable[Job], name: str, version: int) -> Job:
    """Return the job; raises UnusableOption when there is no such job or version."""
    versions = {job.version: job for job in jobs if job.name == name}
    if not versions:
        raise UnusableOption("There is no job {job}.", job=name)
    if version not in versions:
        raise UnusableOption(
            "The job {job} has no version {version}; there is {known}.",
            job=name,
            version=version,
            known=", ".join(map(str, sorted(versions))),
        )
    return versions[version]


def check_params(
    params: Mapping[str, Any], needed: Iterable[str], optional: Iterable[str] = ()
) -> None:
    """Raise UnusableOption when a parameter is missing or not known."""
    for name in needed:
        if params.get(name) is None:
            raise UnusableOption("The run needs the parameter {parameter}.", parameter=name)
    for name in sorted(set(params) - {*needed, *optional}):
        raise UnusableOption("The run has no parameter {parameter}.", parameter=name)
