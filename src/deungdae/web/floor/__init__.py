"""The shop floor as people see it: site, line, machine; shifts; what stopped and what was made."""
