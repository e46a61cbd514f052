"""The pages as the owner of a company meets them who has handed nothing in yet."""

from collections.abc import Iterator

import pytest
from reader import Reader


@pytest.fixture
def owner(reader: Reader) -> Reader:
    """The owner at a desk, in English and in light, whatever the test before did."""
    reader.become("owner@empty.example")
    reader.open("/account/")
    reader.speak("en")
    reader.log("browser")
    return reader


@pytest.fixture
def stranger(reader: Reader) -> Iterator[Reader]:
    """Somebody who has not signed in."""
    yield reader
    reader.become(None)
