"""Words in column names, Korean and English, that tell what a column is for.

Names are compared as plain letters: lower case, camel case split, everything that is not a letter
or digit a space. A word of the lists counts if it is one of the name's words; a Korean word counts
also inside a longer one, since Korean compounds are written together.
"""

import re
from functools import cache
from typing import Literal

#: Names of the result itself, the surest first.
TARGET = [
    "passorfail",
    "passfail",
    "판정",
    "합부",
    "양불",
    "적부",
    "불량여부",
    "합격여부",
    "양품여부",
    "검사결과",
    "품질판정",
    "okng",
    "불합격",
    "합격",
    "부적합",
    "적합",
    "양품",
    "불량",
    "result",
    "judgement",
    "judgment",
    "judge",
    "defect",
    "defective",
    "verdict",
    "isok",
    "최종검사",
    "종합검사",
    "출하검사",
    "finalinspection",
]
#: Names that a result may have, and other things too.
TARGET_TOO = [
    "pass",
    "fail",
    "passed",
    "failed",
    "rejected",
    "reject",
    "faulty",
    "ok",
    "ng",
    "정상여부",
    "이상여부",
    "이상유무",
    "정상",
    "이상",
    "quality",
    "label",
    "failure",
    "target",
    "결과",
    "품질",
    "class",
    "grade",
]
#: The last word on a part, and words that came before it.
FINAL = ["최종", "종합", "전체", "final", "overall", "total", "출하"]
EARLIER = ["1차", "2차", "3차", "초기", "중간", "가판정", "자주검사", "이전", "first", "previous"]
#: Things that are judged, other than the parts.
NOT_A_PART = [
    "설비",
    "센서",
    "장비",
    "기계",
    "알람",
    "경보",
    "통신",
    "점검",
    "alarm",
    "sensor",
    "machine",
    "equipment",
    "status",
    "상태",
]
REASON = [
    "reason",
    "사유",
    "불량유형",
    "불량명",
    "불량내용",
    "불량종류",
    "불량원인",
    "불량코드",
    "원인",
    "유형",
    "defecttype",
    "cause",
    "symptom",
]
AFTER = [
    "판정",
    "합부",
    "양불",
    "불량",
    "불량여부",
    "불량수",
    "불량수량",
    "불량률",
    "불량율",
    "합격",
    "불합격",
    "합격여부",
    "검사결과",
    "재검",
    "재작업",
    "폐기",
    "재판정",
    "처리결과",
    "조치",
    "defect",
    "defective",
    "defects",
    "reject",
    "rejected",
    "rejects",
    "scrap",
    "rework",
    "disposition",
    "verdict",
    "judgement",
    "judgment",
    "passorfail",
    "passfail",
    "okng",
    "failure",
    "failures",
    "inspection",
    "inspector",
    "검사자",
    "검사원",
    "검사치",
    "검사값",
    "측정불량",
    "수리",
    "repair",
    "repaired",
    "반품",
    "클레임",
    "claim",
    "claims",
    "손실금액",
    "손실비용",
    "손실액",
    "손실수량",
    "손실시간",
]
#: The same, but only as the whole name: "압력손실" is a measure of the process.
AFTER_ALONE = ["손실", "loss"]
PRODUCT = [
    "part",
    "product",
    "item",
    "model",
    "품명",
    "품번",
    "제품",
    "제품명",
    "품목",
    "기종",
    "모델",
    "차종",
    "equip",
    "equipment",
    "machine",
    "설비",
    "설비명",
    "호기",
    "line",
    "라인",
    "기계",
    "sku",
    "금형번호",
    "규격",
    "type",
    "tool",
    "재질",
]
LOT = ["lot", "batch", "로트", "배치", "lotno", "롯트", "차지", "experiment", "실험번호"]
SHIFT = ["shift", "근무조", "교대", "주야", "조", "작업조", "주야간"]
PERSON = ["operator", "worker", "작업자", "담당자", "inspector", "검사자", "검사원"]
IDENTIFIER = [
    "id",
    "serial",
    "uid",
    "udi",
    "seq",
    "index",
    "key",
    "barcode",
    "순번",
    "시리얼",
    "일련번호",
    "바코드",
    "serialno",
]
TIME = [
    "timestamp",
    "일시",
    "시각",
    "시간",
    "datetime",
    "time",
    "생산일시",
    "작업일시",
    "측정일시",
    "date",
    "일자",
    "날짜",
]
#: Times that lie after the making of the part, or before it; the machine's own time is preferred.
OTHER_TIME = [
    "plan",
    "계획",
    "검사",
    "inspection",
    "입력",
    "등록",
    "register",
    "created",
    "updated",
    "수정",
    "출하",
    "ship",
]
#: Words under which "yes" or 1 means bad, and good; the bad ones may contain a good one.
BAD_KOREAN = re.compile("불합격|부적합|비정상|미달|불량|불양|이상|결함|하자")
GOOD_KOREAN = re.compile("합격|적합|정상|양품|양호")
BAD_ENGLISH = frozenset(
    [
        "fail",
        "failed",
        "failure",
        "failures",
        "fault",
        "faulty",
        "defect",
        "defects",
        "defective",
        "ng",
        "nok",
        "bad",
        "reject",
        "rejected",
        "abnormal",
        "anomaly",
        "scrap",
        "nonconforming",
        "isfail",
        "isdefect",
        "isdefective",
        "isng",
        "isbad",
        "notok",
    ]
)
GOOD_ENGLISH = frozenset(
    ["pass", "passed", "ok", "good", "normal", "accept", "accepted", "isok", "isgood", "ispass"]
)
BOTH_ENGLISH = frozenset(["passorfail", "passfail", "okng", "ngok", "goodbad", "okornot", "oknok"])
#: Names under which a whole number is a name of something, not a measure.
_NAMED_ALONE = "|".join(
    [
        "품번",
        "기종",
        "모델",
        "차종",
        "설비",
        "장비",
        "기계",
        "호기",
        "라인",
        "금형",
        "캐비티",
        "로트",
        "롯트",
        "배치",
        "차지",
        "근무조",
        "작업조",
        "교대",
        "주야",
    ]
)
_NAMED_BY_CODE = "|".join(
    [
        "제품",
        "품목",
        "부품",
        "도면",
        "규격",
        "헤드",
        "노즐",
        "작업장",
        "공정",
        "원료",
        "자재",
        "재질",
        "업체",
        "협력사",
        "공급사",
        "색상",
        "작업자",
        "실험",
        "조",
    ]
)
_CODED_KOREAN = re.compile(
    f".*(({_NAMED_ALONE})(코드|번호|명|구분|no|id|code)?|({_NAMED_BY_CODE})(코드|번호|no|id|code))|조"
)
_CODED_NOUNS = [
    "machine",
    "line",
    "mold",
    "mould",
    "product",
    "part",
    "item",
    "model",
    "lot",
    "batch",
    "cavity",
    "cav",
    "station",
    "equip",
    "equipment",
    "tool",
    "head",
    "nozzle",
    "mc",
    "sku",
    "shift",
    "experiment",
    "supplier",
    "material",
    "operator",
]
_NUMBER_WORDS = frozenset(["no", "number", "num", "code", "id"])
_CODED_ENGLISH = re.compile(f"({'|'.join(_CODED_NOUNS)})(no|number|num|code|id)")
_NOUNS_ALONE = frozenset(_CODED_NOUNS) - {"head", "tool", "material", "part", "product", "item"}
_UNIT = re.compile(r"[(\[（][^()\[\]（）]*[)\]）]\s*$")


