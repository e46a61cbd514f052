"""Units of measure as they stand in headers and behind numbers."""

import re
import unicodedata

_UNIT_WORDS = (
    "°C °F K ℃ deg degC degF rad sec s ms us µs μs ns min hr hrs h day days "
    "m mm cm km um µm μm nm inch in ft mil g kg mg ug µg t ton tCO2 lb N kN mN Nm kNm kgf gf kgfcm "
    "Pa kPa MPa GPa hPa bar mbar psi torr Torr mmHg atm "
    "V mV kV A mA uA µA kA W kW MW mW kWh Wh MWh VA kVA kVar kVarh kvar kvarh Ah mAh "
    "ohm Ω kΩ MΩ mΩ F pF nF uF µF H mH Hz kHz MHz GHz rpm RPM rps spm SPM rev "
    "dB dBm lx lm cd T mT G % %RH RH ppm ppb wt% vol% pH L l mL ml cc ul µL m2 m3 cm2 cm3 mm2 mm3 "
    "mol J kJ MJ cal kcal S mS µS cP EA ea pcs PCS pc set SET shot shots USD KRW BDT AUD EUR "
    "초 분 시간 시 일 주 개월 월 년 개 회 장 매 본 대 명 건 원 천원 백만원 톤 배 차 도 세트"
)
_UNITS = frozenset(unicodedata.normalize("NFKC", word) for word in _UNIT_WORDS.split())
#: Units that may be cut from behind numbers in cells: those that cannot be a code.
_AFTER_NUMBERS = _UNITS - {
    "F",
    "H",
    "T",
    "G",
    "K",
    "t",
    "in",
    "차",
    "도",
    "RH",
    "일",
    "월",
    "년",
    "S",
}
_AFTER_UNDERSCORE = (
    _UNITS
    - {
        word
        for word in _UNITS
        if len(word) == 1 or not word.isascii() or word.lower() in _UNITS - {word}
    }
    - {
        "in",
        "set",
        "SET",
        "min",
        "day",
        "days",
        "shot",
        "shots",
        "pc",
        "deg",
        "sec",
        "RH",
        "hr",
        "cal",
    }
)
_BRACKETED = re.compile(
    r"^(?P<name>.*?)\s*(?:\(\s*(?P<round>[^()]*)\s*\)|\[\s*(?P<square>[^\[\]]*)\s*\]|<\s*(?P<angle>[^<>]*)\s*>)\s*$",
    re.S,
)
_AFTER_COMMA = re.compile(r"^(?P<name>.+?)\s*[,/]\s*(?P<unit>[^,/\s]+(?:/[^,/\s]+)?)\s*$", re.S)
_PIECES = re.compile(r"[·*/⋅ .]|per")
_POWER = re.compile(r"(?:\^?-?[0-9])$")


def as_unit(text: str) -> str | None:
    """Return the unit that a text is, in usual letters ("℃" becomes "°C"), or None."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("()[]").strip()
    if not plain or len(plain) > 15:
        return None
    if plain in _UNITS:
        return plain
    pieces = [piece for piece in _PIECES.split(plain) if piece]
    if pieces and all(p in _UNITS or _POWER.sub("", p) in _UNITS for p in pieces):
        return plain
    return None


def unit_after_number(text: str) -> str | None:
    """Return the unit that stands behind a number in a cell, or None."""
    unit = as_unit(text)
    return unit if unit in _AFTER_NUMBERS or (unit and "/" in unit) else None


def split_unit(header: str) -> tuple[str, str | None]:
    """Split a header into its words and its unit: "온도(℃)" gives ("온도", "°C")."""
    bracketed = _BRACKETED.match(header)
    if bracketed and bracketed["name"].strip():
        inner = bracketed["round"] or bracketed["square"] or bracketed["angle"] or ""
        unit = as_unit(inner)
        if unit is None and bracketed["square"] and re.fullmatch(r"[A-Za-zµΩ°%/^·]{1,8}", inner):
            unit = inner
        if unit:
            return bracketed["name"].strip(), unit
        return header, None
    comma = _AFTER_COMMA.match(header)
    if comma and (unit := as_unit(comma["unit"])) and "," in header:
        return comma["name"].strip(), unit
    words, _, last = header.rpartition("_")
    if words and last in _AFTER_UNDERSCORE:
        return words, last
    return header, None
