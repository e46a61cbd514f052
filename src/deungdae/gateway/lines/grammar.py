"""The words of line protocol as regular expressions over bytes.

A backslash escapes only what would end the word; before anything else it stands for itself. The
`++` and `*+` keep what they took: without them a refused line would be read in another way, and a
hostile one for hours.
"""

import re

_NAME = rb"(?:\\[,= ]|[^\x00-\x20\x7f,=])++"
_MEASUREMENT = rb"(?:\\[, ]|[^\x00-\x20\x7f,])++"
_TAG_VALUE = rb"(?:\\[,= ]|[^\r\n ,=])++"
_TAGS = rb"(?:,%b=%b)*+" % (_NAME, _TAG_VALUE)
_STRING = rb'"(?:\\["\\]|[^"])*+"'
_VALUE = rb'(?:%b|[^, \r\n"][^, \r\n]*+)' % _STRING
_FIELD = rb"%b=%b" % (_NAME, _VALUE)

#: What stands between lines: spaces, line ends, comments.
BLANK = re.compile(rb"(?: *+(?:\r?\n|\r\Z|#[^\x00-\x1f\x7f]*+(?:\r?\n|\r?\Z)))*+ *+")
LINE = re.compile(
    rb"(?P<key>%b%b) ++(?P<fields>%b(?:,%b)*+)(?: ++(?P<time>[-0-9]++)?+ *+)?+(?:\r?\n|\r?\Z)"
    % (_MEASUREMENT, _TAGS, _FIELD, _FIELD)
)
KEY = re.compile(rb"(?P<measurement>%b)(?P<tags>%b)" % (_MEASUREMENT, _TAGS))
TAG = re.compile(rb",(%b)=(%b)" % (_NAME, _TAG_VALUE))
FIELD = re.compile(rb"(%b)=(%b)" % (_NAME, _VALUE))
NAME = re.compile(_NAME)
TAG_VALUE = re.compile(_TAG_VALUE)
MEASUREMENT = re.compile(_MEASUREMENT)
STRING = re.compile(_STRING)
BARE = re.compile(rb"[^, \r\n]*+")
