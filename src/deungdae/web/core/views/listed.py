"""What the lists of core hold: members, invitations, keys."""

from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.models import Invitation, Membership, RoleName


def _by_rank() -> Case:
    """The roles in the order of what they may do, for which the database has no other."""
    whens = (When(role=role, then=Value(place)) for place, role in enumerate(RoleName.values))
    return Case(*whens, default=Value(len(RoleName.values)), output_field=IntegerField())


def _role() -> Filter:
    return Filter("role", _("Role"), RoleName.choices, lambda rows, role: rows.filter(role=role))


def members(request: HttpRequest) -> Listing:
    """The members of the organisation that is shown."""
    rows = Membership.objects.here(request.tenant_scope).select_related("person")
    return Listing(
        request,
        rows.annotate(rank_of_role=_by_rank()),
        name="members",
        caption=_("Members"),
        columns=(
            Column("name", _("Name"), "person__name", lambda row: str(row.person)),
            Column(
                "email", _("E-mail address"), "person__email", lambda row: row.person.email,
                file_only=True,
            ),
            Column("role", _("Role"), "rank_of_role", lambda row: row.get_role_display()),
            Column("since", _("Since"), "since", lambda row: row.since),
        ),
        start="name",
        search=_("Find by name or address"),
        search_in=("person__name", "person__email"),
        filters=(_role(),),
    )  # fmt: skip


def invitations(request: HttpRequest) -> Listing:
    """All invitations of the organisation that is shown, each with its `standing` as a code."""
    now = timezone.now()
    words = {
        "open": _("open"), "accepted": _("accepted"), "withdrawn": _("withdrawn"),
        "expired": _("expired"),
    }  # fmt: skip
    waiting = Q(accepted_at=None, withdrawn_at=None)
    kept = {
        "open": waiting & Q(expires_at__gt=now),
        "accepted": Q(accepted_at__isnull=False),
        "withdrawn": Q(withdrawn_at__isnull=False, accepted_at=None),
        "expired": waiting & Q(expires_at__lte=now),
    }
    state = Case(*(When(kept[code], then=Value(code)) for code in kept), default=Value(""))
    return Listing(
        request,
        Invitation.objects.here(request.tenant_scope).annotate(
            rank_of_role=_by_rank(), standing=state
        ),
        name="invitations",
        caption=_("Invitations"),
        columns=(
            Column("email", _("E-mail address"), "email", lambda row: row.email),
            Column("role", _("Role"), "rank_of_role", lambda row: row.get_role_display()),
            Column("state", _("State"), "standing", lambda row: words[row.standing]),
            Column("made", _("Made on"), "created_at", lambda row: row.created_at),
            Column("until", _("Valid until"), "expires_at", lambda row: row.expires_at),
        ),
        start="-made",
        search=_("Find by address"),
        search_in=("email",),
        filters=(
            Filter(
                "state", _("State"), list(words.items()),
                lambda rows, code: rows.filter(kept[code]),
            ),
            _role(),
        ),
    )  # fmt: skip


def keys(request: HttpRequest) -> Listing:
    """A person's own keys for programs that were not revoked."""
    now = timezone.now()
    valid = Q(expires_at=None) | Q(expires_at__gt=now)

    def kept(rows: Any, code: str) -> Any:
        narrowed = {"valid": valid, "expired": ~valid, "unused": Q(last_used_at=None)}
        return rows.filter(narrowed[code])

    return Listing(
        request,
        request.tenant_scope.person.tokens.filter(revoked_at=None),
        name="keys",
        caption=_("Your keys"),
        columns=(
            Column("name", _("Name"), "name", lambda row: row.name),
            Column("made", _("Made on"), "created_at", lambda row: row.created_at, file_only=True),
            Column("used", _("Last used"), "last_used_at", lambda row: row.last_used_at),
            Column("until", _("Valid until"), "expires_at", lambda row: row.expires_at),
        ),
        start="-made",
        search=_("Find by name"),
        search_in=("name",),
        filters=(
            Filter(
                "state",
                _("State"),
                (("valid", _("valid")), ("expired", _("expired")), ("unused", _("never used"))),
                kept,
            ),
        ),
    )
