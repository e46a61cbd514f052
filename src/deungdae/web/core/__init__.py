"""Core: people, organisations, who may see what, actions and their audit."""
