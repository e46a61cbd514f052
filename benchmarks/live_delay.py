"""How long after a change in the PLC the page in the browser says so.

    .venv/bin/python benchmarks/live_delay.py [--seconds 90] [--tags 1000 10000] [--quick]

The whole way is real: a simulated PLC (Modbus TCP; every register changes once a second), `deungdae
edge run`, `deungdae gateway` with its bus, `deungdae web`, server-sent events, Chromium.
Ten of the tags change at moments of their own; the time between the change and the
changed text is the delay. All of it runs on this computer, so that there is one clock. A change
that was followed by the next one before anybody read it is counted as passed over, and a page that
shows the next value shows the change.

How often the agent reads (`--every`) and sends (`--send`) is part of the delay: a change waits half
of both on average, and the page is written at most twice a second.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from deungdae.gateway import issuing
from deungdae.records.batches import MOST_READINGS
from deungdae.records.environment import Settings
from deungdae.records.errors import RunFailed

HERE = Path(__file__).resolve().parent
DEUNGDAE = str(Path(sys.executable).with_name("deungdae"))
PROBES = 10
AIM_SECONDS = 1.5
PATIENCE_SECONDS = 90.0
WARM_SECONDS = 8.0
AGENT = """
[edge]
id = "bench"
server = "http://127.0.0.1:{gateway}"
token_file = "token"

[send]
every_seconds = {send}
most_readings = {most}

[[driver]]
kind = "modbus"
host = "127.0.0.1"
port = {plc}
every_seconds = {every}
"""
VALUE = """
[[driver.value]]
tag = "line{line}/machine{machine:02}/v{tag:05}"
address = {address}
type = "float32"
"""
#: Notes when the text of a probe changes; times in seconds, by the clock of this computer.
WATCH = """
window.noted = [];
for (const row of document.querySelectorAll('tr[data-tag]')) {
  const number = Number(row.dataset.tag.slice(-5));
  if (number >= arguments[0]) continue;
  const value = row.querySelector('[data-value]');
  new MutationObserver(() => window.noted.push(
    [number, Number(value.textContent.replaceAll(',', '')), Date.now() / 1000]
  )).observe(value, {childList: true, characterData: true, subtree: true});
}
"""


def main(words: list[str] | None = None) -> int:
    """Measure and print the table; 1 when a p99 is beyond the aim."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--tags", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--every", type=float, default=0.5, help="seconds between two readings")
    parser.add_argument("--send", type=float, default=0.5, help="seconds between two batches")
    parser.add_argument("--quick", action="store_true", help="20 seconds each")
    asked = parser.parse_args(words)
    seconds = 20.0 if asked.quick else asked.seconds
    print(f"read every {asked.every:g} s, sent every {asked.send:g} s, {seconds:g} s each")
    print("   tags  changes  passed over   p50 s   p95 s   p99 s   max s")
    worst = 0.0
    for tags in asked.tags:
        delays, passed = measure(tags, seconds, asked.every, asked.send)
        ranks = statistics.quantiles(delays, n=100, method="inclusive")
        print(
            f"{tags:7} {len(delays):8} {passed:12} {ranks[49]:7.2f} {ranks[94]:7.2f}"
            f" {ranks[98]:7.2f} {max(delays):7.2f}",
            flush=True,
        )
        worst = max(worst, ranks[98])
    print(f"aim: p99 under {AIM_SECONDS} s")
    return 0 if worst < AIM_SECONDS else 1


