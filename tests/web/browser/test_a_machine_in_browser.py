"""A PC joins while its page is open; what a machine offers is looked through in the browser."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from reader import DESKTOP, PHONE, Reader

from deungdae.edge import clock, joining

ENGINEER = "engineer@empty.example"
ROWS = "[data-row]:not([hidden])"


@contextmanager
def running(place: Any, folder: Path) -> Iterator[None]:
    """Run the agent of a folder."""
    program = str(Path(sys.executable).with_name("deungdae"))
    with Popen([program, "edge", "run", folder], env=place.environment, stdout=PIPE) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def looked_through(reader: Reader) -> bool:
    """Say whether the machine was looked through; where its agent was too slow, ask once more."""
    for again in reader.all(".notice a[href$='/browse/']"):
        reader.leave(again.click)
    return bool(reader.all("[data-choosing]"))


def test_a_page_follows_a_pc_that_joins_and_shows_what_its_machine_says(
    reader: Reader, furnished: Any, place: Any, tmp_path: Path
) -> None:
    reader.become(ENGINEER)
    reader.speak("en")
    reader.open("/plant/agents/new/")
    reader.one("[name=name]").send_keys("1라인 PC")
    reader.press_and_leave("main form .button.main")
    for width in (DESKTOP, PHONE):
        reader.width(width)
        assert reader.shut_out() == []
        assert reader.run("return document.documentElement.scrollWidth") <= width
    reader.width(DESKTOP)
    url, code = reader.text("#join-line").split()[-2:]
    folder = tmp_path / "agent"
    reader.leave(lambda: joining.join(url, code, folder, ca_file=None, clock_us=clock.now_us))
    assert reader.text("h1") == "1라인 PC"
    with running(place, folder):
        reader.open(reader.at + "add/simulator/")
        reader.one("[name=name]").send_keys("모의 공장")
        reader.press_and_leave("main form .button.main")
        reader.until(lambda: looked_through(reader))
        assert len(reader.all(ROWS)) == 36
        reader.one("[data-look-for]").send_keys("line2 melt")
        assert len(reader.all(ROWS)) == 2
        assert reader.shut_out() == []
        # The values go on while somebody looks.
        first = reader.text(f"{ROWS} [data-value]")
        reader.until(lambda: reader.text(f"{ROWS} [data-value]") != first)
        reader.press_and_leave(".keep .button.main")
        reader.until(lambda: "is read" in reader.text("#machines"))
