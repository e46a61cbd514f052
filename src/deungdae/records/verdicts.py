"""The words by which a shop floor says pass and fail."""

PASS_WORDS = frozenset(
    {
        "양",
        "양호",
        "양품",
        "정상",
        "합격",
        "적합",
        "ok",
        "good",
        "pass",
        "passed",
        "p",
        "g",
        "o",
        "accept",
        "accepted",
    }
)
FAIL_WORDS = frozenset(
    {
        "불",
        "불량",
        "불량품",
        "이상",
        "불합격",
        "부적합",
        "ng",
        "n.g",
        "n.g.",
        "bad",
        "fail",
        "failed",
        "f",
        "x",
        "reject",
        "rejected",
        "defect",
        "defective",
        "nok",
    }
)
#: Words whose meaning depends on the column's name: Y in "불량여부" is bad, in "합격여부" good.
YES_WORDS = frozenset({"y", "yes", "예", "true", "t", "1", "유"})
NO_WORDS = frozenset({"n", "no", "아니오", "아니요", "false", "0", "무"})


def plain(word: str) -> str:
    """Return the word as it is compared: without surrounding space, in lower case."""
    return word.strip().lower()