def measure(tags: int, seconds: float, every: float, send: float) -> tuple[list[float], int]:
    """Return the delays in seconds, and how many changes were passed over."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="live-delay-")))
        ports = {name: free_port() for name in ("plc", "gateway", "web")}
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DEUNGDAE_")},
            "DEUNGDAE_HOME": str(folder / "home"),
            "DEUNGDAE_LANG": "en",
            "DEUNGDAE_MQTT_BIND": "127.0.0.1:0",
            "PYTHONPATH": str(HERE),
        }
        modules = [sys.executable, "-m"]
        made = subprocess.run(
            [*modules, "watching.company"],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        company = json.loads(made.stdout)
        plc = begin(stack, [*modules, "watching.plc", str(ports["plc"]), str(tags), str(PROBES)],
                    environment)  # fmt: skip
        begin(stack, [DEUNGDAE, "gateway", "--port", str(ports["gateway"])], environment)
        begin(stack, [DEUNGDAE, "web", "--port", str(ports["web"])], environment)
        begin(stack, [DEUNGDAE, "history"], environment, said=False)
        token = issued(environment, company["organisation"])
        agent = folder / "agent.toml"
        agent.write_text(configuration(tags, every, send, ports), "utf-8")
        (folder / "token").write_text(token)
        begin(stack, [DEUNGDAE, "edge", "run", str(agent)], environment, said=False)
        browser = stack.enter_context(chromium(folder))
        seen = watch(browser, f"http://127.0.0.1:{ports['web']}", company["cookie"], seconds)
        assert plc.stdin
        assert plc.stdout
        plc.stdin.close()
        changed = json.loads(plc.stdout.read())
    return delays_of(changed, seen)


def delays_of(
    changed: Sequence[tuple[int, int, float]], seen: Sequence[tuple[int, float, float]]
) -> tuple[list[float], int]:
    """Return how long each change took to be seen, and how many were never seen themselves.

    Counted are changes after the first that the page showed and before the last.
    """
    delays: list[float] = []
    passed = 0
    for tag in range(PROBES):
        shown = {int(number): at for one, number, at in reversed(seen) if one == tag}
        if not shown:
            continue
        for one, number, at in changed:
            if one != tag or not min(shown) < number < max(shown):
                continue
            if number in shown:
                delays.append(shown[number] - at)
            else:
                passed += 1
                delays.append(min(then for later, then in shown.items() if later > number) - at)
    return delays, passed


def watch(browser: Any, url: str, cookie: dict[str, str], seconds: float) -> list[Any]:
    """Open the live page, and return what changed on it: [tag, number, time in seconds]."""
    browser.get(f"{url}/sign-in/")
    browser.add_cookie(cookie)
    machine = "line1/machine00"
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        browser.get(f"{url}/plant/live/?show=100:{machine}")
        rows = browser.execute_script("return document.querySelectorAll('tr[data-tag]').length")
        if rows >= PROBES:
            break
        if time.monotonic() > until:
            raise RuntimeError(browser.execute_script("return document.body.innerText")[:500])
        time.sleep(1)
    time.sleep(WARM_SECONDS)
    browser.execute_script(WATCH, PROBES)
    time.sleep(seconds)
    noted: list[Any] = browser.execute_script("return window.noted")
    return noted


def configuration(tags: int, every: float, send: float, ports: dict[str, int]) -> str:
    """Return the agent's file: assets of 50 tags, lines of 1,000."""
    values = "".join(
        VALUE.format(line=tag // 1000 + 1, machine=tag % 1000 // 50, tag=tag, address=2 * tag)
        for tag in range(tags)
    )
    # A batch must hold what one reading brings, or the agent falls behind by its own doing.
    most = min(max(5000, 2 * tags), MOST_READINGS)
    head = AGENT.format(
        gateway=ports["gateway"], plc=ports["plc"], every=every, send=send, most=most
    )
    return head + values


def issued(environment: dict[str, str], organisation: str) -> str:
    """Return a token for the agent; the gateway may need a moment to be there."""
    settings = Settings.from_environment(environment)
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return issuing.issue(settings, organisation, "bench", edge="bench")
        except RunFailed:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def begin(
    stack: ExitStack, command: list[str], environment: dict[str, str], *, said: bool = True
) -> "subprocess.Popen[str]":
    """Start a program, and wait for its first words; it ends with the stack."""
    process = subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def end() -> None:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        except (subprocess.TimeoutExpired, ValueError):
            process.kill()
            process.wait()

    stack.callback(end)
    if said:
        assert process.stdout
        assert process.stdout.readline(), f"{command} said nothing"
    return process


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def chromium(folder: Path) -> Any:
    """Return a browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium", "chromium-browser", "google-chrome")
    profile = f"--user-data-dir={folder / 'browser'}"
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1200,2400",
        profile,
    ):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=Service(program("chromedriver")))


def program(*names: str) -> str:
    """Return where the first of these programs lies."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit(f"needs {names[0]}: apt-get install chromium chromium-driver")
    return found


if __name__ == "__main__":
    sys.exit(main())
