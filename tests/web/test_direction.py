"""Foreign keys obey the same order as imports, and the web imports nothing that is heavy."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    *("numpy", "scipy", "sklearn", "pyarrow", "deltalake", "altair", "vl_convert", "typst"),
    *("python_calamine", "duckdb", "polars", "pandas"),
)


def rows() -> dict[str, int]:
    """Return each app's row in the contract of the web; a lower app has a higher number."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (layers,) = [
        c["layers"] for c in contracts["contracts"] if c.get("containers") == ["deungdae.web"]
    ]
    return {app.strip(" ()"): n for n, row in enumerate(layers) for app in row.split("|")}


def test_relations_point_down() -> None:
    row, seen, wrong = rows(), 0, []
    for model in apps.get_models():
        if not model.__module__.startswith("deungdae.web."):
            continue
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if target is None or not target.__module__.startswith("deungdae.web."):
                continue
            here, there = model._meta.app_label, target._meta.app_label
            seen += here != there
            if here != there and row[here] >= row[there]:
                wrong.append(f"{model._meta.label}.{field.name} -> {there}")
    assert wrong == []
    assert seen, "no relation between apps was inspected"


def test_every_app_of_ours_stands_in_the_contract() -> None:
    ours = {a.label for a in apps.get_app_configs() if a.name.startswith("deungdae.web.")}
    assert {"core", "companies"} <= ours <= set(rows())


def test_a_process_that_serves_pages_holds_no_heavy_library(tmp_path: Path) -> None:
    script = (
        "import sys, deungdae.cli\n"
        "from deungdae.web.project import serve, start, record\n"
        "start.django_ready()\n"
        "from django.urls import get_resolver\n"
        "import deungdae.web.project.asgi\n"
        "assert get_resolver().url_patterns\n"
        f"print([name for name in {HEAVY} if name in sys.modules])\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO"))}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**environment, "DEUNGDAE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
