"""Names of tags: as they are typed, and as they are proposed."""

import pytest

from deungdae.records.readings import BadReading
from deungdae.web.plant.naming import path_below, proposals, word


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("MeltTemp", "melt_temp"),
        ("용융 온도", "용융_온도"),
        ("Zone 1 / actual", "zone_1_actual"),
        ("DB10.Temp", "db10.temp"),
        ("  ", ""),
    ],
)
def test_a_machines_word_becomes_a_part_of_a_tag(said: str, part: str) -> None:
    assert word(said) == part


def test_a_name_is_proposed_below_line_and_asset() -> None:
    found = [["Objects", "Press3", "Melt Temperature"], ["Objects", "Press3", "Pressure"]]
    assert proposals("line1/press3", found) == [
        "line1/press3/melt_temperature",
        "line1/press3/pressure",
    ]


def test_two_of_one_name_get_the_folder_that_keeps_them_apart() -> None:
    found = [["Press3", "Zone1", "Temp"], ["Press3", "Zone2", "Temp"], ["Press3", "Count"]]
    assert proposals("line1", found) == ["line1/zone1/temp", "line1/zone2/temp", "line1/count"]


def test_what_stands_in_one_place_twice_is_numbered() -> None:
    assert proposals("l", [["A", "Temp"], ["A", "Temp"]], ["l/temp"]) == ["l/a/temp", "l/a/temp_2"]


def test_a_name_without_letters_is_still_a_name() -> None:
    assert proposals("line1", [["***"]]) == ["line1/value"]


def test_what_is_typed_belongs_to_its_site() -> None:
    assert path_below("2공장", "line1/press3/melt") == "2공장/line1/press3/melt"
    assert path_below("2공장", "2공장/line1/melt") == "2공장/line1/melt"
    assert path_below("", " /line1 / melt/ ") == "line1/melt"


def test_a_name_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(BadReading):
        path_below("", "a//b")
    with pytest.raises(BadReading):
        path_below("", "/".join("abcdefghi"))
