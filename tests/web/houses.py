"""Organisations with a person in each role. Import it where Django is loaded."""

from dataclasses import dataclass

from access_table import PASSWORD

from deungdae.web.companies.actions import FoundCompany
from deungdae.web.core.models import Membership, Organisation, Person
from deungdae.web.core.scope import Scope, SystemActor

ROLES = ("viewer", "operator", "engineer", "admin", "owner")


@dataclass(frozen=True)
class House:
    """One organisation with a person in each role."""

    organisation: Organisation
    people: dict[str, Person]


def people_of(name: str, domain: str) -> House:
    """Make an organisation with its company, main site and one person for each role."""
    people = {}
    for role in ROLES:
        people[role] = Person(email=f"{role}@{domain}", name=f"{role} {name}", language="en")
        people[role].set_password(PASSWORD)
        people[role].save()
    company = FoundCompany(
        scope=Scope.everything(SystemActor("tests")),
        name=name,
        site="본공장",
        owner=people["owner"],
    ).perform()
    for role in ROLES[:-1]:
        Membership.objects.create(person=people[role], organisation=company.organisation, role=role)
    return House(company.organisation, people)
