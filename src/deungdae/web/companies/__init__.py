"""Companies: the register of factories and their sites."""
