"""A file comes in, is complete, is corrected, is dropped."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from deungdae.web.companies.models import Site
from deungdae.web.core.action import Action
from deungdae.web.insight import folders, machines, queue, room
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Job, Mapping, Upload

#: What can be said about a file, and whether it is one name or several.
ONE = ("sheet", "target", "kind", "worse", "time")
SEVERAL = ("bad", "good", "by", "reason", "ignore")
#: What no longer holds when something else is said.
_BELONGING = {
    "target": ("kind", "worse", "bad", "good"),
    "kind": ("worse", "bad", "good"),
}
LONGEST_NAME = 150  #: bytes


def plain_name(name: str) -> str:
    """Return a file's name without folders and without letters that a file system refuses."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(c if c.isprintable() and c not in ':*?"<>|' else "_" for c in name)
    name = name.strip(" .") or "table"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, dot, ending = name, "", ""
    room = LONGEST_NAME - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + ending


@dataclass(kw_only=True)
class BeginUpload(Action[Upload]):
    """Make room for a file that is about to come."""

    verb = "insight.upload_begun"
    label = _lazy("began to send a file")
    right = "insight.work"
    name: str
    size: int
    demo: bool = False

    def change(self) -> Upload:
        """Raises `Refused` when there is nothing to send or no room for it."""
        if self.size <= 0:
            raise Refused(_("This file is empty. Nothing was sent."))
        used = room.used(self.scope, self.organisation)
        quota = room.quota()
        if used + self.size > quota:
            raise Refused(
                _(
                    "Your company may keep {quota} and keeps {used}: files as they came, their "
                    "tables, and reports. This file has {size}. Remove files that are no longer "
                    "needed, or ask whoever runs this server for more room. Nothing was sent."
                ).format(
                    quota=room.gigabytes(quota),
                    used=room.gigabytes(used),
                    size=room.gigabytes(self.size),
                )
            )
        if not folders.has_room(self.size):
            raise Refused(
                _(
                    "The server's disk is nearly full, so this file has no room. Tell whoever "
                    "runs this server. Nothing was sent."
                )
            )
        sites = Site.objects.within(self.scope).filter(organisation=self.organisation)
        return Upload.objects.create(
            organisation=self.organisation,
            name=plain_name(self.name),
            size=self.size,
            site=sites.filter(main=True).first(),
            uploaded_by=self.scope.person,
            demo=self.demo or self.organisation.demo,
        )

    def details(self, result: Upload) -> dict[str, Any]:
        """Name the file."""
        return {"upload": str(result.public_id), "name": result.name, "size": result.size}


@dataclass(kw_only=True)
class _OnUpload(Action[Upload]):
    """Something done to one upload."""

    upload: Upload

    def __post_init__(self) -> None:
        self.organisation = self.upload.organisation

    def locked(self) -> Upload:
        """Return the upload as it is now, for this transaction alone."""
        kept: Upload = Upload.objects.within(self.scope).select_for_update().get(pk=self.upload.pk)
        return kept

    def details(self, result: Upload) -> dict[str, Any]:
        """Name the file."""
        return {"upload": str(result.public_id), "name": result.name}


@dataclass(kw_only=True)
class CompleteUpload(_OnUpload):
    """All bytes are there: have the file read."""

    verb = "insight.upload_completed"
    label = _lazy("sent a file")
    right = "insight.work"

    def change(self) -> Upload:
        """Raises `Refused` while bytes are missing; what is complete already stays as it is."""
        upload = self.locked()
        if upload.state != Upload.State.RECEIVING:
            return upload
        missing = upload.size - folders.received(upload)
        if missing:
            raise Refused(
                ngettext(
                    "{missing} byte of this file has not arrived. Send the rest.",
                    "{missing} bytes of this file have not arrived. Send the rest.",
                    missing,
                ).format(missing=missing)
            )
        upload.state = Upload.State.UNDERSTANDING
        upload.save(update_fields=["state"])
        queue.add(Job.Kind.UNDERSTAND, upload, asked_by=self.scope.person)
        return upload


