"""A simulated plant for demonstrations: three lines that speak as real machines do.

    shop         which machines there are, and what they make
    calendar     when a machine runs, and which shot it is at
    story        every value of every machine, as a function of seed and time
    inspection   what the inspector writes down, and which parts are bad

    opcua        line 1          modbus    line 2
    sparkplug    line 3          drops     the inspector's files
    plant        all of them at once

It stands beside the programs and not in one of them: like a plant, it knows nothing of us but the
sockets that it offers and the files that it writes.

What is true in it: in line 2, machine 1, the third heating zone of the barrel runs away for the
greater part of an hour and is put right again, over and over. Flash comes of it, from about 10 °C
above the setting. Nothing else makes bad parts more frequent than 1.2 %. The times that line 3
tells are 9 hours ahead: its node takes the local time of Korea for UTC.
"""
