"""Every change of state in the plant: import each from its module."""
