"""The program on the plant floor: drivers read machines, a buffer keeps, an uplink sends.

A reading counts as taken when it is on disk (`buffer`), and leaves the disk when the server has
acknowledged it (`sending`). Which machines are read, a file says (`config`) or the server
(`remote`), and `crew` exchanges the drivers that changed while the others run. This program is
light: the standard library, and for each driver its own library, imported when it is used.
"""
