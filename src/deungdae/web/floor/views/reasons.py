"""The reasons of stops and of scrap from which operators choose."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.core.access import needs
from deungdae.web.floor import reasons
from deungdae.web.floor.access import get_reason
from deungdae.web.floor.actions.reasons import KeepReason, MoveReason, RetireReason
from deungdae.web.floor.forms.reasons import ReasonForm
from deungdae.web.floor.models import Reason
from deungdae.web.plant.errors import Refused

KINDS = (("stop", _lazy("Stops")), ("scrap", _lazy("Scrap")))


@needs("floor.see")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """List the reasons of a kind, and add one."""
    scope = request.tenant_scope
    if scope.current is None:
        raise Http404
    kind = request.GET.get("kind", "stop")
    if kind not in dict(KINDS):
        raise Http404
    form = ReasonForm(kind)
    if request.method == "POST":
        return _add(request, kind)
    return _page(request, kind, form)


@needs("floor.manage")
def _add(request: HttpRequest, kind: str) -> HttpResponse:
    scope = request.tenant_scope
    form = ReasonForm(kind, request.POST)
    if form.is_valid():
        try:
            KeepReason(
                scope=scope, organisation=scope.current, kind=kind, **form.cleaned_data
            ).perform()
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            messages.success(request, _("It can be chosen from now on."))
            return _back(kind)
    return _page(request, kind, form)


def _page(request: HttpRequest, kind: str, form: forms.Form) -> HttpResponse:
    scope = request.tenant_scope
    retired = Reason.objects.here(scope).filter(kind=kind).exclude(retired_at=None)
    context = {
        "kind": kind,
        "kinds": KINDS,
        "reasons": reasons.of(scope, scope.current, kind),
        "retired": list(retired),
        "form": form,
        "manages": scope.may("floor.manage"),
    }
    status = 400 if form.is_bound else 200
    return render(request, "floor/reasons/index.html", context, status=status)


@needs("floor.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change the words of a reason, and what kind of stop it is."""
    scope = request.tenant_scope
    reason = get_reason(scope, public_id)
    form = ReasonForm(
        reason.kind,
        request.POST or None,
        initial={"word_ko": reason.word_ko, "word_en": reason.word_en, "state": reason.state},
    )
    if request.method == "POST" and form.is_valid():
        try:
            KeepReason(
                scope=scope, organisation=reason.organisation, kind=reason.kind, reason=reason,
                **form.cleaned_data,
            ).perform()  # fmt: skip
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            messages.success(request, _("The reason is changed, in what was said before, too."))
            return _back(reason.kind)
    return render(request, "floor/reasons/change.html", {"reason": reason, "form": form})


@needs("floor.manage")
@require_POST
def move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a reason one place up or down."""
    scope = request.tenant_scope
    reason = get_reason(scope, public_id)
    try:
        MoveReason(
            scope=scope, organisation=reason.organisation, reason=reason,
            up=request.POST.get("to") != "down",
        ).perform()  # fmt: skip
    except Refused as error:
        messages.error(request, str(error.sentence))
    return _back(reason.kind)


@needs("floor.manage")
@require_POST
def retire(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a reason off the list, or put it back."""
    scope = request.tenant_scope
    reason = get_reason(scope, public_id)
    RetireReason(
        scope=scope, organisation=reason.organisation, reason=reason,
        retired=request.POST.get("back") is None,
    ).perform()  # fmt: skip
    return _back(reason.kind)


def _back(kind: str) -> HttpResponse:
    return redirect(f"{reverse('floor:reasons')}?kind={kind}")
