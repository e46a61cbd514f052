"""Public holidays, with substitute days, as the law of a country has them."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> dict[date, str]:
    """Return {day: its name in the country's language} of one year.

    `country` is its code of two letters, "KR" for Korea. A day that the government declares at
    short notice is known once the library is; until then it is an exception of the calendar.
    """
    language = {"KR": "ko"}.get(country)
    return dict(holidays.country_holidays(country, years=[year], language=language))
