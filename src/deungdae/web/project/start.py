"""What has to be in place before pages can be served: tables, files, a first company."""

import fcntl
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import DatabaseError

from deungdae.records.errors import RunFailed, UnusableOption

DEMO_COMPANY = "등대전자 (데모)"
DEMO_SITE = "본공장"
DEMO_ADDRESS = "owner@demo.invalid"
DEMO_OWNER = "데모 사용자"


@dataclass(frozen=True)
class Account:
    """An account that was just made, with the password that opens it once."""

    email: str
    password: str


def django_ready() -> None:
    """Load Django with the settings of this process; a second call changes nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deungdae.web.project.settings")
    django.setup()


def bring_tables_up_to_date() -> None:
    """Make or change the tables of the database.

    Raises `UnusableOption` when the database cannot be reached.
    """
    django_ready()
    from django.conf import settings

    try:
        # Web and worker may start at the same moment: the second waits until the tables stand.
        with (settings.STATE / "tables.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            call_command("migrate", verbosity=0, interactive=False)
        call_command("clearsessions")
    except DatabaseError as error:
        raise UnusableOption(
            "The database cannot be used: {reason}.", reason=str(error).strip().split("\n")[0]
        ) from error


def collect_files() -> None:
    """Put style sheets and scripts of all apps into one folder, named after their content."""
    django_ready()
    from django.conf import settings

    from deungdae.web.core import vega

    try:
        vega.build(settings.ASSETS)
    except subprocess.CalledProcessError as error:
        raise RunFailed("The script that draws charts could not be built.") from error
    call_command("collectstatic", verbosity=0, interactive=False)


def first_company(make_table: Callable[[Path], Path], language: str) -> Account | None:
    """Make the demo company with one file to analyse, unless there is any organisation.

    `make_table` writes the generated demo table into a folder and returns its path. Returns the
    account of the demo company's owner, None when nothing was made.
    """
    django_ready()
    from django.conf import settings
    from django.db import transaction

    from deungdae.web.companies.actions import FoundCompany
    from deungdae.web.core.actions.accounts import EnrolPerson
    from deungdae.web.core.models import Organisation
    from deungdae.web.core.scope import Scope, SystemActor
    from deungdae.web.insight import demo

    if Organisation.objects.exists():
        return None
    table = make_table(settings.STATE / "demo")
    actor = SystemActor("demo")
    with transaction.atomic():
        person, password = EnrolPerson(
            scope=Scope.everything(actor), email=DEMO_ADDRESS, name=DEMO_OWNER, language=language
        ).perform()
        company = FoundCompany(
            scope=Scope.everything(actor),
            name=DEMO_COMPANY,
            site=DEMO_SITE,
            owner=person,
            demo=True,
        ).perform()
        demo.add(Scope.of_system(actor, company.organisation), company.organisation, table)
    return Account(person.email, password)


def new_company(name: str, email: str, owner: str, language: str) -> Account | None:
    """Make a company with its owner; None stands for an owner who has an account already."""
    bring_tables_up_to_date()
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email
    from django.db import transaction

    from deungdae.web.companies.actions import FoundCompany
    from deungdae.web.core.actions.accounts import EnrolPerson
    from deungdae.web.core.models import Person
    from deungdae.web.core.models.people import plain_address

    try:
        validate_email(email)
    except ValidationError as error:
        raise UnusableOption("{email} is not an e-mail address.", email=email) from error
    scope, made = _operator(), None
    with transaction.atomic():
        person = Person.objects.filter(email=plain_address(email)).first()
        if person is None:
            person, password = EnrolPerson(
                scope=scope, email=email, name=owner, language=language
            ).perform()
            made = Account(person.email, password)
        FoundCompany(scope=scope, name=name, site=DEMO_SITE, owner=person).perform()
    return made


def new_password(email: str, *, drop_second_factor: bool) -> Account:
    """Give a person a new one-time password, and forget a phone that was lost if told to.

    Raises `UnusableOption` when nobody has this address.
    """
    person = _person(email)
    from deungdae.web.core.actions.accounts import ResetPassword

    action = ResetPassword(scope=_operator(), person=person, drop_second_factor=drop_second_factor)
    return Account(person.email, action.perform())


def erase(email: str) -> int:
    """Erase what is known of a person; return how many entries of the record lost their words.

    Raises `UnusableOption` when nobody has this address, and for an organisation's last owner.
    """
    person = _person(email)
    from django.utils import timezone

    from deungdae.web.core.actions.accounts import ErasePerson

    return ErasePerson(scope=_operator(), person=person, now=timezone.now()).perform()


def _operator() -> Any:
    from deungdae.web.core.scope import Scope, SystemActor

    return Scope.everything(SystemActor("operator"))


def _person(email: str) -> Any:
    bring_tables_up_to_date()
    from deungdae.web.core.models import Person
    from deungdae.web.core.models.people import plain_address

    person = Person.objects.filter(email=plain_address(email)).first()
    if person is None:
        raise UnusableOption("Nobody has an account with the address {email}.", email=email)
    return person
