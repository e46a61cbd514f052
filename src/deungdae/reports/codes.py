"""One sentence for each code that a document may carry: what it is, and what to do about it.

A code that is not listed here is shown as it stands, so that a newer method never breaks a page.
"""

from collections.abc import Mapping
from typing import Final

from deungdae.records.messages import Message, message
from deungdae.reports.words import Words

#: why rows were not used
ROWS: Final[Mapping[str, Message]] = {
    "subtotal": message("Subtotal and total rows: they would count parts twice."),
    "repeated_header": message("The header again, in the middle of the table."),
    "empty": message("Empty rows."),
    "ragged": message("Rows with more or fewer cells than the header; look at them in the file."),
    "note_row": message("Notes below the table, not parts."),
    "target_missing": message("Parts without an inspection result; fill it in to have them count."),
    "target_unknown": message(
        "Parts whose inspection result is neither pass nor fail; name the bad values if some are."
    ),
    "duplicate": message("Exact copies of another row; each part counts once."),
    "stratum_too_small": message("Products with fewer than 20 parts: too few to compare."),
    "no_history": message("Parts for whose time the machines sent no data."),
    "value_missing": message("Rows without a measured value."),
    "group_missing": message("Rows that do not say which group they belong to."),
    "incomplete_part": message("Parts that not every operator measured equally often."),
    "time_missing": message("Rows without a time."),
    "end_before_start": message("Rows that end before they start."),
    "no_failure": message("Stops that are no failures."),
    "unit_missing": message("Rows that do not say which machine, or at which age."),
    "surplus_trial": message("Repeats beyond those that every part has."),
}

#: why columns were not used
COLUMNS: Final[Mapping[str, Message]] = {
    "empty": message("No values at all."),
    "constant": message("Always the same value, so it cannot tell good from bad."),
    "dead": message("Never changes except for dropouts; check the sensor."),
    "mostly_missing": message("Mostly missing; collect it more completely to have it count."),
    "identifier": message("Names or numbers single parts, not a condition of making them."),
    "serial": message("A running number: it only counts parts."),
    "time": message("The time of making; it was used for order and periods."),
    "text": message("Free text, or too many different texts to compare."),
    "after_inspection": message("Known only after the inspection, so it cannot be a cause."),
    "nested": message("Holds lists or tables within its cells, which cannot be compared."),
    "joined": message("Joined with another column, such as a date with its time of day."),
    "target": message("The inspection result itself."),
    "reason": message("The reason of the defect; it was used to tell kinds of defects apart."),
    "stratum": message("Used to compare like with like, such as the product or the machine."),
    "ignored": message("Left out because you asked for it."),
    "duplicate_of": message("The same values as another column; one of them is enough."),
}

#: what to know about one finding
CAUSE_WARNINGS: Final[Mapping[str, Message]] = {
    "period": message(
        "This may only be the day in disguise: within one day the difference vanishes. "
        "Compare parts of the same day before you change anything."
    ),
    "shift": message(
        "This may only be the shift in disguise: the difference goes along with the shift. "
        "Compare parts of the same shift."
    ),
    "lot": message(
        "This may only be the lot in disguise: within one lot the difference vanishes. "
        "Compare parts of the same lot, and look at its material."
    ),
    "product": message(
        "This may only be the product in disguise: products differ in it. "
        "Compare parts of the same product."
    ),
    "cavity": message(
        "This is a difference between cavities, not a process setting. Look at the mould."
    ),
    "leakage": message(
        "It separates good from bad almost too well, so it may be known only after the "
        "inspection. Check when this value is recorded; if it is after, leave the column out."
    ),
    "few_episodes": message(
        "The defects come from only a few incidents, so chance cannot be ruled out. "
        "Watch whether the next incident looks the same."
    ),
    "one_period": message(
        "All defects are of one day, so it cannot be told apart from whatever else was special "
        "on that day. Check what was different then."
    ),
    "drift": message(
        "This value drifts over time, so it may stand for something else that changed. "
        "Check the sensor and compare parts made close together."
    ),
    "not_later": message(
        "It does not hold in later periods. Something may have changed since; "
        "check before you act on it."
    ),
    "sentinel": message(
        "Values such as 0 or -999 were taken as missing in this column. "
        "Check that the sensor really had dropped out there."
    ),
    "unstable": message(
        "A slightly different choice of parts gives a different finding. Take it as a hint only."
    ),
}

