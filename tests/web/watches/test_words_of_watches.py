"""What a page says of the time that a watch was learned from."""

from deungdae.web.watches.shown.words import learned_share


def test_the_time_that_was_left_out_is_told_only_where_there_is_some() -> None:
    told = {"masked": True, "running": 0.92, "known": 0.92}
    assert learned_share(told) == "it ran 92 % of it, and only that was learned"
    assert learned_share({**told, "known": 0.85}) == (
        "it ran 92 % of it; without what was excluded 85 % remain, and only that was learned"
    )
    assert learned_share({**told, "masked": False}).startswith("nobody says when the machine ran")
