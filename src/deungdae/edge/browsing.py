"""Looks at a machine because somebody at the server asks, beside everything that runs."""

from itertools import islice
from threading import Event, Thread
from typing import Any

from deungdae.edge.config import Config, DriverConfig, read_to_browse
from deungdae.edge.drivers import DriverFailed, DriverMissing, Found
from deungdae.edge.fields import Problem
from deungdae.records.messages import Message, message
from deungdae.records.readings import shown

SECONDS = 20.0  #: for the whole of it; whoever asks waits a little longer
MOST = 2000
MOST_SIGNS = 200  #: of a text that is shown


def plain(sentence: Message | None) -> dict[str, Any] | None:
    """Return a sentence as data, so that the server can say it in the reader's language."""
    if sentence is None:
        return None
    return {"template": sentence.template, "values": dict(sentence.values)}


def browse(config: Config, task: dict[str, Any], seconds: float = SECONDS) -> dict[str, Any]:
    """Return what a machine offers, or why it does not, within some seconds."""
    table, most = task.get("driver"), task.get("most")
    problems: list[Problem] = []
    driver = read_to_browse(table if isinstance(table, dict) else {}, config, problems)
    if problems:
        return {
            "error": plain(problems[0].what),
            "problems": [{"where": p.where, "what": plain(p.what)} for p in problems],
        }
    look = _Look(driver, max(1, min(most, MOST)) if type(most) is int else 500)
    # What hangs in the machine's library is left behind; it must not keep the answer.
    Thread(target=look.run, name="browse", daemon=True).start()
    ended = look.ended.wait(seconds)
    found = list(look.found)
    if look.problem is not None and not found:
        return {"error": plain(look.problem)}
    if not ended and not found:
        late = message("The machine did not answer within {seconds} seconds.", seconds=seconds)
        return {"error": plain(late)}
    return {
        "found": [_row(one) for one in found[: look.most]],
        "more": not ended or len(found) > look.most,
    }


class _Look:
    def __init__(self, driver: DriverConfig, most: int) -> None:
        self.found: list[Found] = []
        self.problem: Message | None = None
        self.ended = Event()
        self.most = most
        self._driver = driver

    def run(self) -> None:
        try:
            # One more than is wanted, so that we know whether there is more.
            for found in islice(self._driver.recipe.make().browse(self.most + 1), self.most + 1):
                self.found.append(found)
        except (DriverFailed, DriverMissing) as error:
            self.problem = error.message
        except Exception as error:  # noqa: BLE001 - whoever asked must hear of it
            self.problem = message(
                "The driver stopped by a fault of its own: {why}",
                why=shown(f"{type(error).__name__}: {error}"),
            )
        finally:
            self.ended.set()


def _row(found: Found) -> dict[str, Any]:
    value = found.value
    return {
        "address": found.address,
        "name": shown(found.name, MOST_SIGNS),
        "value": shown(value, MOST_SIGNS) if isinstance(value, str) else value,
        "kind": shown(found.kind),
        "quality": int(found.quality),
        "path": shown(found.path, MOST_SIGNS),
        "unit": None if found.unit is None else shown(found.unit),
    }
