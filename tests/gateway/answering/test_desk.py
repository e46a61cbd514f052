"""One huge question is ended with a sentence, and neither it nor many of them hold up others."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from history_site import HistorySite

from deungdae.bus import Asked, Refusal
from deungdae.bus.desk import LONG, QUICK, Desk, Stream
from deungdae.bus.given import Given
from deungdae.records.errors import PublicError

S = 1_000_000
T = 1_795_348_800 * S
OURS, THEIRS = "가온정밀", "누리사출"


def asked(organisation: str, name: str = "wait", **parameters: Any) -> Asked:
    return Asked(name, organisation, parameters, within=30.0)


def test_a_question_that_takes_too_long_is_ended_in_words_and_an_export_goes_on(
    tmp_path: Path,
) -> None:
    with HistorySite(tmp_path, quick_rules=replace(QUICK, seconds=0.0)) as site:
        site.store(OURS, "plc", "a/b/c", [(T + n * S, float(n)) for n in range(1000)])
        span: dict[str, Any] = {"tags": ["a/b/c"], "start": T, "end": T + 1000 * S}
        with pytest.raises(Refusal, match="took too long") as refused:
            site.ask("aggregate", OURS, **span, every=S)
        assert "Choose a shorter span" in str(refused.value)
        assert site.read("arrow", OURS, **span)


class Blocking:
    """A handler whose questions last until they are let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.running = 0
        self._lock = threading.Lock()

    def __call__(self, organisation: str, given: Given) -> dict[str, str]:
        if organisation == OURS:
            with self._lock:
                self.running += 1
            assert self.let_go.wait(20)
        return {"of": organisation}


def test_many_questions_of_one_organisation_leave_a_thread_to_the_others() -> None:
    blocking = Blocking()
    desk = Desk({"wait": blocking}, {}, replace(QUICK, share=6))

    async def work() -> None:
        ours = [asyncio.create_task(desk.answer(asked(OURS))) for _ in range(6)]
        while blocking.running < QUICK.threads - 1:
            await asyncio.sleep(0.01)
        theirs = await asyncio.wait_for(desk.answer(asked(THEIRS)), 10)
        assert [piece async for piece in theirs.pieces] == [f'{{"of":"{THEIRS}"}}'.encode()]
        assert blocking.running == QUICK.threads - 1
        with pytest.raises(PublicError, match="6 questions of your organisation"):
            await desk.answer(asked(OURS))
        blocking.let_go.set()
        await asyncio.gather(*ours)
        await desk.answer(asked(OURS))

    asyncio.run(work())
    desk.close()


def test_an_export_whose_reader_went_away_is_let_go_and_makes_room() -> None:
    ended = threading.Event()

    def endless(organisation: str, given: Given) -> Stream:
        def pieces() -> Iterator[bytes]:
            try:
                while True:
                    yield b"row"
            finally:
                ended.set()

        return Stream(pieces())

    desk = Desk({}, {"export": endless}, QUICK, replace(LONG, share=1))

    async def work() -> None:
        said = await desk.answer(asked(OURS, "export"))
        assert await anext(said.pieces) == b"row"
        with pytest.raises(PublicError, match="1 questions"):
            await desk.answer(asked(OURS, "export"))
        await said.pieces.aclose()  # type: ignore[attr-defined]  # a generator
        again = await desk.answer(asked(OURS, "export"))
        await again.pieces.aclose()  # type: ignore[attr-defined]

    asyncio.run(work())
    desk.close()
    assert ended.is_set()
