"""Rights of core, and the predicate from which every app makes its own.

A right is a name such as `core.manage_members`; it is asked of a scope and an organisation.
"""

from typing import Any

import rules

from deungdae.web.core.scope import Role, Scope


def at_least(role: Role) -> Any:
    """Return a predicate: the actor has this role in the organisation, or a higher one."""

    @rules.predicate(f"at_least_{role.name.lower()}")
    def has_role(scope: Scope, organisation: Any = None) -> bool:
        held = scope.role_in(organisation)
        return held is not None and held >= role

    return has_role


@rules.predicate
def signed_in(scope: Scope, organisation: Any = None) -> bool:
    """Somebody is known to act, be it a person or a part of the program."""
    return scope.actor is not None


#: What concerns the actor alone: own password, own language, own keys.
rules.add_perm("core.change_self", signed_in)
rules.add_perm("core.see_members", at_least(Role.VIEWER))
rules.add_perm("core.manage_members", at_least(Role.ADMIN))
rules.add_perm("core.manage_owners", at_least(Role.OWNER))
rules.add_perm("core.see_audit", at_least(Role.ADMIN))


def allowed(right: str, scope: Scope, organisation: Any = None) -> bool:
    """Say whether the actor has a right in an organisation.

    Raises `LookupError` for a right that no app has defined: a slip of the pen must not pass as
    a refusal.
    """
    if not rules.perm_exists(right):
        raise LookupError(f"There is no right {right}.")
    return bool(rules.has_perm(right, scope, organisation))
