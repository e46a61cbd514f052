"""The words that every part of Deungdae shares. Standard library only."""
