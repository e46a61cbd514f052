"""Ending a task for certain."""

import asyncio
from typing import Any


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancel a task until it has ended.

    Once is not enough: `asyncio.wait_for` of Python 3.11 forgets a cancellation that arrives
    together with the result it waited for.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.1)
