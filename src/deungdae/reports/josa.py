"""Korean particles (josa) that fit the word before them.

A translated sentence writes a particle in both of its forms, as Koreans do on printed forms:
`{column}이(가)`, `{column}은(는)`, `{column}을(를)`, `{column}과(와)`, `{column}(으)로`,
`{column}(이)라`. Which form is right depends on how the word before it ends when read aloud.
"""

import re
from typing import NamedTuple

_HANGUL_FIRST, _HANGUL_LAST, _FINALS = 0xAC00, 0xD7A3, 28
_RIEUL = 8

#: both forms as written → (after a consonant, after a vowel)
PAIRS: dict[str, tuple[str, str]] = {
    "은(는)": ("은", "는"),
    "는(은)": ("은", "는"),
    "이(가)": ("이", "가"),
    "가(이)": ("이", "가"),
    "을(를)": ("을", "를"),
    "를(을)": ("을", "를"),
    "과(와)": ("과", "와"),
    "와(과)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)라": ("이라", "라"),
    "(이)나": ("이나", "나"),
}
#: a particle may follow a closing mark: ‘{column}’이(가)
_PARTICLE = re.compile(
    r"(?P<close>[\"'’”»」』]*)(?P<both>" + "|".join(re.escape(p) for p in PAIRS) + ")"
)


class Ending(NamedTuple):
    """How a word ends when it is read aloud in Korean."""

    consonant: bool
    rieul: bool = False  #: the consonant is ㄹ, after which it is 로 and not 으로


_VOWEL, _CONSONANT, _L = Ending(False), Ending(True), Ending(True, True)

# 영 일 이 삼 사 오 육 칠 팔 구; a number that ends in zeros is read 십, 백, 천, 만: consonants too
_DIGITS = dict(
    zip(
        "0123456789",
        (
            _CONSONANT,
            _L,
            _VOWEL,
            _CONSONANT,
            _VOWEL,
            _VOWEL,
            _CONSONANT,
            _L,
            _L,
            _VOWEL,
        ),
        strict=True,
    )
)
# the names of single letters: 엘, 엠, 엔, 알; all others end in a vowel
_LETTERS = {"l": _L, "m": _CONSONANT, "n": _CONSONANT, "r": _L}
_UNITS = {
    "%": _VOWEL,  # 퍼센트
    "℃": _VOWEL,  # 도
    "°c": _VOWEL,
    "°": _VOWEL,
    "mm": _VOWEL,  # 밀리미터
    "㎜": _VOWEL,
    "cm": _VOWEL,
    "m": _VOWEL,
    "km": _VOWEL,
    "um": _VOWEL,
    "μm": _VOWEL,
    "µm": _VOWEL,
    "s": _VOWEL,  # 초
    "ms": _VOWEL,
    "min": _CONSONANT,  # 분
    "h": _CONSONANT,  # 시간
    "g": _CONSONANT,  # 그램
    "kg": _CONSONANT,
    "mg": _CONSONANT,
    "l": _VOWEL,  # 리터
    "ml": _VOWEL,
    "n": _CONSONANT,  # 뉴턴
    "kn": _CONSONANT,
    "nm": _VOWEL,  # 뉴턴미터
    "pa": _L,  # 파스칼
    "kpa": _L,
    "mpa": _L,
    "bar": _VOWEL,
    "rpm": _CONSONANT,
    "k": _CONSONANT,  # 켈빈
    "v": _VOWEL,
    "a": _VOWEL,
    "kw": _VOWEL,
    "w": _VOWEL,
    "hz": _VOWEL,
    "db": _L,  # 데시벨
    "ppm": _CONSONANT,
}


def ending(text: str) -> Ending:
    """Return how `text` ends when read aloud.

    What stands in brackets at the end is skipped, as the Korean spelling rules have it: the
    particle follows the word before the bracket. Latin words are read by rules of thumb.
    """
    word = text.strip().rstrip("\"'’”»」』.,;:!?…")
    word = re.sub(r"(?:\s*[(\[（][^()\[\]（）]*[)\]）])+$", "", word).strip() or word.strip(
        "()[]（）"
    )
    measured = re.search(r"\d\s*([^\d\s]+)$", word)
    if measured and (unit := _unit_ending(measured.group(1))) is not None:
        return unit
    last = word[-1:]
    if not last:
        return _VOWEL
    if _HANGUL_FIRST <= ord(last) <= _HANGUL_LAST:
        final = (ord(last) - _HANGUL_FIRST) % _FINALS
        return Ending(final != 0, final == _RIEUL)
    if last in _DIGITS:
        return _DIGITS[last]
    if last in "%℃°":
        return _VOWEL
    latin = re.search(r"[A-Za-z]+$", word)
    return _latin_ending(latin.group()) if latin else _VOWEL


def _unit_ending(unit: str) -> Ending | None:
    if unit.lower() in _UNITS:
        return _UNITS[unit.lower()]
    if "/" in unit:  # 53 mm/s is read 초당 53밀리미터
        return _unit_ending(unit.split("/", 1)[0])
    return None


def _latin_ending(word: str) -> Ending:
    lower = word.lower()
    word_like = len(word) > 3 and re.search("[aeiou]", lower)
    if len(word) == 1 or (word.isupper() and not word_like):  # an abbreviation is spelled out
        return _LETTERS.get(lower[-1], _VOWEL)
    if re.search(r"(?:[bcdfgkpstz]le|[aeiou]l|ll|[aeiou]le)$", lower):
        return _L
    if re.search(r"(?:n|m|ng|[aeiouy][mn]e|ck|ic|[^aeiou][aeiou]p)$", lower):
        return _CONSONANT
    return _VOWEL


def fit(before: str, literal: str) -> str:
    """Return `literal` with the particle at its start made to fit the word `before` it."""
    found = _PARTICLE.match(literal)
    if not found:
        return literal
    after_consonant, after_vowel = PAIRS[found["both"]]
    end = ending(before)
    with_consonant = end.consonant and not (found["both"] == "(으)로" and end.rieul)
    chosen = after_consonant if with_consonant else after_vowel
    return found["close"] + chosen + literal[found.end() :]
