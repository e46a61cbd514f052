"""Rights of core, and the predicate from which every app makes its own.

A right is a name such as `core.manage_members`; it is asked of a scope and an organisation.
"""

from typing import Any

import rules

from deungdae.web.core.scope import Role, Scope, SystemActor


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


@rules.predicate
def is_system(scope: Scope, organisation: Any = None) -> bool:
    """The program itself acts, asked by whoever runs the machine."""
    return isinstance(scope.actor, SystemActor)


#: What concerns the actor alone: own password, own language, own keys.
rules.add_perm("core.change_self", signed_in)
#: What only the one who runs the machine may do, from the command line.
rules.add_perm("core.run_installation", is_system)
rules.add_perm("core.see_members", at_least(Role.VIEWER))
rules.add_perm("core.manage_members", at_least(Role.ADMIN))
rules.add_perm("core.manage_owners", at_least(Role.OWNER))
rules.add_perm("core.see_audit", at_least(Role.ADMIN))
#: What was sent to whom, and what could not be sent.
rules.add_perm("core.see_outgoing", at_least(Role.ENGINEER))
rules.add_perm("core.manage_outgoing", at_least(Role.ADMIN))


def allowed(right: str, scope: Scope, organisation: Any = None) -> bool:
    """Say whether the actor has a right in an organisation; see `Scope.may`."""
    return scope.may(right, organisation)
