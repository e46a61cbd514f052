"""A file comes in: the page with the drop, and the protocol by which its pieces are sent.

POST  …/uploads/                   name, size        → 201 {"url", "offset": 0}
PATCH …/uploads/<id>/content/      bytes, Upload-Offset → {"offset"}; at the end also {"next"}
GET   …/uploads/<id>/content/      where to go on    → {"offset", "size"}
DELETE …/uploads/<id>/content/     not wanted after all

A piece that does not begin where the last one ended is refused with 409 and the right offset, so a
sender that was interrupted asks and goes on. The offset is the length of the file on the disk: it
is right after a crash, too. An ordinary form with a file does the same at once.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.insight import folders, room
from deungdae.web.insight.access import get_upload
from deungdae.web.insight.actions import BeginUpload, DropUpload
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Upload
from deungdae.web.insight.receiving import BLOCK, WrongOffset, take_piece, take_whole

#: Kinds of files, for the browser's own dialog only; what a file is, its content tells.
ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xls,.parquet,.gz"
LARGEST = 1_000_000_000  #: bytes that the reader of tables takes


@needs("insight.work")
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """Show the place where a file is dropped, and the files that are still on their way."""
    scope = request.tenant_scope
    unfinished = Upload.objects.here(scope).filter(
        state=Upload.State.RECEIVING, uploaded_by=scope.person
    )
    warning = room.warning(scope, scope.current)
    return _page(request, unfinished=unfinished[:5], room_warning=warning)


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    given = {"accepted": ACCEPTED, "largest": LARGEST, **more}
    return render(request, "insight/new.html", given, status=status)


@needs("insight.work")
@require_POST
def begin(request: HttpRequest) -> HttpResponseBase:
    """Begin an upload in pieces, or take a whole file from an ordinary form."""
    scope = request.tenant_scope
    if "file" in request.FILES:
        return _whole(request)
    try:
        size = int(request.POST.get("size", ""))
    except ValueError:
        size = 0
    if "name" not in request.POST:
        return _page(request, status=400, refused=_("Choose a file first. Nothing was sent."))
    try:
        upload = BeginUpload(
            scope=scope, organisation=scope.current, name=request.POST["name"], size=size
        ).perform()
    except Refused as error:
        return JsonResponse({"error": str(error.sentence)}, status=400)
    url = reverse("insight:content", args=[upload.public_id])
    return JsonResponse({"url": url, "offset": 0}, status=201)


def _whole(request: HttpRequest) -> HttpResponseBase:
    scope = request.tenant_scope
    file = request.FILES["file"]
    try:
        upload = take_whole(scope, file.name, file.size, file.chunks(BLOCK))
    except Refused as error:
        return _page(request, status=400, refused=str(error.sentence))
    return redirect("insight:upload", upload.public_id)


@needs("insight.work")
@require_http_methods(["GET", "PATCH", "DELETE"])
def content(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the next piece of a file, say where to go on, or drop it."""
    upload = get_upload(request.tenant_scope, public_id)
    if request.method == "DELETE":
        try:
            DropUpload(scope=request.tenant_scope, upload=upload).perform()
        except Refused as error:
            return JsonResponse({"error": str(error.sentence)}, status=409)
        return HttpResponse(status=204)
    if request.method == "GET" or upload.state != Upload.State.RECEIVING:
        return JsonResponse(_standing(upload))
    try:
        return _piece(request, upload)
    except Refused as error:
        return JsonResponse({"error": str(error.sentence)}, status=400)


def _standing(upload: Upload) -> dict[str, Any]:
    if upload.state != Upload.State.RECEIVING:
        return {
            "offset": upload.size,
            "size": upload.size,
            "next": reverse("insight:upload", args=[upload.public_id]),
        }
    return {"offset": folders.received(upload), "size": upload.size}


def _piece(request: HttpRequest, upload: Upload) -> HttpResponse:
    try:
        offset = int(request.headers.get("Upload-Offset", ""))
    except ValueError:
        raise Refused(_("This piece does not say where in the file it belongs.")) from None
    coming = int(request.headers.get("Content-Length") or 0)
    try:
        there = take_piece(request.tenant_scope, upload, offset, coming, _blocks(request))
    except WrongOffset as error:
        return JsonResponse({"offset": error.offset}, status=409)
    if there == upload.size:
        upload.refresh_from_db()
    return JsonResponse(_standing(upload))


def _blocks(request: HttpRequest) -> Iterator[bytes]:
    while block := request.read(BLOCK):
        yield block


@needs("insight.work")
@require_POST
def drop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Drop a file from its page."""
    upload = get_upload(request.tenant_scope, public_id)
    try:
        DropUpload(scope=request.tenant_scope, upload=upload).perform()
    except Refused:
        return redirect("insight:upload", public_id)
    return redirect("insight:new")
