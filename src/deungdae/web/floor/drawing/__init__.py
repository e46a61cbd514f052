"""How a site is drawn: what the data propose, what a typed form means, what is still missing.

proposing  lines and machines as the monitor sees them in the data
signals    the signals of one machine as a form shows and takes them
states     what each value of a state signal means
lacking    what a machine does not tell yet, in words
"""
