"""What `live_delay.py` starts: a simulated PLC, and a company with somebody who looks."""
