"""Copies of a whole installation, taken while it works, and an installation made from a copy.

pool        files by their content: what several copies share lies there once
manifest    what one copy holds, and of what version of Deungdae
home        which files of the home folder belong into a copy, and in which order
database    the web's database, SQLite or PostgreSQL
taking      one copy          restoring     back into an empty home
upkeep      checking copies, letting old ones go
"""

from deungdae.backup.manifest import Manifest, names
from deungdae.backup.restoring import restore
from deungdae.backup.taking import take
from deungdae.backup.upkeep import check, keep

__all__ = ["Manifest", "check", "keep", "names", "restore", "take"]
