"""A person's own pages: name and language, password, second factor, keys for programs."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.core import second_factor
from deungdae.web.core.access import CURRENT, before_password, needs
from deungdae.web.core.actions.accounts import ChangePassword, ChangeProfile
from deungdae.web.core.actions.credentials import (
    BeginSecondFactor,
    ConfirmSecondFactor,
    DropSecondFactor,
    MakeToken,
    RenewRecoveryCodes,
    RevokeToken,
)
from deungdae.web.core.forms import (
    CodeForm,
    ConfirmForm,
    NewPasswordForm,
    PasswordForm,
    ProfileForm,
    TokenForm,
)
from deungdae.web.core.models import Organisation
from deungdae.web.core.views import listed
from deungdae.web.core.views.language import remember, way_back

show_or_send = require_http_methods(["GET", "HEAD", "POST"])


@needs("core.change_self")
@show_or_send
def account(request: HttpRequest) -> HttpResponse:
    """Show and change one's own name and language."""
    person = request.tenant_scope.person
    form = ProfileForm(
        request.POST or None, initial={"name": person.name, "language": person.language}
    )
    if request.method == "POST" and form.is_valid():
        ChangeProfile(scope=request.tenant_scope, **form.cleaned_data).perform()
        response = redirect("core:account")
        remember(request, response, form.cleaned_data["language"])
        return response
    context = {"form": form, "second_factor": second_factor.is_on(person)}
    return render(request, "core/account.html", context)


@before_password
@needs("core.change_self")
@sensitive_post_parameters()
@show_or_send
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; a one-time password was typed a moment ago and is not asked."""
    person = request.tenant_scope.person
    kind = NewPasswordForm if person.must_change_password else PasswordForm
    form = kind(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        first = person.must_change_password
        ChangePassword(
            scope=request.tenant_scope, password=form.cleaned_data["new_password"]
        ).perform()
        update_session_auth_hash(request, person)
        messages.success(request, _("Your password is changed. Other sessions have ended."))
        return redirect("/" if first else "core:account")
    context = {"form": form, "must": person.must_change_password}
    return render(request, "core/change_password.html", context)


@needs("core.change_self")
@show_or_send
def organisations(request: HttpRequest) -> HttpResponse:
    """List the organisations that the person belongs to, and show the pages of another one."""
    scope = request.tenant_scope
    mine = Organisation.objects.filter(pk__in=list(scope.roles))
    if request.method != "POST":
        return render(request, "core/organisations.html", {"organisations": mine})
    try:
        wanted = UUID(request.POST.get("organisation", ""))
    except ValueError as error:
        raise Http404 from error
    found = mine.filter(public_id=wanted).first()
    if found is None:
        raise Http404
    request.session[CURRENT] = str(found.public_id)
    return HttpResponseRedirect(way_back(request))


@needs("core.change_self")
@show_or_send
def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """Show the picture for the phone, and take the code that confirms it."""
    scope = request.tenant_scope
    if second_factor.is_on(scope.person):
        return render(request, "core/second_factor.html", {"form": ConfirmForm(scope.person)})
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = ConfirmSecondFactor(
                scope=scope, code=form.cleaned_data["code"], now=timezone.now()
            ).perform()
        except ValidationError as error:
            form.add_error("code", error)
        else:
            return render(request, "core/recovery_codes.html", {"codes": codes})
    factor = BeginSecondFactor(scope=scope).perform()
    context = {
        "form": form,
        # Made by segno from an address of our own making: nothing in it was typed by anybody.
        "picture": mark_safe(second_factor.picture(factor)),  # noqa: S308
        "secret": " ".join(factor.secret[i : i + 4] for i in range(0, len(factor.secret), 4)),
    }
    return render(request, "core/second_factor_set_up.html", context)


@needs("core.change_self")
@sensitive_post_parameters()
@require_POST
def change_second_factor(request: HttpRequest) -> HttpResponse:
    """Switch the second factor off (`do=off`), or make new recovery codes (`do=codes`)."""
    scope = request.tenant_scope
    form = ConfirmForm(scope.person, request.POST)
    if not second_factor.is_on(scope.person):
        return redirect("core:second_factor")
    if not form.is_valid():
        return render(request, "core/second_factor.html", {"form": form})
    if request.POST.get("do") == "codes":
        codes = RenewRecoveryCodes(scope=scope).perform()
        return render(request, "core/recovery_codes.html", {"codes": codes})
    DropSecondFactor(scope=scope).perform()
    messages.success(request, _("The second factor is off."))
    return redirect("core:account")


@needs("core.change_self")
@show_or_send
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's own keys for programs, and make a new one, which is shown once."""
    scope = request.tenant_scope
    listing = listed.keys(request)
    if listing.file is not None:
        return listing.file
    form, shown = TokenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        until = timezone.now() + timedelta(days=int(form.cleaned_data["days"]))
        _made, shown = MakeToken(
            scope=scope, name=form.cleaned_data["name"], expires_at=until
        ).perform()
        form = TokenForm()
    context = {"form": form, "shown": shown, "list": listing, "now": timezone.now()}
    return render(request, "core/tokens.html", context)


@needs("core.change_self")
@require_POST
def revoke_token(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make one of one's own keys worthless."""
    token = request.tenant_scope.person.tokens.filter(public_id=public_id).first()
    if token is None:
        raise Http404
    RevokeToken(scope=request.tenant_scope, token=token, now=timezone.now()).perform()
    messages.success(request, _("The key is revoked."))
    return redirect("core:tokens")
