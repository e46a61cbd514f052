"""Serve the peer: Django's admin over the same database, by the same server and static files.

    DEUNGDAE_HOME=… python -m serving.peer

Prints its address. Ends with its standard input.
"""

import os
import socket
import sys
import tempfile
import threading

from django.conf import settings

from deungdae.web.project import settings as ours


def main() -> None:
    """Serve until the standard input ends."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    static = tempfile.TemporaryDirectory(prefix="deungdae-peer-")
    template = {
        **ours.TEMPLATES[0],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
    changed = {
        "INSTALLED_APPS": [*ours.INSTALLED_APPS, "django.contrib.admin"],
        "MIDDLEWARE": [name for name in ours.MIDDLEWARE if name.startswith("django.")],
        "ROOT_URLCONF": "serving.peer_urls",
        "TEMPLATES": [template],
        "FORM_RENDERER": "django.forms.renderers.DjangoTemplates",
        "STATIC_ROOT": static.name,
        "STATICFILES_DIRS": [],
    }
    settings.configure(**{k: v for k, v in vars(ours).items() if k.isupper()} | changed)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    import uvicorn
    from django.core.asgi import get_asgi_application

    from deungdae.web.project.static_files import StaticFiles

    with socket.create_server(("127.0.0.1", 0)) as opened:
        config = uvicorn.Config(
            StaticFiles(get_asgi_application()), lifespan="off", ws="none", log_level="warning",
            access_log=False,
        )  # fmt: skip
        print(f"http://127.0.0.1:{opened.getsockname()[1]}/", flush=True)
        uvicorn.Server(config).run(sockets=[opened])


def _end_with_input() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
