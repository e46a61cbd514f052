"""Tags of the furnished company that tests of its pages speak of."""

#: Its values come from tests; fresh whatever a slow machine does meanwhile.
MOVING = "1호 라인/사출 1호기/배럴 온도"
