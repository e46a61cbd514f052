"""The words by which a shop floor says pass and fail."""

import re
import unicodedata

PASS_WORDS = frozenset(
    {
        "양",
        "양호",
        "양품",
        "정상",
        "정상품",
        "합",
        "합격",
        "합격품",
        "적",
        "적합",
        "ok",
        "okay",
        "good",
        "pass",
        "passed",
        "p",
        "g",
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
        "비정상",
        "부",
        "불합격",
        "부적합",
        "ng",
        "bad",
        "fail",
        "failed",
        "f",
        "reject",
        "rejected",
        "defect",
        "defective",
        "nok",
        "notok",
        "nogood",
    }
)
#: Neither good nor bad: nobody has decided yet.
HOLD_WORDS = frozenset(
    {
        "보류",
        "판정보류",
        "재검",
        "재검사",
        "대기",
        "검사대기",
        "판정대기",
        "미검",
        "미검사",
        "미판정",
        "미측정",
        "검사중",
        "pending",
        "hold",
        "onhold",
        "retest",
        "recheck",
        "wait",
        "waiting",
        "untested",
        "nottested",
        "na",
        "-",
    }
)
#: Words whose meaning depends on the column's name: Y in "불량여부" is bad, in "합격여부" good.
YES_SPOKEN = frozenset({"y", "yes", "예", "true", "t", "유", "있음", "있다"})
NO_SPOKEN = frozenset({"n", "no", "아니오", "아니요", "false", "무", "없음", "없다"})
#: Marks depend on the name likewise, but are less sure: "O" may always mean "in order".
YES_MARKS = frozenset({"o", "v", "1"})
NO_MARKS = frozenset({"x", "0", "-1"})
YES_WORDS = YES_SPOKEN | YES_MARKS
NO_WORDS = NO_SPOKEN | NO_MARKS
#: Under a name that says neither good nor bad, such as "판정", these alone are clear.
YES_IS_GOOD = frozenset({"o", "y", "yes", "예"})
NO_IS_BAD = frozenset({"x", "n", "no", "아니오", "아니요"})

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("○〇◯◎⭕ㅇ", "o"),
        **dict.fromkeys("×✕✖✗✘❌╳", "x"),
        **dict.fromkeys("✓✔√", "v"),
    }
)
_INNER = re.compile(r"[\s./_]+")
#: A known word with a number or an addition: "NG1", "FAIL(치수)", "불량-기포".
_WITH_ADDITION = re.compile(r"([a-z]{2,}|[가-힣]{2,})[\d\-(\[:#,].*")


def plain(word: str) -> str:
    """Return the word as it is compared: without surrounding space, in lower case."""
    return word.strip().lower()


def verdict_word(value: str) -> str:
    """Return a value of a result column as one of the words above, if it is one.

    Circles, crosses and ticks become "o", "x" and "v"; "N.G", "N G" and "N/G" become "ng"; a known
    word with an addition, such as "NG1" or "FAIL(치수)", becomes that word; "1.0" becomes "1".
    """
    said = plain(unicodedata.normalize("NFKC", value.translate(_SIGNS)))
    try:
        return f"{float(said):.15g}"
    except ValueError:
        pass
    said = _INNER.sub("", said)
    longer = _WITH_ADDITION.fullmatch(said)
    if longer and longer[1] in PASS_WORDS | FAIL_WORDS:
        return longer[1]
    return said or plain(value)
