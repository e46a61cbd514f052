"""The files of an organisation: listed with the room they take, and removed."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.rules import allowed
from deungdae.web.insight import room
from deungdae.web.insight.access import get_upload
from deungdae.web.insight.actions import RemoveUpload
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Upload


@needs("insight.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the files that were handed in, the latest first, and how much room is left."""
    scope = request.tenant_scope
    listing = _listing(request)
    if listing.file is not None:
        return listing.file
    context = {
        "list": listing,
        "may_work": allowed("insight.work", scope, scope.current),
        "used": room.gigabytes(room.used(scope, scope.current)) if scope.current else "",
        "quota": room.gigabytes(room.quota()),
        "room_warning": room.warning(scope, scope.current),
    }
    return render(request, "insight/files.html", context)


def _listing(request: HttpRequest) -> Listing:
    rows = Upload.objects.here(request.tenant_scope).select_related("uploaded_by", "site")
    return Listing(
        request,
        rows.defer("understanding").annotate(reports=Count("analyses")),
        name="files",
        caption=_("Files"),
        columns=(
            Column("name", _("File"), "name", lambda row: row.name),
            Column("state", _("State"), "state", lambda row: row.get_state_display()),
            Column("rows", _("Rows"), "rows", lambda row: row.rows, number=True),
            Column("size", _("Size"), "size", lambda row: row.size, number=True),
            Column("reports", _("Reports"), "reports", lambda row: row.reports, number=True),
            Column("created", _("Handed in"), "created_at", lambda row: row.created_at),
            Column("by", _("By"), "", lambda row: row.uploaded_by or "", file_only=True),
            Column("site", _("Site"), "", lambda row: row.site or "", file_only=True),
            Column("sha256", "SHA-256", "", lambda row: row.sha256, file_only=True),
        ),
        start="-created",
        search=_("Find in names of files and people"),
        search_in=("name", "uploaded_by__name"),
        filters=(
            Filter(
                "state",
                _("State"),
                Upload.State.choices,
                lambda rows, state: rows.filter(state=state),
            ),
        ),
    )


@needs("insight.work")
@require_POST
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Remove a file; its reports stay, unless `reports` says that they shall go with it."""
    upload = get_upload(request.tenant_scope, public_id)
    name, with_reports = upload.name, request.POST.get("reports") == "remove"
    try:
        RemoveUpload(scope=request.tenant_scope, upload=upload, with_reports=with_reports).perform()
    except Refused as error:
        messages.error(request, str(error.sentence))
        return redirect("insight:upload", public_id)
    messages.success(request, _("Removed: %(name)s") % {"name": name})
    return redirect("insight:files")