@cache
def words(name: str) -> tuple[str, ...]:
    """Return the words of a column name, and the whole name without its spaces as the last one."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = re.sub(r"[^0-9a-z가-힣]+", " ", split.lower()).split()
    return (*plain, "".join(plain))


def names(name: str, vocabulary: list[str]) -> bool:
    """Tell whether a column name has a word of the vocabulary."""
    of_name = words(name)
    for word in vocabulary:
        if word in of_name:
            return True
        if len(word) > 1 and word >= "가" and any(word in part for part in of_name):
            return True
    return False


def numbered(name: str) -> bool:
    """Tell whether a name ends as the number of something does: "Lot No.", "설비번호"."""
    last = words(name)[-2:-1]
    return bool(last) and (last[0] in ("no", "number") or last[0].endswith("번호"))


def rank(name: str, vocabulary: list[str]) -> int:
    """Return how early in the vocabulary a word of the name stands: larger is a better match."""
    for place, word in enumerate(vocabulary):
        if names(name, [word]):
            return len(vocabulary) - place
    return 0


def side(name: str) -> Literal["good", "bad", "neutral"]:
    """Tell what "yes", "O" or 1 means under a name; neutral if it says both or neither."""
    of_name = words(name)
    korean = of_name[-1] if of_name else ""
    bad = bool(BAD_KOREAN.search(korean)) or any(w in BAD_ENGLISH for w in of_name)
    good = bool(GOOD_KOREAN.search(BAD_KOREAN.sub(" ", korean)))
    good |= any(w in GOOD_ENGLISH for w in of_name)
    if good and not bad and "not" in of_name:
        return "bad"
    if bad == good or "notok" in of_name or any(w in BOTH_ENGLISH for w in of_name):
        return "bad" if "notok" in of_name else "neutral"
    return "bad" if bad else "good"


def coded(name: str) -> bool:
    """Tell whether a number under this name is a code: "품번", "Machine No", "설비번호".

    The noun must end the name: "라인" is a code and "라인속도" is a measure.
    """
    of_name = words(_UNIT.sub("", name)) or words(name)
    if not of_name:
        return False
    *parts, whole = of_name
    if _CODED_KOREAN.fullmatch(whole) or _CODED_ENGLISH.fullmatch(whole):
        return True
    last = parts[-1] if parts else whole
    if last in _NUMBER_WORDS:
        return any(part in _CODED_NOUNS for part in parts)
    return last in _NOUNS_ALONE


def after(name: str) -> bool:
    """Tell whether a name says that its values are known only after the inspection."""
    return names(name, AFTER) or words(_UNIT.sub("", name))[-1:] in [(w,) for w in AFTER_ALONE]
