"""Makes two companies in the installation of this environment; prints a key of each member."""

import json
from datetime import timedelta

from django.utils import timezone

from deungdae.web.project import start

start.bring_tables_up_to_date()

from deungdae.web.companies.actions import FoundCompany  # noqa: E402
from deungdae.web.core.access import scope_of  # noqa: E402
from deungdae.web.core.actions.credentials import MakeToken, RevokeToken  # noqa: E402
from deungdae.web.core.models import Membership, Person  # noqa: E402
from deungdae.web.core.scope import Scope, SystemActor  # noqa: E402

keys = {}
now = timezone.now()
for company in ("gaon", "nuri"):
    owner = Person.objects.create(email=f"owner@{company}.example", name="Owner", language="ko")
    founded = FoundCompany(
        scope=Scope.everything(SystemActor("tests")), name=company, site="Main", owner=owner
    ).perform()
    viewer = Person.objects.create(email=f"viewer@{company}.example", name="Viewer", language="en")
    Membership.objects.create(organisation=founded.organisation, person=viewer, role="viewer")
    for person in (owner, viewer):
        made, key = MakeToken(
            scope=scope_of(person), name="MES", expires_at=now + timedelta(days=1)
        ).perform()
        keys[person.email.split(".")[0]] = key
revoked, key = MakeToken(scope=scope_of(owner), name="lost").perform()
RevokeToken(scope=scope_of(owner), token=revoked, now=now).perform()
keys["revoked"] = key
print(json.dumps(keys))
