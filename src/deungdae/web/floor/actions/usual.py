"""The reasons with which the lists of Korean plants usually begin."""

from typing import Final

#: code, Korean word, English word, class of time
USUAL_STOPS: Final = (
    ("mould-change", "금형 교체", "Tool change", "setup"),
    ("product-change", "품종 교체", "Product changeover", "setup"),
    ("adjustment", "조건 조정", "Adjusting settings", "setup"),
    ("machine-fault", "설비 고장", "Machine breakdown", "down"),
    ("mould-fault", "금형 고장", "Tool breakdown", "down"),
    ("robot-fault", "로봇·주변기기 고장", "Robot or peripheral fault", "down"),
    ("no-material", "자재 대기", "Waiting for material", "starved"),
    ("no-operator", "작업자 대기", "Waiting for an operator", "starved"),
    ("upstream", "앞 공정 대기", "Waiting for the step before", "starved"),
    ("downstream", "뒤 공정 막힘", "Blocked by the next step", "blocked"),
    ("quality-check", "품질 확인", "Quality check", "stopped"),
    ("cleaning", "청소·점검", "Cleaning and inspection", "stopped"),
    ("meeting", "조회·교육", "Meeting or training", "stopped"),
    ("no-plan", "생산 계획 없음", "No production planned", "stopped"),
    ("power-failure", "정전·유틸리티 이상", "Power or utility failure", "down"),
    ("other", "기타", "Other", "stopped"),
)
#: code, Korean word, English word
USUAL_SCRAP: Final = (
    ("dimension", "치수 불량", "Out of dimension"),
    ("appearance", "외관 불량", "Appearance"),
    ("scratch", "긁힘·찍힘", "Scratch or dent"),
    ("short-shot", "미성형", "Short shot"),
    ("burr", "버·플래시", "Burr or flash"),
    ("crack", "깨짐·균열", "Crack"),
    ("contamination", "이물·오염", "Contamination"),
    ("assembly-error", "조립 불량", "Assembly error"),
    ("function", "기능 불량", "Function test failed"),
    ("start-up-scrap", "초기 조정품", "Start-up scrap"),
    ("other-scrap", "기타 불량", "Other"),
)
