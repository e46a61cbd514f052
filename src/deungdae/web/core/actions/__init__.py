"""The changes of state of core, each an object with one transaction and one audit entry."""
