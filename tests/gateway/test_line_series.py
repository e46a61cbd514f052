"""Tag paths made of series, and series found again in them."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deungdae.gateway.lines import Key, Series, path_of, series_of
from deungdae.records.readings import BadReading


def test_a_path_names_prefix_measurement_tags_and_field() -> None:
    series = Series(Key("imm", (("asset", "a2"), ("line", "l1"))), "melt")
    assert path_of("plant", series) == "plant/imm/asset=a2,line=l1/melt"
    assert path_of("", Series(Key("imm"), "melt")) == "imm/melt"


def test_signs_that_mean_something_are_coded() -> None:
    series = Series(Key("a/b", (("k=", "1,2"),)), "50%")
    assert path_of("p", series) == "p/a%2Fb/k%3D=1%2C2/50%25"


def test_many_tags_take_several_parts_and_too_many_are_refused() -> None:
    tags = tuple((f"k{n}", "v" * 100) for n in range(8))
    path = path_of("p", Series(Key("m", tags), "f"))
    assert path.count("/") == 6
    assert series_of("p", path) == Series(Key("m", tags), "f")
    with pytest.raises(BadReading):
        path_of("p", Series(Key("m", tags * 2), "f"))


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(NAMES, st.dictionaries(NAMES, NAMES, max_size=3), NAMES, st.sampled_from(["", "p", "p/q"]))
def test_a_series_is_found_again_in_its_path(
    measurement: str, tags: dict[str, str], field: str, prefix: str
) -> None:
    plain = [measurement, field, *tags, *tags.values()]
    assume(all(unicodedata.is_normalized("NFC", name) for name in plain))
    series = Series(Key(measurement, tuple(sorted(tags.items()))), field)
    path = path_of(prefix, series)
    assume(unicodedata.is_normalized("NFC", "".join(plain)))
    assert series_of(prefix, path) == series


def test_a_path_of_something_else_is_no_series() -> None:
    with pytest.raises(ValueError, match="other/m/f"):
        series_of("p", path_of("", Series(Key("other"), "m/f")).replace("%2F", "/"))  # type: ignore[arg-type]
