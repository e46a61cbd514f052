"""A command of `deungdae` carried out in this process: what it prints and its exit status.

Starting Python and importing the program anew takes longer than most commands. Where the process
itself is what is tested, start one; runs have a process of their own in any case.
"""

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from deungdae.cli import main


def typed(folder: Path, *words: str, **settings: str) -> "CompletedProcess[str]":
    """Carry out a command as typed in a folder, in English, on the state in its folder `home`."""
    said, complained = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as around:
        for name in os.environ:
            if name.startswith(("DEUNGDAE_", "LC_")):
                around.delenv(name)
        told = {"DEUNGDAE_HOME": str(folder / "home"), "LANG": "en_US.UTF-8", **settings}
        for name, value in told.items():
            around.setenv(name, value)
        around.chdir(folder)
        with redirect_stdout(said), redirect_stderr(complained):
            try:
                status = main(words)
            except SystemExit as end:  # argparse, about words that it does not know
                status = end.code if isinstance(end.code, int) else 1
    return CompletedProcess(["deungdae", *words], status, said.getvalue(), complained.getvalue())
