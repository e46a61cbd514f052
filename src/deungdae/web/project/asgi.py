"""The application that the server calls: files first, then pages."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deungdae.web.project.settings")
django.setup()

from deungdae.web.project.body_limit import BodyLimit  # noqa: E402
from deungdae.web.project.static_files import StaticFiles  # noqa: E402

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

application: App = StaticFiles(BodyLimit(get_asgi_application()))
