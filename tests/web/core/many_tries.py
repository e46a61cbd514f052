"""One of several processes that try to sign in at the same moment: `many_tries.py TIMES`."""

import sys

from deungdae.web.project.start import django_ready

django_ready()

from django.utils import timezone  # noqa: E402

from deungdae.web.core import throttle  # noqa: E402

sys.stdin.readline()  # all begin together
let_in = 0
for _ in range(int(sys.argv[1])):
    try:
        throttle.begin([("account", "kim@example.com")], timezone.now())
        let_in += 1
    except throttle.TooMany:
        pass
print(let_in)
