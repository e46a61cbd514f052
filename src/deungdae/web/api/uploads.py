"""Files come in: whole, or in pieces that go on after a break; understood, and corrected."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Header, Query, Router, Status, UploadedFile

from deungdae.web.api import paging
from deungdae.web.api.access import ask, scope_in, seen
from deungdae.web.api.shapes import (
    PLAIN,
    Corrections,
    Failure,
    Offset,
    UnderstandingOut,
    UploadIn,
    UploadOut,
    UploadPage,
    upload_out,
)
from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders
from deungdae.web.insight.access import get_upload, reading_job
from deungdae.web.insight.actions import (
    AskAgain,
    BeginUpload,
    CompleteUpload,
    CorrectUpload,
    DropUpload,
)
from deungdae.web.insight.answers import check
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Job, Upload
from deungdae.web.insight.receiving import BLOCK, take_piece, take_whole
from deungdae.web.insight.speech import words
from deungdae.web.insight.understood import understood

router = Router(tags=["uploads"])

LIST = dict.fromkeys((401, 403, 404, 422, 429), Failure)
ONE = dict.fromkeys((401, 403, 404, 429), Failure)
CHANGE = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), Failure)
BYTES = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _told(scope: Scope, upload: Upload) -> dict[str, Any]:
    return upload_out(upload, reading_job(scope, upload))


def _for_work(request: HttpRequest, upload_id: UUID) -> Upload:
    upload = get_upload(request.tenant_scope, upload_id)
    ask(request.tenant_scope, "insight.work", upload.organisation)
    return upload


@router.get("/uploads", response={200: UploadPage, **LIST}, summary="List files")
def list_uploads(
    request: HttpRequest,
    organisation: UUID | None = None,
    state: Upload.State | None = None,
    q: str = Query("", max_length=200, pattern=PLAIN, description="part of the name"),
    limit: int = Query(25, ge=1, le=paging.MOST),
    cursor: str | None = Query(None, max_length=paging.LONGEST),
) -> dict[str, Any]:
    """List the files of your organisations, or of one, the latest first."""
    scope = scope_in(request, organisation)
    found = Upload.objects.within(scope).select_related("organisation")
    if organisation is not None:
        found = found.filter(organisation=scope.current)
    if state is not None:
        found = found.filter(state=state)
    if q:
        found = found.filter(name__icontains=q)
    shown, following = paging.part(found, cursor, limit)
    jobs = Job.objects.within(scope).filter(upload__in=shown, kind=Job.Kind.UNDERSTAND)
    latest = {job.upload_id: job for job in jobs.order_by("created_at", "pk")}
    return {
        "items": [upload_out(upload, latest.get(upload.pk)) for upload in shown],
        "next": following,
    }


@router.post("/uploads", response={201: UploadOut, **CHANGE}, summary="Begin a file in pieces")
def begin(request: HttpRequest, given: UploadIn) -> Status:
    """Make room for a file; its bytes follow in pieces."""
    scope = scope_in(request, given.organisation)
    ask(scope, "insight.work", scope.current)
    upload = BeginUpload(
        scope=scope, organisation=scope.current, name=given.name, size=given.size
    ).perform()
    return Status(201, _told(scope, upload))


@router.post("/uploads/file", response={201: UploadOut, **CHANGE}, summary="Hand in a whole file")
def whole(
    request: HttpRequest,
    file: File[UploadedFile],
    organisation: Form[UUID | None] = None,
) -> Status:
    """Take a small file in one request, and have it read."""
    scope = scope_in(request, organisation)
    ask(scope, "insight.work", scope.current)
    upload = take_whole(scope, file.name or "", file.size or 0, file.chunks(BLOCK))
    return Status(201, _told(scope, get_upload(scope, upload.public_id)))


@router.get(
    "/uploads/{uuid:upload_id}", response={200: UploadOut, **ONE}, summary="Where a file stands"
)
def show(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """Return one file, with the work that reads it."""
    scope = request.tenant_scope
    return _told(scope, seen(scope, get_upload(scope, upload_id)))


@router.delete("/uploads/{uuid:upload_id}", response={204: None, **CHANGE}, summary="Drop a file")
def drop(request: HttpRequest, upload_id: UUID) -> Status:
    """Take a file away that is not wanted after all; one with a report stays (409)."""
    DropUpload(scope=request.tenant_scope, upload=_for_work(request, upload_id)).perform()
    return Status(204, None)


def _standing(upload: Upload) -> dict[str, Any]:
    coming = upload.state == Upload.State.RECEIVING
    return {
        "offset": folders.received(upload) if coming else upload.size,
        "size": upload.size,
        "complete": not coming,
    }


@router.get(
    "/uploads/{uuid:upload_id}/content",
    response={200: Offset, **ONE},
    summary="Where to go on",
)
def offset(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """Return how many bytes have come: after a break, the next piece begins there."""
    return _standing(seen(request.tenant_scope, get_upload(request.tenant_scope, upload_id)))


@router.patch(
    "/uploads/{uuid:upload_id}/content",
    response={200: Offset, **CHANGE},
    summary="Send a piece",
    openapi_extra=BYTES,
)
def send(
    request: HttpRequest,
    upload_id: UUID,
    upload_offset: int = Header(..., ge=0, le=10**15, alias="Upload-Offset"),
) -> dict[str, Any]:
    """Take the body as the piece that begins at `Upload-Offset`.

    One that begins elsewhere is refused with the right offset (409, `wrong_offset`). When the last
    byte is there, the file is complete.
    """
    upload = _for_work(request, upload_id)
    if upload.state == Upload.State.RECEIVING:
        coming = int(request.headers.get("Content-Length") or 0)
        blocks = _blocks(request)
        take_piece(request.tenant_scope, upload, upload_offset, coming, blocks)
        upload = get_upload(request.tenant_scope, upload_id)
    return _standing(upload)


def _blocks(request: HttpRequest) -> Iterator[bytes]:
    while block := request.read(BLOCK):
        yield block


@router.post(
    "/uploads/{uuid:upload_id}/complete",
    response={200: UploadOut, **CHANGE},
    summary="Have a file read",
)
def complete(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """Say that all has been sent; while bytes are missing, 409. A second time changes nothing."""
    scope = request.tenant_scope
    upload = CompleteUpload(scope=scope, upload=_for_work(request, upload_id)).perform()
    return _told(scope, upload)


@router.get(
    "/uploads/{uuid:upload_id}/understanding",
    response={200: UnderstandingOut, 409: Failure, **ONE},
    summary="How a file was understood",
)
def understanding(request: HttpRequest, upload_id: UUID) -> dict[str, Any]:
    """Return what was read, and what is taken for the result, the time and the groups."""
    upload = seen(request.tenant_scope, get_upload(request.tenant_scope, upload_id))
    found = understood(upload, words())
    if found is None:
        raise Refused(_("This file was not read yet."))
    return {
        "understanding": upload.understanding,
        "current": found.current,
        "answers": upload.answers,
        "levels": found.levels,
    }


@router.post(
    "/uploads/{uuid:upload_id}/corrections",
    response={202: UploadOut, **CHANGE},
    summary="Correct a guess",
)
def correct(request: HttpRequest, upload_id: UUID, given: Corrections) -> Status:
    """Say what was guessed wrong; the file is looked at again, and files of its shape later on."""
    scope = request.tenant_scope
    upload = _for_work(request, upload_id)
    answers = given.model_dump(exclude_unset=True)
    check(upload, answers)
    upload = CorrectUpload(scope=scope, upload=upload, answers=answers).perform()
    return Status(202, _told(scope, upload))


@router.post(
    "/uploads/{uuid:upload_id}/restart",
    response={202: UploadOut, **CHANGE},
    summary="Read a file again",
)
def restart(request: HttpRequest, upload_id: UUID) -> Status:
    """Read a file again whose reading failed, was stopped or was interrupted; otherwise 409."""
    scope = request.tenant_scope
    upload = _for_work(request, upload_id)
    job = reading_job(scope, upload)
    if job is None:
        raise Refused(_("This file is not complete yet."))
    AskAgain(scope=scope, job=job).perform()
    return Status(202, _told(scope, get_upload(scope, upload_id)))
