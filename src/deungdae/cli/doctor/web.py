"""The web: its database, its pages, and the queue of runs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection, HTTPException

from deungdae.cli.doctor.finding import Finding, bad, good, warning
from deungdae.records.environment import BIND, EMAIL_URL, HTTPS, Settings
from deungdae.records.errors import PublicError
from deungdae.records.messages import message

LONG_WAIT_SECONDS = 120  #: for a job that nobody begins
ANSWER_SECONDS = 5.0
_LOOPBACK = ("127.", "localhost", "::1")


def database(settings: Settings) -> Iterator[Finding]:
    """Look whether the database answers, is whole, and has the tables of this version."""
    file = settings.home / "web" / "deungdae.sqlite3"
    if settings.web.database is None:
        if not file.exists():
            yield warning(
                "database",
                message("There is no database yet."),
                message("Start with: {command}", command="deungdae up"),
            )
            return
        if (fault := _fault(settings)) is not None:
            yield bad(
                "database",
                message("The database is damaged: {reason}", reason=fault),
                message(
                    "Stop everything, keep the file, and go back to the last copy: {command}",
                    command="deungdae restore FOLDER",
                ),
            )
            return
    yield from _tables()


def _fault(settings: Settings) -> str | None:
    file = settings.home / "web" / "deungdae.sqlite3"
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as database:
            verdict = str(database.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)
    return None if verdict == "ok" else verdict


def _tables() -> Iterator[Finding]:
    try:
        from deungdae.web.project import start

        start.django_ready()
    except PublicError as error:
        yield bad("database", error.message, message("Mend that setting."))
        return
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        due = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield bad(
            "database",
            message("The database cannot be used: {reason}.", reason=str(error).split("\n")[0]),
            message("Look whether it runs, and whether the address and the password are right."),
        )
        return
    if due:
        yield warning(
            "database",
            message(
                "The database has the tables of an older version; {count} steps are due.",
                count=len(due),
            ),
            message("Start the pages or the worker: they bring it up to date."),
        )
    else:
        yield good("database", message("The database answers and has the tables of this version."))


def pages(settings: Settings) -> Iterator[Finding]:
    """Look whether the pages answer, and whether strangers could listen to them."""
    web = settings.web
    host = "127.0.0.1" if web.bind in ("0.0.0.0", "::") else web.bind  # noqa: S104 - only asked
    try:
        with closing(HTTPConnection(host, web.port, timeout=ANSWER_SECONDS)) as connection:
            headers = {"Host": web.hosts[0].lstrip("."), "X-Forwarded-Proto": "https"}
            connection.request("GET", "/sign-in/", headers=headers)
            status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        yield warning(
            "pages",
            message(
                "No pages answer at {address}: {reason}",
                address=f"{host}:{web.port}",
                reason=getattr(error, "strerror", None) or str(error),
            ),
            message(
                "If they should: start {command}. If they listen elsewhere, say so in {setting}.",
                command="deungdae up",
                setting=BIND.name,
            ),
        )
    else:
        if status == 200:
            yield good(
                "pages", message("The pages answer at {address}.", address=f"{host}:{web.port}")
            )
        else:
            yield bad(
                "pages",
                message(
                    "The pages answer {status} at {address}.",
                    status=status,
                    address=f"{host}:{web.port}",
                ),
                message("Look into the log of the service."),
            )
    if not web.https and not web.bind.startswith(_LOOPBACK):
        yield bad(
            "pages",
            message(
                "The pages can be reached from outside without encryption ({bind}).", bind=web.bind
            ),
            message(
                "Bind them to 127.0.0.1, put a proxy with HTTPS before them, and set {setting} to "
                "yes.",
                setting=HTTPS.name,
            ),
        )


def queue(settings: Settings) -> Iterator[Finding]:
    """Look whether somebody carries out what the pages ask for."""
    if settings.web.database is None and not (settings.home / "web" / "deungdae.sqlite3").exists():
        return
    try:
        from deungdae.web.project import start

        start.django_ready()
    except PublicError:
        return  # said before
    from django.db import DatabaseError
    from django.utils import timezone

    from deungdae.web.insight import queue as jobs

    try:
        waits = jobs.longest_wait_seconds(timezone.now())
    except DatabaseError:
        return  # said before
    if waits is None:
        yield good("queue", message("No run is waiting."))
    elif waits > LONG_WAIT_SECONDS:
        yield bad(
            "queue",
            message(
                "A run has been waiting for {minutes} minutes and nobody begins it.",
                minutes=round(waits / 60),
            ),
            message("Start a worker: {command}", command="deungdae worker"),
        )
    else:
        yield good("queue", message("Runs are waiting for their turn, none for long."))


def mail(settings: Settings) -> Iterator[Finding]:
    """Look whether the mail server answers, and whether letters wait or were given up."""
    if settings.web.database is None and not (settings.home / "web" / "deungdae.sqlite3").exists():
        return
    try:
        from deungdae.web.project import start

        start.django_ready()
    except PublicError:
        return  # said before
    from django.core.mail import get_connection
    from django.db import DatabaseError
    from django.utils import timezone

    from deungdae.web.core import outgoing

    try:
        waits = outgoing.waiting_for_a_server()
        given_up = outgoing.given_up_since(timezone.now() - timedelta(days=1))
    except DatabaseError:
        return  # said before
    server = settings.web.email
    if server is None and waits:
        yield bad(
            "mail",
            message("{count} letters wait, and no mail server is set up.", count=waits),
            message("Name one in {setting}; they are sent then.", setting=EMAIL_URL.name),
        )
    elif server is None:
        yield good("mail", message("No mail server is set up, and no letter waits for one."))
    else:
        try:
            with closing(get_connection()) as connection:
                connection.open()
        except OSError as error:  # smtplib's errors are OSErrors
            yield bad(
                "mail",
                message(
                    "The mail server {address} does not let us in: {reason}",
                    address=str(server.hostname),
                    reason=getattr(error, "strerror", None) or str(error),
                ),
                message(
                    "Look at {setting} and the file with the password; letters wait meanwhile.",
                    setting=EMAIL_URL.name,
                ),
            )
        else:
            yield good(
                "mail", message("The mail server {address} answers.", address=str(server.hostname))
            )
    if given_up:
        yield warning(
            "mail",
            message("{count} messages of the last day could not be sent.", count=given_up),
            message("The page of the messages sent says why, and sends them again."),
        )


LOOKS = (database, pages, queue, mail)
