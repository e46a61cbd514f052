"""What came in and what became of it: the ledger, and what was held back."""

from deungdae.lake.intake.ledger import Ledger, Sum, Tally
from deungdae.lake.intake.quarantine import Held, Quarantine

__all__ = ["Held", "Ledger", "Quarantine", "Sum", "Tally"]
