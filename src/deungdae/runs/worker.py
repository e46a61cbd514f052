"""The process of one run: `python -P -m deungdae.runs.worker FOLDER`, started by the supervisor.

Its standard input is a pipe that the supervisor never writes to. When it closes, the supervisor is
gone, and the run ends at once: nobody would take its result.
"""

import faulthandler
import importlib
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

from deungdae.records.errors import PublicError, RunFailed
from deungdae.runs import memory, wire
from deungdae.runs.folder import RunFolder, read_json, write_json
from deungdae.runs.job import JobContext


def main(path: Path) -> NoReturn:
    """Carry out the request in the folder and leave the outcome there."""
    threading.Thread(target=_end_with_the_supervisor, daemon=True).start()
    faulthandler.enable()
    folder = RunFolder(path)
    request = read_json(folder.request)
    memory.set_backstop(request["memory_bytes"])
    _carry_out(folder, request)
    sys.stdout.flush()
    sys.stderr.flush()
    # Not through the interpreter's end: native threads of Arrow can abort there, and releasing
    # gigabytes object by object takes time for nothing.
    os._exit(0)


def _carry_out(folder: RunFolder, request: dict[str, Any]) -> None:
    try:
        module, _, function = request["entry"].partition(":")
        work = getattr(importlib.import_module(module), function)
        context = JobContext(Path(request["home"]), folder.path, _Progress(folder.progress))
        result = work(context, request["params"])
        try:
            write_json(folder.outcome, {"result": result})
        except (ValueError, TypeError) as error:
            raise RunFailed(
                "The result holds a value that is not a finite number or not plain data, and was "
                "not kept. Please report it, with the file {log}.",
                log=str(folder.log),
            ) from error
    except PublicError as error:
        traceback.print_exc()
        write_json(folder.outcome, {"error": wire.to_document(error)})
    except MemoryError:
        traceback.print_exc()
        write_json(folder.outcome, {"out_of_memory": True})
    except BaseException:  # noqa: BLE001 - recorded in the log; a panic in Rust is no Exception
        traceback.print_exc()
        failed = RunFailed(
            "The run failed because of a mistake in the program. Nothing was lost. "
            "Please report it, with the file {log}.",
            log=str(folder.log),
        )
        write_json(folder.outcome, {"error": wire.to_document(failed)})


class _Progress:
    """Appends a line when a step begins and whenever it is a hundredth further."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._last = ("", 0.0)

    def __call__(self, step: str, share: float) -> None:
        last_step, last_share = self._last
        if step == last_step and share < 1 and share - last_share < 0.01:
            return
        if (step, share) != self._last:
            self._last = (step, share)
            os.write(self._file, f'{{"step": "{step}", "share": {share:.4f}}}\n'.encode())


def _end_with_the_supervisor() -> None:
    while os.read(0, 1):
        pass
    # The whole group: whatever this process started ends with it.
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
