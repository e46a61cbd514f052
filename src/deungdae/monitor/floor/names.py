"""What the names of tags and the words of states usually mean, in Korean and English."""

import re
from collections.abc import Mapping, Sequence

from deungdae.analysis.oee import State

#: Words in the last part of a tag's path, by role; the first role that has one is meant.
_ROLES: Mapping[str, tuple[str, ...]] = {
    "scrap_counter": ("scrap", "reject", "rejects", "ng", "bad", "defect", "불량", "폐기"),
    "rework_counter": ("rework", "reworked", "재작업", "수정"),
    "good_counter": ("good", "ok", "양품"),
    "cycle_time": ("cycle", "cycletime", "ct", "사이클", "택트", "tact"),
    "fault": ("fault", "alarm", "error", "err", "trip", "고장", "알람", "이상", "에러"),
    "lot": ("lot", "batch", "로트"),
    "product": (
        "product",
        "item",
        "recipe",
        "model",
        "mold",
        "mould",
        "품목",
        "제품",
        "금형",
        "품번",
    ),
    "energy": ("energy", "kwh", "wh", "전력량", "적산"),
    "state": ("state", "status", "mode", "상태"),
    "run": ("run", "running", "가동", "운전"),
    "counter": (
        *("shots", "shot", "count", "counter", "cnt", "qty", "parts", "pieces", "strokes", "total"),
        *("생산", "수량", "카운트", "타수", "생산량"),
    ),
    "power": ("kw", "power", "전력"),
    "load": (
        *("current", "amp", "amps", "ampere", "load", "torque", "vibration", "clamp"),
        *("전류", "부하", "진동", "토크"),
    ),
}
_STATES: Mapping[State, tuple[str, ...]] = {
    State.DOWN: ("fault", "alarm", "error", "down", "trip", "breakdown", "고장", "알람", "에러"),
    State.SETUP: ("setup", "changeover", "warmup", "heating", "준비", "교체", "셋업", "예열"),
    State.STARVED: ("starved", "starving", "waiting", "material", "자재", "공급"),
    State.BLOCKED: ("blocked", "full", "막힘", "만재"),
    State.STOPPED: (
        "stop",
        "stopped",
        "idle",
        "off",
        "standby",
        "pause",
        "정지",
        "대기",
        "휴지",
        "비가동",
    ),
    State.RUNNING: (
        *("run", "running", "auto", "on", "producing", "production", "closing", "opening"),
        *("injecting", "injection", "packing", "holding", "cooling", "ejecting", "plasticizing"),
        *("filling", "clamping", "cutting", "pressing", "cycle", "가동", "운전", "생산", "자동"),
    ),
}
#: Words among the tags of a machine, by the template that they suggest.
_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "injection": (
        "shots",
        "shot",
        "barrel",
        "melt",
        "injection",
        "imm",
        "mold",
        "사출",
        "금형온도",
    ),
    "press": ("press", "stroke", "strokes", "tonnage", "프레스", "타수"),
    "machining": ("spindle", "feed", "cnc", "mct", "lathe", "주축", "가공", "선반"),
    "assembly": ("assembly", "screw", "torque", "조립", "체결"),
    "packaging": ("pack", "packing", "wrap", "carton", "포장"),
}
_CUT = re.compile(r"[^0-9a-z가-힣]+")


def role_of(tag: str) -> str | None:
    """Return the role that the name of a tag suggests."""
    return next(
        (role for role, words in _ROLES.items() if _has(tag.rpartition("/")[2], words)), None
    )


def rank_of(tag: str, role: str) -> int:
    """Return how well the name of a tag suits a role, 0 best; a current tells more than a clamp."""
    words = _ROLES.get(role, ())
    at = [place for place, word in enumerate(words) if _has(tag.rpartition("/")[2], (word,))]
    return min(at, default=len(words))


def state_of(value: str) -> State | None:
    """Return the state that a word suggests."""
    return next((state for state, words in _STATES.items() if _has(value, words)), None)


def template_of(tags: Sequence[str]) -> str:
    """Return the template of machine that the names of its tags suggest."""
    # What the machine is called tells more than its line, which may hold machines of all kinds.
    for part in ("machine", "line"):
        told = [_part(tag, part) for tag in tags]
        for template, words in _TEMPLATES.items():
            if any(_has(each, words) for each in told):
                return template
    return "generic"


def _part(tag: str, part: str) -> str:
    """Return what stands of a machine and its signals, or of all before it, without numbers."""
    parts = re.sub(r"\d+", "", tag).split("/")
    return "/".join(parts[-2:] if part == "machine" else parts[:-2])


def _has(text: str, words: tuple[str, ...]) -> bool:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).lower()
    parts = set(_CUT.split(apart))
    # Korean words are written together: 생산수량 holds 수량.
    return any(word in parts or (not word.isascii() and word in apart) for word in words)
