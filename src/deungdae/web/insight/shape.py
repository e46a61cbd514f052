"""The shape of a table: what next month's file has in common with this one."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any


def shape_of(understanding: Mapping[str, Any]) -> str:
    """Return the hash of an understanding's sheet, column names and kinds.

    Digits in the sheet's name do not count: "7월" and "8월" are sheets of one shape.
    """
    sheet = understanding.get("sheet")
    plain = {
        "sheet": None if sheet is None else re.sub(r"\d+", "#", sheet),
        "columns": [[column["name"], column["kind"]] for column in understanding["columns"]],
    }
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()
