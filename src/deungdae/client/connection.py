"""The client: a file in, its causes out."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deungdae.client import uploading
from deungdae.client.errors import Failed, TimedOut, Unusable
from deungdae.client.result import Result
from deungdae.client.site import Site
from deungdae.client.spans import Moment, moment_text
from deungdae.client.transport import PAUSES, Transport
from deungdae.client.uploading import Progress

LOOK_SECONDS = 1.0  #: between two looks at work of the server


def _silent(_step: str, _share: float) -> None:
    """Tell nobody."""


class Deungdae:
    """A server of Deungdae, called with a personal access key.

        with Deungdae("https://deungdae.example", token="dgd_…") as d:
            result = d.analyse("inspection.xlsx", target="판정", bad=["NG"])
            result.save("report.pdf")

    `language` is that of messages and reports, ko or en, and that of the key's person when it is
    left out. `timeout` is in seconds and holds for one request. Certificates are always checked,
    and a key is never sent over plain http except to this very machine. Raises `ValueError` for an
    address that cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str,
        language: str | None = None,
        timeout: float = 60.0,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._transport = Transport(
            url, token, language=language, timeout=timeout, pauses=tuple(pauses)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def me(self) -> dict[str, Any]:
        """Return whose key this is, and the organisations of that person."""
        found: dict[str, Any] = self._transport.json("GET", "/me")
        return found

    def analyse(
        self,
        file: str | Path,
        *,
        sheet: str | None = None,
        target: str | None = None,
        bad: Sequence[str] | None = None,
        time_column: str | None = None,
        by: Sequence[str] | None = None,
        reason: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
        organisation: str | None = None,
        history: Mapping[str, Any] | None = None,
        progress: Progress = _silent,
        wait: float | None = None,
    ) -> Result:
        """Send a table, say what is known of it, find the causes, and wait for them.

        What is left out is guessed by the server. `history` joins what machines measured; it is
        made by `Site.causes`. `progress` is told the step and its share from
        0 to 1. `wait` is the most seconds to wait in all. Raises `Unusable` for a file that cannot
        be analysed as it is, `Failed`, `TimedOut`, and errors of the API.
        """
        until = None if wait is None else time.monotonic() + wait
        upload = self.upload(file, organisation=organisation, progress=progress)
        upload = self._read(upload, progress, until)
        told = {
            "target": target, "bad": bad, "time": time_column,
            "by": by, "reason": reason, "ignore": ignore,
        }  # fmt: skip
        answers = {
            name: value if isinstance(value, str) else list(value)
            for name, value in told.items()
            if value is not None
        }
        for part in ({"sheet": sheet} if sheet is not None else {}, answers):
            if any(upload["answers"].get(name) != value for name, value in part.items()):
                upload = self._read(self.correct(upload["id"], **part), progress, until)
        if upload["problem"]:
            raise Unusable(upload["problem"])
        started = self.start(upload["id"], history=history)
        return self.wait(started["id"], progress=progress, until=until)

    def sites(self, *, organisation: str | None = None) -> list[Site]:
        """Return the sites of your organisations, or of one, with their tags and history."""
        params = {"organisation": organisation} if organisation else {}
        found = self._transport.json("GET", "/sites", params=params)["items"]
        return [Site(self._transport, self.analyse, told) for told in found]

    def alarms(
        self,
        start: Moment | None = None,
        end: Moment | None = None,
        *,
        organisation: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return the alarms that stand, or those that came between two times, the newest first.

        Each has name, priority, asset, tag, since, gone, acknowledged, ended, verdict and more.
        """
        params = {"organisation": organisation} if organisation else {}
        path = "/alarms"
        if start is not None or end is not None:
            if start is None or end is None:
                raise ValueError("a span of time needs both start and end")
            path = "/alarms/past"
            params |= {"start": moment_text(start), "end": moment_text(end)}
        found: list[dict[str, Any]] = self._transport.json("GET", path, params=params)["items"]
        return found

    def upload(
        self,
        file: str | Path,
        *,
        resume: str | None = None,
        organisation: str | None = None,
        progress: Progress = _silent,
    ) -> dict[str, Any]:
        """Send a file in pieces and have it read; return the upload, which is not read yet.

        `resume` is the id of an upload that was begun before and stopped; it goes on there. A
        short break of the connection is overcome without it.
        """
        begun = self.get_upload(resume) if resume else None
        return uploading.send(
            self._transport, Path(file), upload=begun, organisation=organisation, progress=progress
        )

    def get_upload(self, upload: str) -> dict[str, Any]:
        """Return where an upload stands."""
        found: dict[str, Any] = self._transport.json("GET", f"/uploads/{upload}")
        return found

    def understanding(self, upload: str) -> dict[str, Any]:
        """Return how a file was understood, and what could be told instead."""
        found: dict[str, Any] = self._transport.json("GET", f"/uploads/{upload}/understanding")
        return found

    def correct(self, upload: str, **answers: Any) -> dict[str, Any]:
        """Say what was guessed wrong: sheet, or target, bad, time, by, reason, ignore."""
        found: dict[str, Any] = self._transport.json(
            "POST", f"/uploads/{upload}/corrections", json=answers
        )
        return found

    def drop(self, upload: str) -> None:
        """Take a file away that no report stands on."""
        self._transport.json("DELETE", f"/uploads/{upload}")

    def ask(
        self,
        file: str | Path,
        method: str,
        *,
        sheet: str | None = None,
        about: str | None = None,
        organisation: str | None = None,
        progress: Progress = _silent,
        wait: float | None = None,
        **options: Any,
    ) -> Result:
        """Send a table, ask a method of it, and wait for the result.

            d.ask("shots.csv", "spc", columns=["사출압력"])
            d.ask("shots.csv", "capability", specs={"폭": {"lower": 9.8, "upper": 10.2}})

        `method` is spc, capability, gauge, life, reliability,
        operations, energy or experiment; `options` are what its page says. For
        an experiment, `about` is the id of its plan. Raises as `analyse` does.
        """
        until = None if wait is None else time.monotonic() + wait
        upload = self.upload(file, organisation=organisation, progress=progress)
        upload = self._read(upload, progress, until)
        if sheet is not None and upload["answers"].get("sheet") != sheet:
            upload = self._read(self.correct(upload["id"], sheet=sheet), progress, until)
        started = self.start(upload["id"], method=method, about=about, options=options)
        return self.wait(started["id"], progress=progress, until=until)

    def start(
        self,
        upload: str,
        *,
        method: str = "causes",
        about: str | None = None,
        options: Mapping[str, Any] | None = None,
        history: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Start an analysis of a file that was read; return it.

        A plan (`method="plan"`) is `about` the causes it shall prove, with the option `place`,
        the finding as [stratum, rank]; an experiment is `about` its plan.
        """
        asked: dict[str, Any] = {"upload": upload}
        if method != "causes":
            asked |= {"method": method, "options": dict(options or {}), "about": about}
        if history is not None:
            asked["history"] = dict(history)
        found: dict[str, Any] = self._transport.json("POST", "/analyses", json=asked)
        return found

    def get_analysis(self, analysis: str) -> dict[str, Any]:
        """Return where an analysis stands."""
        found: dict[str, Any] = self._transport.json("GET", f"/analyses/{analysis}")
        return found

    def cancel(self, analysis: str) -> dict[str, Any]:
        """Stop an analysis that waits or runs."""
        found: dict[str, Any] = self._transport.json(
            "POST", f"/analyses/{analysis}/cancel", again=True
        )
        return found

    def restart(self, analysis: str) -> dict[str, Any]:
        """Start an analysis again that failed, was stopped or was interrupted."""
        found: dict[str, Any] = self._transport.json("POST", f"/analyses/{analysis}/restart")
        return found

    def wait(
        self, analysis: str, *, progress: Progress = _silent, until: float | None = None
    ) -> Result:
        """Wait until an analysis has ended; `until` is a time of `time.monotonic`."""
        while (found := self.get_analysis(analysis))["finished_at"] is None:
            job = found["job"]
            if found["state"] in ("failed", "cancelled", "lost"):
                raise Failed(job["problem"] or job["doing"])
            progress(job["step"] or found["state"], job["percent"] / 100)
            _pause(until)
        return Result(self._transport, found)

    def result(self, analysis: str) -> Result:
        """Return the result of an analysis that has ended; `Failed` while there is none."""
        found = self.get_analysis(analysis)
        if found["finished_at"] is None:
            raise Failed(found["job"]["problem"] or found["job"]["doing"])
        return Result(self._transport, found)

    def uploads(self, **filters: str) -> Iterator[dict[str, Any]]:
        """Go through the uploads, the latest first; filters: organisation, state, q."""
        return self._all("/uploads", filters)

    def analyses(self, **filters: str) -> Iterator[dict[str, Any]]:
        """Go through the analyses, the latest first.

        Filters: organisation, upload, method, state (open, done, ended), verdict, q.
        """
        return self._all("/analyses", filters)

    def _all(self, path: str, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        cursor: dict[str, str] = {}
        while True:
            found = self._transport.json("GET", path, params={**filters, "limit": "100", **cursor})
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = {"cursor": found["next"]}

    def _read(
        self, upload: Mapping[str, Any], progress: Progress, until: float | None
    ) -> dict[str, Any]:
        """Wait until a file was read."""
        while (found := self.get_upload(upload["id"]))["state"] == "understanding":
            job = found["job"] or {"step": "", "percent": 0}
            progress(job["step"] or "waiting", job["percent"] / 100)
            _pause(until)
        if found["state"] == "unusable":
            raise Unusable(found["problem"] or "The file could not be read; try again.")
        return found


def _pause(until: float | None) -> None:
    if until is not None and time.monotonic() + LOOK_SECONDS > until:
        raise TimedOut("The time to wait is over; the work on the server goes on.")
    time.sleep(LOOK_SECONDS)