@dataclass(kw_only=True)
class CorrectUpload(_OnUpload):
    """Say what was guessed wrong; remembered for the next file of the same shape.

    `answers` are the new answers by name; None takes an answer back, so that it is guessed again.
    """

    verb = "insight.upload_corrected"
    label = _lazy("corrected how a file was understood")
    right = "insight.work"
    answers: dict[str, Any]

    def change(self) -> Upload:
        """Raises `Refused` for a file that was never read, or a sheet that it does not have."""
        upload = self.locked()
        if upload.state == Upload.State.RECEIVING or not upload.table:
            raise Refused(_("This file was not read yet, so nothing can be corrected."))
        if "sheet" in self.answers:
            self._choose_sheet(upload)
        else:
            for name, value in self.answers.items():
                _put(upload.answers, name, value)
            for changed, belonging in _BELONGING.items():
                for name in belonging if changed in self.answers else ():
                    # What was said belonged to another column, or to another kind of result.
                    if name not in self.answers:
                        upload.answers.pop(name, None)
            if self.answers.keys() & ({*ONE, *SEVERAL} - {"sheet"}):
                self._remember(upload.shape, upload.options)
        upload.revision += 1
        upload.state = Upload.State.UNDERSTANDING
        upload.remembered = False
        upload.problem = None
        upload.save()
        Job.objects.within(self.scope).filter(
            upload=upload, kind=Job.Kind.UNDERSTAND, state__in=Job.HELD
        ).update(cancel_asked=True)
        Job.objects.within(self.scope).filter(
            upload=upload, kind=Job.Kind.UNDERSTAND, state=Job.State.QUEUED
        ).update(state=Job.State.CANCELLED, ended_at=timezone.now())
        queue.add(Job.Kind.UNDERSTAND, upload, asked_by=self.scope.person)
        return upload

    def _choose_sheet(self, upload: Upload) -> None:
        sheet = self.answers["sheet"]
        if sheet not in (upload.understanding or {}).get("sheets", []):
            raise Refused(_("This file has no sheet of that name."))
        # Columns of another sheet have nothing to do with what was said of this one.
        upload.answers = {"sheet": sheet}
        upload.shape = ""
        of_guess = None if sheet == upload.first_sheet else {"sheet": sheet}
        known = Mapping.objects.within(self.scope).filter(
            organisation=self.organisation, shape=upload.first_shape
        )
        before = known.first()
        options = {k: v for k, v in (before.answers if before else {}).items() if k != "sheet"}
        self._remember(upload.first_shape, {**options, **(of_guess or {})}, keep_sheet=False)

    def _remember(self, shape: str, answers: dict[str, Any], *, keep_sheet: bool = True) -> None:
        kept = Mapping.objects.within(self.scope).filter(
            organisation=self.organisation, shape=shape
        )
        before = kept.first()
        if before is None:
            before = Mapping(organisation=self.organisation, shape=shape)
        sheet = before.answers.get("sheet") if keep_sheet else None
        before.answers = {**answers, **({"sheet": sheet} if sheet else {})}
        before.changed_by = self.scope.person
        if before.answers:
            before.save()
        elif before.pk:
            before.delete()

    def details(self, result: Upload) -> dict[str, Any]:
        """Name the file and what was said."""
        return {**super().details(result), "answers": self.answers}


def _put(answers: dict[str, Any], name: str, value: Any) -> None:
    if name not in ONE + SEVERAL:
        raise Refused(_("There is nothing of that name to correct."))
    if value is None:
        answers.pop(name, None)
    else:
        answers[name] = value


@dataclass(kw_only=True)
class RemoveUpload(_OnUpload):
    """Remove a file: as it came, and the table that was read from it.

    Its reports stay readable, since a report keeps its own result; `with_reports` removes them,
    too. A file whose reports stay leaves its name, so that they can say what they stand on.
    """

    verb = "insight.upload_removed"
    label = _lazy("removed a file")
    right = "insight.work"
    with_reports: bool = False

    def change(self) -> Upload:
        """Raises `Refused` while a search or the writing of a report on it is under way."""
        upload = self.locked()
        self._gone = str(upload.public_id), upload.name
        analyses = upload.analyses.within(self.scope)
        jobs = Job.objects.within(self.scope).filter(upload=upload, state__in=Job.OPEN)
        if jobs.exclude(kind=Job.Kind.UNDERSTAND).exists():
            raise Refused(
                _("A search in this file is still going on. Stop it or wait until it has ended.")
            )
        jobs.filter(state__in=Job.HELD).update(cancel_asked=True)
        reports = list(analyses) if self.with_reports else []
        self._reports = len(reports)
        queue.forget(
            upload.organisation, self._remains(upload, reports), asked_by=self.scope.person
        )
        if self.with_reports:
            analyses.delete()
        if analyses.exists():
            jobs.filter(state=Job.State.QUEUED).update(state=Job.State.CANCELLED)
            upload.state = Upload.State.REMOVED
            upload.table = upload.understanding = upload.problem = None
            upload.original = upload.preview_run = ""
            upload.save()
        else:
            upload.delete()
            upload.organisation, upload.public_id = self.organisation, self._gone[0]
        return upload

    def _remains(self, upload: Upload, reports: list[Any]) -> dict[str, Any]:
        """Say what lies on the disk of a file, and of the reports that go with it."""
        others = Upload.objects.within(self.scope).filter(
            organisation=self.organisation, sha256=upload.sha256
        )
        shared = others.exclude(pk=upload.pk).exclude(state=Upload.State.REMOVED).exists()
        sheets = (upload.understanding or {}).get("sheets", ())
        name = str(upload.public_id)
        return {
            "tables": [
                name,
                *(f"{name} {sheet}" for sheet in sheets),
                machines.table_name(upload),
            ],
            # The same content is kept once: another file may be it.
            "originals": [upload.sha256] if upload.sha256 and not shared else [],
            "runs": [report.run for report in reports if report.run],
            "reports": [str(report.public_id) for report in reports],
        }

    def after_commit(self, result: Upload) -> None:
        """Take away the bytes of a file that was still coming."""
        folders.discard_incoming(result)

    def details(self, result: Upload) -> dict[str, Any]:
        """Name the file, and how many reports went with it."""
        return {"upload": self._gone[0], "name": self._gone[1], "reports": self._reports}


@dataclass(kw_only=True)
class DropUpload(RemoveUpload):
    """Take away a file that is not wanted after all; one that has an analysis stays."""

    verb = "insight.upload_dropped"
    label = _lazy("took a file away")

    def change(self) -> Upload:
        """Raises `Refused` when a report stands on this file."""
        if self.locked().analyses.within(self.scope).exists():
            raise Refused(_("A report stands on this file, so it stays."))
        return super().change()
