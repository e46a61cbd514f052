"""`deungdae up`: a whole installation in one command, with a simulated plant for the demo company.

Started in the order in which one needs the other: the gateway with the bus, what answers and
shows, then the plant and its edge agents. Ended in the order of the data: agents, plant, gateway,
the rest. The agents end before the plant, so that an intended end is recorded as no break.
"""

import os
import re
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from deungdae.bus.alone import Taken, alone
from deungdae.cli import demo_plant
from deungdae.cli.account_words import show_account
from deungdae.cli.ports import Ports
from deungdae.cli.watch import Part, Watch
from deungdae.records.environment import BIND, GATEWAY_BIND, Settings
from deungdae.records.errors import PublicError, UnusableOption
from deungdae.reports.words import Words

AGENTS, PLANT, GATEWAY, PAGES = range(4)  #: the order in which they are told to end
GATEWAY_SECONDS = 60.0  #: a large store takes a while to be read
PLANT_SECONDS = 20.0
WEB_SECONDS = 60.0


class Up:
    """One start of an installation."""

    def __init__(self, settings: Settings, words: Words) -> None:
        self._settings, self._words = settings, words
        self._ports = Ports(settings.home)
        self._usual = Settings.from_environment({})

    def run(self, web_port: int | None, *, plant: bool) -> None:
        """Serve until told to stop. Raises `PublicError` when a vital part cannot be started."""
        try:
            with alone(self._settings.home / "up.lock"):
                self._serve(web_port, plant=plant)
        except Taken as error:
            raise UnusableOption(
                "Deungdae runs already on the data in {home}. Stop it first, or name another "
                "folder in {setting}.",
                home=str(self._settings.home),
                setting="DEUNGDAE_HOME",
            ) from error

    def _serve(self, web_port: int | None, *, plant: bool) -> None:
        from deungdae.web.project import start

        # Told at once when a port is taken, before a minute of preparations.
        web = self._web_port(web_port)
        gateway = self._gateway_port()
        self._ports.remember()
        # What the pages tell of the gateway, and every part below, must know the same port.
        os.environ[GATEWAY_BIND.name] = f"{_bracketed(self._settings.gateway.bind)}:{gateway}"
        # So must messages, whose links lead to the pages.
        os.environ[BIND.name] = f"{_bracketed(self._settings.web.bind)}:{web}"

        def begin(watch: Watch) -> None:
            # It takes longest to be there, and needs no tables.
            watch.begin(Part(("gateway", "--port", str(gateway)), GATEWAY))
            start.bring_tables_up_to_date()
            self._first_company()
            watch.begin(
                Part(("web", "--port", str(web)), PAGES, speaks=True),
                Part(("worker",), PAGES),
                Part(("history",), PAGES),
                Part(("monitor",), PAGES, vital=False),
            )
            if plant:
                self._begin_plant(watch, gateway, web)

        Watch().run(begin)

    def _first_company(self) -> None:
        from deungdae.web.project import start

        account = start.first_company(self._demo_table, self._words.lang)
        if account is not None:
            print(self._words.say("There is a demo company; all its values are generated."))
            show_account(account.email, account.password, self._words)

    def _demo_table(self, folder: Path) -> Path:
        from deungdae.tables import demo

        korean = self._words.lang == "ko"
        return demo.write(folder, seed=7, rows=6000, lang="ko" if korean else "en").path

    def _web_port(self, told: int | None) -> int:
        from deungdae.web.project import serve

        web, usual = self._settings.web, self._usual.web
        if told is None and (web.bind, web.port) == (usual.bind, usual.port):
            return self._chosen("web", web.bind, web.port)
        with serve.listening(web.bind, web.port if told is None else told) as opened:
            return int(opened.getsockname()[1])

    def _gateway_port(self) -> int:
        from deungdae.web.project import serve

        ours, usual = self._settings.gateway, self._usual.gateway
        if (ours.bind, ours.port) == (usual.bind, usual.port):
            return self._chosen("gateway", ours.bind, ours.port)
        with serve.listening(ours.bind, ours.port) as opened:
            return int(opened.getsockname()[1])

    def _chosen(self, name: str, host: str, usual: int) -> int:
        port = self._ports.choose(name, usual, host)
        if port != usual:
            print(
                self._words.say(
                    "Port {usual} is taken by another program; {name} uses {port} instead.",
                    usual=str(usual),
                    name=name,
                    port=str(port),
                ),
                flush=True,
            )
        return port

    def _begin_plant(self, watch: Watch, gateway: int, web: int) -> None:
        """Start plant and agents; whatever hinders them is said, and the rest goes on."""
        server = f"http://127.0.0.1:{gateway}"
        if not watch.until(lambda: _answers(f"{server}/health"), GATEWAY_SECONDS):
            return
        try:
            from deungdae.cli import demo_history, demo_seats
            from deungdae.web.project.demo_plant import register

            folder = demo_plant.folder_of(self._settings)
            opcua = self._ports.choose("opcua", demo_plant.OPCUA_PORT)
            modbus = self._ports.choose("modbus", demo_plant.MODBUS_PORT)
            self._ports.remember()
            seats = demo_seats.seats(folder, opcua, modbus, self._words.lang)
            group = demo_seats.group(demo_plant.GROUP, self._words.lang)
            (folder / "drops").mkdir(parents=True, exist_ok=True)
            lines = demo_seats.lines(self._words.lang)
            registered = register(folder, seats, group, lines)
            if registered is None:
                return
            demo_history.inspected(folder, _now_us() / 1e6)
            ports = ("--opcua-port", str(opcua), "--modbus-port", str(modbus))
            watch.begin(Part(("demo-plant", *ports), PLANT, vital=False))
            watch.until(lambda: _listens(opcua) and _listens(modbus), PLANT_SECONDS)
            for key, code in registered.seats.items():
                _join(server, code, folder / key)
                demo_history.fill(folder, key, _now_us() / 1e6)
                watch.begin(Part(("edge", "run", str(folder / key)), AGENTS, vital=False))
        except (PublicError, ImportError) as error:
            told = error.message if isinstance(error, PublicError) else None
            print(
                self._words.say(
                    "The simulated plant was not started: {reason}",
                    reason=str(error) if told is None else self._words.say_message(told),
                ),
                file=sys.stderr,
                flush=True,
            )
            return
        pages = f"http://{_bracketed(self._settings.web.bind)}:{web}"
        watch.until(lambda: _answers(f"{pages}/sign-in/"), WEB_SECONDS)  # or nobody could look
        print(
            self._words.say(
                "The simulated plant runs; its values move at {url}",
                url=f"{pages}/plant/live/",
            ),
            flush=True,
        )


def _join(server: str, code: str | None, folder: Path) -> None:
    """Join by a code, as `deungdae edge join` does; who has joined follows the gateway's port."""
    from deungdae.edge import joining

    if code is not None:
        joining.join(server, code, folder, ca_file=None, clock_us=_now_us)
        return
    config = folder / joining.CONFIG_FILE
    text = config.read_text("utf-8")
    fresh = re.sub(r'^server = ".*"$', f'server = "{server}"', text, count=1, flags=re.MULTILINE)
    if fresh != text:
        config.write_text(fresh, "utf-8")


def _now_us() -> int:
    return time.time_ns() // 1000


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - our own, by http
            return bool(answer.status < 400)
    except urllib.error.HTTPError:
        return True  # such as for a name of the host that is not its own
    except OSError:
        return False


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
