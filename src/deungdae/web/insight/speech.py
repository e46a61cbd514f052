"""What the pages say of errors and of progress."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.records.messages import Message
from deungdae.reports.words import LANGUAGES, Words
from deungdae.runs import wire

#: Sentences that speak of the command line → what a page says instead, with the same values.
FOR_PAGES: Final[Mapping[str, Any]] = {
    "No column looks like a pass/fail result. Name it with --target, and its bad values "
    "with --bad. The table has: {columns}.": _lazy(
        "No column looks like a pass/fail result. Choose the result column below."
    ),
    "Column {column} has {count} different values ({values}). Say with --bad which of them "
    "mean a defect.": _lazy(
        "Column {column} has {count} different values ({values}). Choose below which of them "
        "mean a defect."
    ),
    "Column {column}: taking {bad} for the defect would make {percent} % of the parts bad. "
    "Say with --bad which of its values mean a defect: {values}.": _lazy(
        "Column {column}: taking {bad} for the defect would make {percent} % of the parts bad. "
        "Choose below which of its values mean a defect: {values}."
    ),
    "Column {column} has the values {values}, and none of them says by itself or by being "
    "rare that it is the defect. Say with --bad which of them mean a defect.": _lazy(
        "Column {column} has the values {values}, and none of them says by itself or by being "
        "rare that it is the defect. Choose below which of them mean a defect."
    ),
    "--bad: name at least one value that means a defect. Column {column} has: {values}.": _lazy(
        "Choose at least one value that means a defect. Column {column} has: {values}."
    ),
    "--target: column {column} holds dates or times, not results.": _lazy(
        "Column {column} holds dates or times, not results. Choose another result column below."
    ),
    "{option}: {column} is the column of the results, which cannot serve for this as well.": _lazy(
        "{column} is the column of the results, which cannot serve for this as well."
    ),
    "{option}: there is no column {column}. The table has: {columns}.": _lazy(
        "This file has no column {column}. Choose another one below."
    ),
    "--bad: column {column} has no value {value}. It has: {values}.": _lazy(
        "Column {column} has no value {value} in this file. It has: {values}. Choose below which "
        "of them mean a defect."
    ),
    "--time: column {column} does not hold dates or times that could be read.": _lazy(
        "Column {column} does not hold dates or times that could be read. Choose another one "
        "below, or let it be guessed."
    ),
    "Column {column}: every part has the value {bad}, so no part would be good and there "
    "is nothing to compare. If {bad} means good, say with --bad which value means a "
    "defect, even if this file does not hold it; if all parts are bad, say --bad {bad}.": _lazy(
        "Column {column}: every part has the value {bad}, so no part would be good and there is "
        "nothing to compare. If {bad} means good, choose below what kind of result it is, or "
        "another result column."
    ),
    "{option} does not fit a result of the kind {kind}.": _lazy(
        "{option} does not fit a result of this kind. Choose below what kind of result it is."
    ),
    "--kind classes: column {column} has {count} different values; quality classes are "
    "2 to {most}. For measured values say --kind number.": _lazy(
        "Column {column} has {count} different values; quality classes are 2 to {most}. Choose "
        "“a measured value” below if it holds measurements."
    ),
    "--good: name at least one class of column {column} that is as wanted, and not all. "
    "It has: {values}.": _lazy(
        "Choose at least one class of column {column} that is as wanted, and not all. "
        "It has: {values}."
    ),
    "{option}: column {column} does not hold numbers.": _lazy(
        "Column {column} does not hold numbers. Choose another kind of result, or another "
        "column, below."
    ),
    "Say with --time which column says when the parts were made: {columns}.": _lazy(
        "Choose on the page of the file which column is the time of making: {columns}."
    ),
    "No value of the column of machines begins a tag: {values}. Tags begin with: {known}. "
    "Say which is which, such as --line 'machine=1:line1,2:line2'.": _lazy(
        "No value of the column of machines begins a tag: {values}. Tags begin with: {known}. "
        "Ask again, and say which is which."
    ),
    "The run needed more than the {allowed} of memory that it may use and was stopped. "
    "Nothing was lost. Raise DEUNGDAE_RUN_MEMORY, or leave out columns that cannot matter.": _lazy(
        "This table needed more than the {allowed} of memory that one analysis may use here, so "
        "it was stopped. Nothing was lost. Send a smaller file (fewer months, or without columns "
        "that cannot matter), or ask whoever runs this server to raise DEUNGDAE_RUN_MEMORY."
    ),
    "The system stopped the run, most likely because the machine ran out of memory. "
    "Nothing was lost. Close other programs, or leave out columns that cannot matter.": _lazy(
        "The server stopped the analysis, most likely because it ran out of memory. Nothing was "
        "lost. Try again when less is going on, or send a smaller file."
    ),
}

#: Step of a run → what it does, and where its share lies on the bar of the whole job.
_READING: Final[Mapping[str, tuple[Any, float, float]]] = {
    "reading": (_lazy("Reading the file"), 0.05, 0.05),
    "keeping": (_lazy("Keeping the original"), 0.45, 0.6),
    "storing": (_lazy("Storing the table"), 0.6, 0.75),
    "loading": (_lazy("Looking at the columns"), 0.8, 0.8),
    "understanding": (_lazy("Understanding the columns"), 0.85, 1.0),
}
_ANALYSING: Final[Mapping[str, tuple[Any, float, float]]] = {
    "loading": (_lazy("Loading the table"), 0.02, 0.02),
    "understanding": (_lazy("Understanding the columns"), 0.05, 0.05),
    "joining": (_lazy("Reading the history of the machines"), 0.02, 0.05),
    "searching": (_lazy("Searching for causes"), 0.05, 0.95),
    "judging": (_lazy("Checking what was found"), 0.85, 0.97),
    "done": (_lazy("Writing the report"), 0.98, 0.98),
}
_WRITING: Final[Mapping[str, tuple[Any, float, float]]] = {
    "drawing": (_lazy("Drawing the pictures"), 0.1, 0.45),
    "writing": (_lazy("Writing PDF and Excel"), 0.45, 0.6),
    "others": (_lazy("Writing the report in the other language"), 0.6, 1.0),
}
_FORGETTING: Final[Mapping[str, tuple[Any, float, float]]] = {
    "forgetting": (_lazy("Taking files off the disk"), 0.1, 1.0),
}
_STEPS: Final = {
    "understand": _READING,
    "analyse": _ANALYSING,
    "render": _WRITING,
    "forget": _FORGETTING,
}


def words() -> Words:
    """Return the words of the language in which this page is shown."""
    language = (get_language() or "en").partition("-")[0]
    return Words(language if language in LANGUAGES else "en")


def error_sentence(document: Mapping[str, Any] | None) -> str:
    """Return what a public error says on a page, "" without one."""
    if not document:
        return ""
    told = FOR_PAGES.get(document["template"])
    if told is not None:
        # Already in the reader's language: only its values are filled in.
        return words().say_message(Message(str(told), document["values"]))
    return words().say_message(wire.from_document(document).message)


def progress(kind: str, state: str, step: str, share: float) -> tuple[str, int]:
    """Return what a job is doing and how much of it is done, in percent."""
    if state == "queued":
        return _("Waiting for its turn"), 0
    if state == "claimed" or not step:
        return _("Starting"), 0
    # a method of its own steps: its work lies between loading and the report
    sentence, low, high = _STEPS[kind].get(step, (_("Computing"), 0.1, 0.95))
    return str(sentence), round(100 * (low + (high - low) * share))
