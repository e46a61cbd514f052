"""Colours and type of all drawings, for those who draw without the chart library as well."""

import re
from typing import Final

#: letters are measured in the packaged font, so that a drawing does not hang on the machine's
MEASURED: Final = "Noto Sans KR"
#: what a screen shows them in; print keeps to the packaged font
FONT: Final = (
    "Pretendard, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', "
    "NanumGothic, system-ui, sans-serif"
)
INK: Final = "#1b2433"
MUTED: Final = "#566173"
GRID: Final = "#e3e7ed"
NEUTRAL: Final = "#8791a1"
ALARM: Final = "#c8321f"
REGION: Final = "#f6d9d3"

#: a page may give these colours other values, as for dark screens; elsewhere they stay as they are
_VARIABLES: Final = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    NEUTRAL: "neutral",
    ALARM: "alarm",
    REGION: "region",
}


def themed(svg: str) -> str:
    """Return the drawing in the page's type and colours: what a page may set is a variable."""
    svg = svg.replace(f'font-family="{MEASURED}"', f'font-family="{FONT}"')
    for colour, name in _VARIABLES.items():
        svg = re.sub(
            rf'(fill|stroke)="{colour}"', rf'\1="var(--chart-{name}, {colour})"', svg, flags=re.I
        )
    return svg
