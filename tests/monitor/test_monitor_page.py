"""The reference of the monitor names each question that it answers."""

import re
from pathlib import Path

from deungdae.monitor.floor import Floor

QUESTION = re.compile(r"^\| `([a-z_]+) \{", re.MULTILINE)


def test_each_question_about_lines_and_machines_has_a_line() -> None:
    root = next(folder for folder in Path(__file__).parents if (folder / "docs").is_dir())
    text = (root / "docs" / "reference" / "monitor.md").read_text("utf-8")
    floor = Floor()
    asked = {*floor.quick(), *floor.long(), "events", "health"}
    assert len(asked) > 10
    assert set(QUESTION.findall(text)) >= asked
    parts = text.split("## Questions about lines and machines")[1].split("\n## ")[0]
    assert set(QUESTION.findall(parts)) == asked - {"events", "health"}
