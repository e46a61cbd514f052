"""From an id to an object, and from a view to the right it needs.

These are the only roads: another organisation's object is not there (404), and a view that names
neither a right nor that it is public is not shown at all.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase

from deungdae.web.core.models import Invitation, Membership, Owned, Person
from deungdae.web.core.rules import allowed
from deungdae.web.core.scope import Scope

View = Callable[..., HttpResponseBase]
Model = TypeVar("Model", bound=Owned)

#: Where a session remembers which organisation's pages are shown.
CURRENT = "organisation"


def scope_of(person: Person, wanted: str | None = None) -> Scope:
    """Return what a person reaches; `wanted` is the public id of the organisation to show."""
    held = list(
        # The scope itself is made here, so this one query stands before any scope.
        Membership._base_manager.filter(person=person)
        .select_related("organisation")
        .order_by("organisation__demo", "organisation__name", "pk")
    )
    organisations = [membership.organisation for membership in held]
    chosen = [o for o in organisations if str(o.public_id) == wanted] or organisations
    return Scope(
        person,
        {membership.organisation_id: membership.rank for membership in held},
        chosen[0] if chosen else None,
    )


def get_owned(model: type[Model], scope: Scope, public_id: UUID | str) -> Model:
    """Return the object with this id within the scope.

    Raises Http404 when there is none, when it belongs to somebody else, or when this is no id.
    """
    try:
        found = model.objects.within(scope).filter(public_id=public_id).first()
    except ValidationError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def beside(scope: Scope, row: Owned, right: str) -> Scope:
    """Return the same person's scope with the organisation of `row` as the one that is shown.

    Who is a member of two organisations may open a row of the one while the pages of the other are
    shown; what such a row is offered, and by which right, is a matter of its own organisation.
    Raises PermissionDenied without the right there.
    """
    if not scope.may(right, row.organisation):
        raise PermissionDenied
    return replace(scope, current=row.organisation)


def get_membership(scope: Scope, public_id: UUID | str) -> Membership:
    """Return a membership within the scope, with its person; Http404 without one."""
    return get_owned(Membership, scope, public_id)


def get_invitation(scope: Scope, public_id: UUID | str) -> Invitation:
    """Return an invitation within the scope; Http404 without one."""
    return get_owned(Invitation, scope, public_id)


def needs(right: str) -> Callable[[View], View]:
    """Say which right a view needs in the organisation whose pages are shown; without it, 403."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            scope: Scope = request.tenant_scope
            if not allowed(right, scope, scope.current):
                raise PermissionDenied
            return view(request, *args, **named)

        guarded.guard = right  # type: ignore[attr-defined]
        return guarded

    return mark


def public(view: View) -> View:
    """Say that anybody may see a view, signed in or not."""
    marked: View = login_not_required(view)
    marked.guard = "public"  # type: ignore[attr-defined]
    return marked


def before_password(view: View) -> View:
    """Say that a view may be seen before a one-time password has been changed."""
    view.before_password = True  # type: ignore[attr-defined]
    return view
