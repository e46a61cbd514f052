"""Jobs that go wrong in every way a job can; each is run in a process of its own."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pyarrow as pa

from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.runs import JobContext


class OddColumn(UnusableOption):
    """A class that the waiting process has never heard of."""


def echo(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    for hundredth in range(0, 101, 25):
        context.progress("읽기", hundredth / 100)
    context.progress("쓰기", 1.0)
    (context.folder / "extra.txt").write_text("a file of the job's own")
    print("said aloud")
    return {"params": params, "home": str(context.home)}


def wait(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    context.progress("waiting", 0.0)
    threading.Event().wait(300)
    return {}


def wait_stubbornly(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return wait(context, params)


def wait_with_a_child(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    child = subprocess.Popen(
        [sys.executable, "-c", "import threading; threading.Event().wait(300)"]
    )
    (context.folder / "child.txt").write_text(str(child.pid))
    return wait(context, params)


def raise_public(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    raise UnusableFile("The file {file} has {lines} lines.", file="9월.xlsx", lines=0)


def raise_unknown_class(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    raise OddColumn("The column {column} is odd.", column="온도")


def raise_secret(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError("secret internals")


def leave(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    sys.exit("secret goodbye")


def leave_without_a_word(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    os._exit(params["status"])


def return_odd(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    odd = {"nan": float("nan"), "infinity": float("inf"), "numpy": np.int64(1)}
    return {"value": odd[params["what"]]}


def return_more_than_fits(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    # A limit on the size of a file stands for the full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
    return {"text": "x" * 20_000}


def segfault(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    ctypes.string_at(0)
    return {}


def killed_by_the_system(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def eat_memory(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    eaten = []
    while True:
        eaten.append(np.ones(1 << 20))


def ask_for_too_much(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    # Untouched memory is not resident, so only the system's own limit can refuse it.
    parts = [np.empty(1 << 27) for _ in range(params["gigabytes"])]
    return {"gigabytes": len(parts)}


def use_all_threads(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    side = np.random.default_rng(0).normal(size=(1000, 1000))
    total = float((side @ np.linalg.inv(side)).trace())
    table = pa.table({f"x{i}": np.arange(200_000.0) for i in range(20)})
    order = table.sort_by([("x0", "descending")])
    return {"trace": round(total, 3), "first": order["x1"][0].as_py()}


def own_numpy(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    return {"numpy": np.__file__}
