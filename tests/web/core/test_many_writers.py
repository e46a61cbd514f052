"""Several processes write to the embedded database at once, and nothing is lost or refused."""

import os
import subprocess
import sys
from pathlib import Path

PROCESSES, TIMES = 5, 20
SCRIPT = Path(__file__).with_name("many_writers.py")

BEGIN = """
from deungdae.web.project.start import bring_tables_up_to_date
bring_tables_up_to_date()
from deungdae.web.core.models import Organisation
Organisation.objects.create(name="0")
"""
END = """
from deungdae.web.project.start import django_ready
django_ready()
from django.db import connection
from deungdae.web.core import chain
from deungdae.web.core.models import Organisation
organisation = Organisation.objects.get()
found = chain.check(organisation)
with connection.cursor() as cursor:
    cursor.execute("PRAGMA journal_mode")
    print(organisation.name, found.entries, len(found.faults), cursor.fetchone()[0])
"""


def python(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO"))}
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**environment, "DEUNGDAE_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_transactions_that_read_before_they_write_wait_for_one_another(tmp_path: Path) -> None:
    begun = python(tmp_path, "-c", BEGIN)
    assert begun.communicate() == ("", "")
    writers = [python(tmp_path, str(SCRIPT), str(TIMES)) for _ in range(PROCESSES)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.communicate() for writer in writers] == [("done\n", "")] * PROCESSES
    said, complaints = python(tmp_path, "-c", END).communicate()
    assert complaints == ""
    total = PROCESSES * TIMES
    assert said.split() == [str(total), str(total), "0", "wal"]


def test_attempts_of_many_processes_are_counted_together(tmp_path: Path) -> None:
    assert python(tmp_path, "-c", BEGIN).communicate() == ("", "")
    script = str(SCRIPT.with_name("many_tries.py"))
    several = [python(tmp_path, script, "6") for _ in range(4)]
    for process in several:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate() for process in several]
    assert [complaints for _, complaints in said] == [""] * 4
    assert sum(int(let_in) for let_in, _ in said) == 10
