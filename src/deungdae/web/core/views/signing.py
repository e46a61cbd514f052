"""Signing in and out: password, then the code of the phone where there is one."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.core import second_factor, throttle
from deungdae.web.core.access import before_password, public, scope_of
from deungdae.web.core.actions.accounts import SignIn
from deungdae.web.core.forms import CodeForm, SignInForm
from deungdae.web.core.models import Person
from deungdae.web.core.models.people import plain_address

#: Where a session remembers who has given the right password and still owes a code.
HALF_WAY = "half_way"
HALF_WAY_SECONDS = 600
BACKEND = "django.contrib.auth.backends.ModelBackend"


def next_page(request: HttpRequest) -> str:
    """Return the page of ours that was asked for before signing in; else the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


def enter(request: HttpRequest, person: Person, *, with_code: bool) -> None:
    """Begin the session of somebody who has proved who they are."""
    login(request, person, backend=BACKEND)
    SignIn(scope=scope_of(person), second_factor=with_code).perform()


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for address and password."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_page(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = plain_address(form.cleaned_data["email"])
        counted = [("account", email), ("address", request.META.get("REMOTE_ADDR", ""))]
        try:
            attempt = throttle.begin(counted, timezone.now())
        except throttle.TooMany as error:
            form.add_error(None, throttle.sentence(error))
            return _entry(request, form, status=429)
        # For an unknown address the same work is done, so that the time says nothing.
        person = authenticate(request, username=email, password=form.cleaned_data["password"])
        if person is None:
            form.add_error(None, _("Address and password do not match. Nothing was changed."))
            return _entry(request, form, status=200)
        throttle.succeeded(attempt, "account", email)
        if second_factor.is_on(person):
            request.session.cycle_key()
            request.session[HALF_WAY] = [
                person.pk, person.get_session_auth_hash(), timezone.now().timestamp(),
                next_page(request),
            ]  # fmt: skip
            return redirect("core:sign_in_code")
        enter(request, person, with_code=False)
        return HttpResponseRedirect(next_page(request))
    return _entry(request, form)


def _entry(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": next_page(request)}
    return render(request, "core/sign_in.html", context, status=status)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the phone, or a recovery code."""
    found = _half_way(request)
    if found is None:
        return redirect("core:sign_in")
    person, wanted = found
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            attempt = throttle.begin([("code", str(person.pk))], timezone.now())
        except throttle.TooMany as error:
            form.add_error(None, throttle.sentence(error))
            return render(request, "core/sign_in_code.html", {"form": form}, status=429)
        if second_factor.take(person, form.cleaned_data["code"], timezone.now()):
            throttle.succeeded(attempt, "code", str(person.pk))
            del request.session[HALF_WAY]
            enter(request, person, with_code=True)
            return HttpResponseRedirect(wanted)
        form.add_error("code", _("This code does not match. Is the phone's clock right?"))
    return render(request, "core/sign_in_code.html", {"form": form})


def _half_way(request: HttpRequest) -> tuple[Person, str] | None:
    key, mark, since, wanted = request.session.get(HALF_WAY) or (None, "", 0, "/")
    person = Person.objects.filter(pk=key, is_active=True).first() if key else None
    late = timezone.now().timestamp() - since > HALF_WAY_SECONDS
    if person is None or late or person.get_session_auth_hash() != mark:
        return None
    return person, wanted


@public
@before_password
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("core:sign_in")