NO_COLUMNS: Final = message(
    "No column is left to compare the parts by; see which columns were set aside, and why."
)

#: what to know about the data of a group of parts, or about all of it
DATA_WARNINGS: Final[Mapping[str, Message]] = {
    "drift": message(
        "Values drift over time; old and new parts are hard to compare. "
        "Use parts made closer together, or check the sensors."
    ),
    "few_episodes": message(
        "The defects come from only a few incidents; every finding stays a suspicion until "
        "more are seen."
    ),
    "one_period": message(
        "All defects are of one day; what was special on that day cannot be told apart. "
        "Add data from other days."
    ),
    "no_time": message(
        "There is no time column, so the order of rows was taken as the order of making. "
        "Name the time column if there is one."
    ),
    "sorted_rows": message(
        "The rows seem to have been sorted, so their order says nothing of when parts were made. "
        "Give a time column, or the file as it was recorded, and findings can be surer."
    ),
    "no_columns": NO_COLUMNS,
    "sentinel": message(
        "Values such as 0 or -999 that mean “no measurement” were taken as missing. "
        "Check that they are."
    ),
    "dropouts": message(
        "Some sensors dropped out for a while; those values were left out. Check the sensors."
    ),
    "duplicates": message(
        "There were exact copies of rows; each part counts once. Check how the file was made."
    ),
    "no_bad_rows": message(
        "There is not one bad part, so there is nothing to explain. "
        "If there should be, check which values mean bad."
    ),
    "all_bad": message(
        "Every part is bad, so there is nothing to compare with. "
        "Add good parts, or check which values mean bad."
    ),
    "target_guessed": message(
        "Which column holds the inspection result was guessed. Name it if the guess is wrong."
    ),
    "kind_guessed": message(
        "What kind of result it is, was guessed from its values. Say so if the guess is wrong."
    ),
    "worse_guessed": message(
        "Whether high or low values are worse was guessed from the name. Say so if it is wrong."
    ),
    "nominal_guessed": message(
        "The median was taken for the nominal value. Name the value if there is another."
    ),
    "good_guessed": message(
        "Which class is as wanted was guessed. Name the class if the guess is wrong."
    ),
    "bad_guessed": message("Which values mean bad was guessed. Name them if the guess is wrong."),
    "shots": message(
        "Several parts share one machine record; they count as one incident, not as many."
    ),
    "sampled": message(
        "There were so many good parts that a random sample of them was used; "
        "all bad parts were kept."
    ),
    "cavity": message(
        "Cavities differ in how many bad parts they make. Look at the mould before the settings."
    ),
    "autocorrelation": message(
        "Parts made one after another resemble each other; the intervals allow for it."
    ),
}

#: how a file was read
NOTES: Final[Mapping[str, Message]] = {
    "title_rows": message("The rows above the header were taken as titles."),
    "two_line_header": message("The header takes more than one row; its rows were joined."),
    "no_header": message("There was no header row; columns were given names in their order."),
    "merged_cells": message("Merged cells were filled with the value of their first cell."),
    "excel_serial_dates": message("Numbers that Excel uses for dates were read as dates."),
    "date_order_guessed": message(
        "Whether the day or the month comes first in a date was guessed. Check the dates."
    ),
    "decimal_comma": message("A comma was read as the decimal sign."),
    "percent": message("Percent signs were taken off the numbers."),
    "cell_errors": message(
        "Cells with an Excel error such as #DIV/0! were taken as missing. Correct the formulas."
    ),
    "clock_as_seconds": message("Times of day without a date were read as seconds from midnight."),
    "date_and_time_joined": message("A date column and a time column were joined into one."),
    "duplicate_names": message("Columns with the same name were given numbers to tell them apart."),
    "undecodable_bytes": message(
        "Some letters could not be read and were replaced by a mark. Save the file as UTF-8."
    ),
    "unread_cells": message(
        "Cells that could not be understood were taken as missing; they are listed by column."
    ),
    "coarse_times": message(
        "Times are written to the minute only, so the window before a part is off by up to one."
    ),
    "unit_in_cells": message("Units written in the cells were taken off the numbers."),
}

