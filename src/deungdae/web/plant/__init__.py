"""The plant: machines that are read, what they say at this moment, and what they said."""
