"""A line with two machines and a machine that stands alone, for the pages of the floor.

They have no shift calendar, so they are always meant to work. Of the first it is known when it ran
(it stood for an hour now and then), of the others nothing.
"""

import time
from typing import Any

from furnish_live import HOUR, RUNS

from deungdae.web.companies.models import Site
from deungdae.web.core.scope import Scope
from deungdae.web.floor import reasons
from deungdae.web.floor.actions.assets import DrawAssets, Drawn, SignalSaid
from deungdae.web.floor.actions.said import SayScrap, SayStop
from deungdae.web.watches.actions.watches import MakeWatch


def floor(everything: Scope, organisation: Any) -> dict[str, str]:
    """Furnish an organisation; return pages by their kinds."""
    told = {"scope": everything, "organisation": organisation}
    site = Site.objects.within(everything).get(organisation=organisation, main=True)
    first = (SignalSaid("run", RUNS), SignalSaid("watched", "1호 라인/사출 1호기/배럴 온도"))
    ideal = {"ideal_seconds": 24.0}
    made = DrawAssets(
        **told,
        site=site,
        drawn=[
            Drawn("line", "line", "1호 라인", "1호 라인", output="one"),
            Drawn("one", "machine", "사출 1호기", "1호 라인/사출 1호기", "injection", "line",
                  signals=first, values=ideal),
            Drawn("two", "machine", "사출 2호기(2공장 3라인 끝, 임시)", "1호 라인/2", "injection",
                  "line"),
            Drawn("dryer", "machine", "건조기", "2호 라인/건조기"),
        ],
    ).perform()  # fmt: skip
    now = time.time_ns() // 1000
    stop, scrap = (reasons.of(everything, organisation, kind)[0] for kind in ("stop", "scrap"))
    began = now - 30 * HOUR
    SayStop(**told, asset=made["two"], began_us=began, ended_us=began + HOUR, reason=stop).perform()
    SayScrap(**told, asset=made["one"], at_us=now - HOUR, count=3, reason=scrap).perform()
    watch = MakeWatch(
        **told, asset=made["one"], name="사출 1호기", tags=["1호 라인/사출 1호기/배럴 온도"],
        start_us=now - HOUR, end_us=now + 240 * HOUR,
    ).perform()  # fmt: skip
    line, one = (str(made[key].public_id) for key in ("line", "one"))
    return {
        "floor_line": f"/floor/lines/{line}/",
        "floor_machine": f"/floor/machines/{one}/",
        "floor_week": f"/floor/machines/{one}/?span=week",
        "floor_board": f"/floor/board/{line}/",
        "floor_stops": f"/floor/stops/?machine={one}",
        "floor_stop": f"/floor/stops/{made['two'].public_id}/{began}/?end={began + HOUR}",
        "floor_scrap": f"/floor/scrap/?machine={one}",
        "watch": f"/watches/{watch.public_id}/",
        "watch_again": f"/watches/{watch.public_id}/again/?span=24h",
        "watch_period": f"/watches/new/?asset={one}&span=24h",
    }