VERDICTS: Final[Mapping[str, Message]] = {
    "clear": message("Clear"),
    "suspected": message("Suspected"),
    "none": message("No cause found"),
    "not_enough_data": message("Not enough data"),
}

VERDICT_SENTENCES: Final[Mapping[str, Message]] = {
    "clear": message("A clear connection was found; chance is an unlikely explanation."),
    "suspected": message(
        "There is a suspicion, not yet a proof. Try it on a small scale before you rely on it."
    ),
    "none": message(
        "There is no reliable cause in these columns. The cause may lie in something that is "
        "not recorded here, such as material, the mould or the weather."
    ),
    "not_enough_data": message("There is not enough data yet to say anything reliable."),
}

GUESSED: Final[Mapping[str, Message]] = {
    "sheet": message("Sheet"),
    "header_rows": message("Header in line"),
    "target": message("Inspection result"),
    "columns": message("Charted"),
    "bad": message("Values that mean bad"),
    "good": message("Classes as wanted"),
    "kind": message("Kind of result"),
    "worse": message("What is worse"),
    "nominal": message("Nominal value"),
    "time": message("Time of making"),
    "by": message("Compared within"),
    "reason": message("Reason of the defect"),
    "blank": message("Blank results"),
    "target_candidates": message("Could also be the result"),
    "encoding": message("Character encoding"),
    "delimiter": message("Column separator"),
    "study": message("Study"),
    "value": message("Measured value"),
    "part": message("Part"),
    "operator": message("Operator"),
    "reference": message("Reference"),
    "subgroup": message("Subgroup"),
    "unit": message("Machine or unit"),
    "age": message("Age"),
    "failed": message("End of life"),
    "signal": message("Signal"),
    "life": message("Running time"),
    "machine": message("Machine"),
    "use": message("Metered electricity"),
    "metered_as": message("Metered as"),
    "parts": message("Parts made"),
    "case": message("Order or lot"),
    "good_count": message("Good parts"),
    "activity": message("Operation"),
    "resource": message("Machine or person"),
    "rejected": message("Rejected parts"),
    "rework": message("Worked on again"),
    "start": message("Beginning"),
    "end": message("End"),
}

RESULT_KINDS: Final[Mapping[str, Message]] = {
    "pass_fail": message("good or bad"),
    "number": message("measured value"),
    "count": message("number of occurrences"),
    "classes": message("quality classes"),
}

WORSE: Final[Mapping[str, Message]] = {
    "high": message("high values"),
    "low": message("low values"),
    "away": message("values far from the nominal one"),
}

#: what stands between the cells of a line, by name: a comma alone is easily overlooked
SEPARATORS: Final[Mapping[str, Message]] = {
    ",": message("comma"),
    ";": message("semicolon"),
    "\t": message("tab"),
    "|": message("vertical bar"),
    " ": message("space"),
}

#: said of a group of parts in place of its verdict, where no verdict can be asked for
NOTHING: Final = message("Nothing to compare")
NO_BAD: Final = message("There is not one bad part here, so there is nothing to explain.")
ALL_BAD: Final = message(
    "Every part here is bad, so there is nothing to compare with. Add good parts."
)

TABLES: Final[Mapping[str, Mapping[str, Message]]] = {
    "rows": ROWS,
    "columns": COLUMNS,
    "cause_warnings": CAUSE_WARNINGS,
    "data_warnings": DATA_WARNINGS,
    "notes": NOTES,
    "verdicts": VERDICTS,
    "verdict_sentences": VERDICT_SENTENCES,
    "guessed": GUESSED,
    "result_kinds": RESULT_KINDS,
    "worse": WORSE,
}


def spoken(words: Words, table: Mapping[str, Message], code: str) -> str:
    """Return the sentence for `code`, or the code itself when the table has none."""
    found = table.get(code)
    return words.say_message(found) if found is not None else code
