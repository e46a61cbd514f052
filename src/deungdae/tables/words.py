"""The words and marks that shop-floor tables use beside their values."""

import re

#: Cells that say "no value". They are compared after trimming, in lower case.
MISSING_MARKS = frozenset(
    {"", "-", "--", "---", "—", "–", "―", "ㅡ", "#n/a", "#n/a n/a", "n/a", "na", "n.a.", "n.a"}
    | {"nan", "null", "(null)", "<na>", "nil", "#null!", "결측", "?", "…", "..."}
)
#: Every spelling of the marks that the CSV parser can turn into nulls by itself.
MISSING_SPELLINGS = sorted(
    {form for mark in MISSING_MARKS for form in (mark, mark.upper(), mark.capitalize())}
    | {"NaN", "<NA>"}
)
#: Words that mean "no value" only where numbers or times stand; elsewhere they are a level.
NONE_WORDS = frozenset({"none", "없음", "해당없음", "해당 없음", "미측정", "무"})
#: What a spreadsheet shows where a formula failed. #N/A is a missing mark.
CELL_ERRORS = frozenset(
    {"#div/0!", "#ref!", "#value!", "#name?", "#num!", "#spill!", "#calc!", "#getting_data"}
    | {"#field!", "#blocked!", "#unknown!", "#연결!", "err", "error", "#error", "#error!"}
)

#: A cell that is nothing but one of these makes its row a subtotal, wherever it stands.
SUBTOTAL_WORDS = frozenset(
    {
        "소계",
        "합계",
        "총계",
        "누계",
        "중계",
        "소 계",
        "합 계",
        "총 계",
        "누 계",
        "총합계",
        "소합계",
        "부분합",
    }
    | {"subtotal", "sub-total", "sub total", "total", "grandtotal", "grand total", "totals"}
)
#: The same, but only as the first cell of a row that is not empty: too short or too common.
_LEADING = (
    r"소\s*계|합\s*계|총\s*계|누\s*계|총\s*합\s*계|중\s*계|부분합|"
    r"sub[\s-]?totals?|(?:grand\s+)?totals?"
)
_LEADING_ALONE = (
    r"계|평\s*균|평균값|최대|최소|최댓값|최솟값|표준편차|sum|average|avg\.?|mean|min|max|std\.?"
)
LEADING_SUBTOTAL = (
    rf"(?i)^\s*[\[(<*※▶]*\s*(?:(?:.{{0,30}}[\s_:\-/])?(?:{_LEADING})|{_LEADING_ALONE}|"
    rf".{{1,12}}(?:소계|합계|총계|누계))\s*(?:\([^)]*\))?\s*[\])>:：]*\s*$"
)
LEADING_SUBTOTAL_RE = re.compile(LEADING_SUBTOTAL)

#: A line under the table begins with one of these.
NOTE_MARK = (
    r"(?i)^\s*(?:※|\*|＊|•|◆|■|▶|#\s|주\s*[)\d:]|주의|비고|참고|출처|작성|확인|결재|"
    r"note|remark|source|prepared|printed|end of)"
)
NOTE_MARK_RE = re.compile(NOTE_MARK)

#: Headers of columns that hold dates or times: they let bare digits be read as such.
_DATE_WORDS = (
    r"일자|일시|날짜|년월일|연월일|생산일|작업일|검사일|제조일|측정일|등록일|입고일|출하일|납기일|발생일|"
    r"(?:^|[^a-z])(?:date|datetime|timestamp|dttm|dt|ymd)(?:$|[^a-z])"
)
DATE_HEADER_RE = re.compile(_DATE_WORDS, re.IGNORECASE)
DATE_CAMEL_RE = re.compile(r"[a-z](?:Date|DateTime|Timestamp)(?:$|[^a-z])|Time[Ss]tamp")
CLOCK_HEADER_RE = re.compile(r"시각|시간|(?:^|[^a-z])time(?:$|[^a-z])|hms", re.IGNORECASE)


def names_a_date(header: str) -> bool:
    """Tell whether a header speaks of a date or a moment."""
    return bool(DATE_HEADER_RE.search(header) or DATE_CAMEL_RE.search(header))


def names_a_clock(header: str) -> bool:
    """Tell whether a header speaks of a time of day."""
    return bool(CLOCK_HEADER_RE.search(header))


def is_missing(text: str) -> bool:
    """Tell whether a cell has no value."""
    return text.strip().lower() in MISSING_MARKS


def is_cell_error(text: str) -> bool:
    """Tell whether a cell shows a failed formula."""
    return text.strip().lower() in CELL_ERRORS
