"""`python -m deungdae.cli`: the command line by the interpreter's own road."""

import sys

from deungdae.cli.program import main

sys.exit(main())
