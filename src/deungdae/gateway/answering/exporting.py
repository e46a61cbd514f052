"""Exports and streams: questions whose answers are files."""

from deungdae.bus.desk import Stream
from deungdae.bus.given import Given
from deungdae.gateway.answering.exports import (
    arrow_stream,
    asked,
    csv_file,
    parquet_file,
    spreadsheet_file,
)
from deungdae.lake.telemetry import History

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export(history: History, organisation: str, given: Given) -> Stream:
    """`export {tags, start, end, every, format, time_zone, language, units?, origin?}`: a file."""
    wanted = asked.export(organisation, given)
    about = {"type": TYPES[wanted.format], "name": f"history.{wanted.format}"}
    if wanted.format == "csv":
        return Stream(csv_file.pieces(history, wanted), about)
    if wanted.format == "parquet":
        return Stream(parquet_file.pieces(history, wanted), about)
    spreadsheet_file.check(history, wanted)
    return Stream(spreadsheet_file.pieces(history, wanted), about)


def arrow(history: History, organisation: str, given: Given) -> Stream:
    """`arrow {tags, start, end, every?, origin?}`: an Arrow IPC stream."""
    wanted = asked.wanted(organisation, given)
    given.nothing_else()
    about = {"type": "application/vnd.apache.arrow.stream", "name": "history.arrows"}
    return Stream(arrow_stream.pieces(history, wanted), about)
