"""Words in column names, Korean and English, that tell what a column is for.

Names are compared as plain letters: lower case, camel case split, everything that is not a letter
or digit a space. A word of the lists counts if it is one of the name's words; a Korean word counts
also inside a longer one, since Korean compounds are written together.
"""

import re
from functools import cache

TARGET = [
    "passorfail",
    "pass",
    "fail",
    "판정",
    "합부",
    "양불",
    "불량여부",
    "합격여부",
    "양품여부",
    "검사결과",
    "품질판정",
    "okng",
    "ok",
    "result",
    "judgement",
    "judgment",
    "judge",
    "quality",
    "label",
    "defect",
    "defective",
    "failure",
    "target",
    "verdict",
    "불량",
    "결과",
    "품질",
    "class",
    "grade",
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
]
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
#: Names in which "yes" or 1 means good.
GOOD = ["합격", "합격여부", "양품", "양품여부", "정상", "정상여부", "pass", "ok", "good", "passed"]
BAD = [
    "불량",
    "불량여부",
    "불합격",
    "이상",
    "이상여부",
    "fail",
    "failure",
    "defect",
    "defective",
    "ng",
    "bad",
    "reject",
]
#: Names under which a whole number is a name of something, not a measure.
CODED = [*LOT, *SHIFT, "호기", "라인", "금형번호", "설비번호", "line", "cavity", "cav", "캐비티"]


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
