"""Questions are answered whole, in pieces, or refused in words; nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from bus_for_tests import running, settings_in, within

from deungdae.bus import (
    Answering,
    Asked,
    Connection,
    Question,
    Refusal,
    Said,
    Unavailable,
    address,
    ask,
)
from deungdae.bus import asking as protocol
from deungdae.bus.answering import said_json
from deungdae.records.errors import UnusableOption


def question(name: str = "sum", **parameters: Any) -> Question:
    return Question("test", name, "등대전자", parameters, within=5.0)


class Desk:
    """Somebody who answers, and whom one can look at while he does."""

    def __init__(self) -> None:
        self.given = 0
        self.heard: list[Asked] = []
        self.ended = asyncio.Event()

    async def answer(self, asked: Asked) -> Said:
        self.heard.append(asked)
        if asked.ask == "sum":
            return said_json({"sum": sum(asked.parameters["numbers"])})
        if asked.ask == "refuse":
            raise UnusableOption("One question may name 1 to {most} tags.", most=7)
        if asked.ask == "mistake":
            raise ZeroDivisionError("the password is 1234")
        return Said(self._pieces(asked.ask), {"type": "text/plain"})

    async def _pieces(self, kind: str) -> AsyncIterator[bytes]:
        try:
            for number in range(40):
                self.given += 1
                if kind == "break" and number == 3:
                    raise UnusableOption("One question may name 1 to {most} tags.", most=3)
                yield bytes([number]) * 300_000
        finally:
            self.ended.set()


async def until(true: Any) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


def test_a_question_travels_with_its_organisation_and_its_answer_comes_back(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, line):
            desk = Desk()
            answering = await Answering.open(line, "test", desk.answer)
            async with await ask(line, question(numbers=[1, 2, 4])) as answer:
                assert await answer.json() == {"sum": 7}
            (heard,) = desk.heard
            assert (heard.organisation, heard.parameters) == ("등대전자", {"numbers": [1, 2, 4]})
            await answering.close()

    within(30, work())


def test_refusals_and_mistakes_come_back_as_sentences(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, line):
            answering = await Answering.open(line, "test", Desk().answer)
            with pytest.raises(Refusal) as refused:
                await ask(line, question("refuse"))
            assert refused.value.message.template == "One question may name 1 to {most} tags."
            assert refused.value.message.values == {"most": 7}
            with pytest.raises(Refusal, match="a mistake in the program") as mistaken:
                await ask(line, question("mistake"))
            assert "1234" not in str(mistaken.value)
            answer = await ask(line, question("break"))
            with pytest.raises(Refusal, match="1 to 3 tags"):
                await answer.read()
            await answering.close()

    within(30, work())


def test_a_large_answer_comes_in_pieces_and_a_slow_reader_is_not_flooded(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, line):
            desk = Desk()
            answering = await Answering.open(line, "test", desk.answer)
            answer = await ask(line, question("large"))
            assert answer.about == {"type": "text/plain"}
            # 300,000 bytes are two pieces: eight of them are on their way, and no more.
            await until(lambda: desk.given == 5)
            for _ in range(20):  # others are answered meanwhile, and he gets nothing more
                async with await ask(line, question(numbers=[1])) as other:
                    await other.json()
            assert desk.given == 5
            whole = await answer.read()
            assert whole == b"".join(bytes([number]) * 300_000 for number in range(40))
            await answering.close()

    within(30, work())


def test_who_goes_away_ends_the_work_for_him(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, line):
            desk = Desk()
            answering = await Answering.open(line, "test", desk.answer)
            async with await ask(line, question("large")):
                pass
            await asyncio.wait_for(desk.ended.wait(), 10)
            assert desk.given < 12
            await answering.close()

    within(30, work())


def test_nobody_who_answers_is_said_at_once_and_one_who_dies_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "SILENCE_SECONDS", 1.5)

    async def work() -> None:
        settings = settings_in(tmp_path)
        async with running(settings) as (_, line):
            with pytest.raises(Unavailable, match="nobody answers"):
                await asyncio.wait_for(ask(line, question()), 1.0)
            other = await Connection.open(address(settings), "dies")
            await Answering.open(other, "test", Desk().answer)
            answer = await ask(line, question("large"))
            await other.client.close()
            with pytest.raises(Unavailable):
                await answer.read()
            await other.close()

    within(30, work())


def test_several_share_the_questions(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, line):
            desks = [Desk(), Desk()]
            answerings = [await Answering.open(line, "test", desk.answer) for desk in desks]
            for _ in range(40):
                async with await ask(line, question(numbers=[1])) as answer:
                    await answer.json()
            assert sum(len(desk.heard) for desk in desks) == 40
            assert all(desk.heard for desk in desks)
            for answering in answerings:
                await answering.close()

    within(30, work())


@pytest.mark.parametrize("name", ["organisation", "ask", "within"])
def test_a_parameter_cannot_take_the_place_of_the_organisation(name: str) -> None:
    with pytest.raises(ValueError, match="name that is taken"):
        question(**{name: "누리사출"}).encode()


def test_a_question_about_nobody_is_none() -> None:
    with pytest.raises(ValueError, match="one organisation"):
        Question("test", "sum", "").encode()
