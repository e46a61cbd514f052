"""The script that draws charts in the browser, built once from what vl-convert brings.

`python -m deungdae.web.core.vega FOLDER` writes `FOLDER/vendor/vega.js`: Vega, Vega-Lite and
Vega-Embed, 900 kB, 300 kB compressed, and nothing is fetched. It runs in a process of its own,
because the library that holds them weighs more than the whole web.
"""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path


def script(folder: Path) -> Path:
    """Return where the script lies in a folder of static files."""
    return folder / "vendor" / "vega.js"


def ready(folder: Path) -> bool:
    """Say whether the script is there and of the version that is installed."""
    mark = script(folder).with_suffix(".version")
    return script(folder).exists() and mark.exists() and mark.read_text("utf-8") == _version()


def build(folder: Path) -> Path:
    """Build the script in a child process unless it is there; return where it lies.

    Raises CalledProcessError when it cannot be built.
    """
    if not ready(folder):
        subprocess.run([sys.executable, "-m", __name__, str(folder)], check=True)  # noqa: S603
    return script(folder)


def _version() -> str:
    return version("vl-convert-python")


def _write(folder: Path) -> None:
    import vl_convert

    target = script(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".new")
    aside.write_text(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"), "utf-8")
    aside.replace(target)
    target.with_suffix(".version").write_text(_version(), "utf-8")


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
