"""One of several processes that read, then write, in one transaction: `many_writers.py TIMES`."""

import sys

from deungdae.web.project.start import django_ready

django_ready()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from deungdae.web.core import chain  # noqa: E402
from deungdae.web.core.models import Organisation  # noqa: E402
from deungdae.web.core.scope import SystemActor  # noqa: E402

organisation = Organisation.objects.get()
sys.stdin.readline()  # all begin together
for _ in range(int(sys.argv[1])):
    with transaction.atomic():
        # A number that every process reads and raises by one: what is lost shows in the sum.
        read = Organisation.objects.get(pk=organisation.pk)
        read.name = str(int(read.name) + 1)
        read.save()
        chain.append(organisation, "tests.counted", SystemActor("writer"), {}, timezone.now())
print("done")
