"""The first file of the demo company, so that a visitor finds a report and not an empty page."""

from pathlib import Path

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders
from deungdae.web.insight.actions import BeginUpload, CompleteUpload


def add(scope: Scope, organisation: Organisation, table: Path) -> None:
    """Hand in a generated table for `organisation`, marked as demo.

    A worker reads it, and starts the search for causes by itself once it is read.
    """
    upload = BeginUpload(
        scope=scope,
        organisation=organisation,
        name=table.name,
        size=table.stat().st_size,
        demo=True,
    ).perform()
    with folders.appending(upload) as target:
        target.write(table.read_bytes())
    CompleteUpload(scope=scope, upload=upload).perform()
