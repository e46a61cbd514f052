"""From a dropped file to a report that can be sent on: uploads, analyses, the queue of runs."""
