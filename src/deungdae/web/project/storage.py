"""How static files are named: with their hash, compressed, imports between scripts rewritten."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: Scripts of ours, which import one another by relative paths; those of others stay as they are.
OURS = ("core/*.js", "companies/*.js", "insight/*.js", "plant/*.js")
IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns[1]


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Names each file after its content, so that a browser keeps it for ever and never stale."""

    patterns = (*HashedFilesMixin.patterns, *((place, IMPORTS) for place in OURS))
    manifest_strict = False
