"""Make a company with somebody who has signed in; print its id and the cookie, as JSON.

python -m watching.company
"""

import json

from deungdae.web.project import start


def main() -> None:
    """Make it in the installation of this environment."""
    start.bring_tables_up_to_date()
    from django.conf import settings
    from django.test import Client

    from deungdae.web.companies.actions import FoundCompany
    from deungdae.web.core.models import Person
    from deungdae.web.core.scope import Scope, SystemActor

    person = Person(email="owner@bench.example", name="owner", language="en")
    person.set_unusable_password()
    person.save()
    everything = Scope.everything(SystemActor("benchmark"))
    made = FoundCompany(scope=everything, name="벤치", site="본공장", owner=person).perform()
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    told = {"name": name, "value": client.cookies[name].value}
    print(json.dumps({"organisation": str(made.organisation.public_id), "cookie": told}))


if __name__ == "__main__":
    main()
