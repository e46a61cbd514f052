"""The history of any tags over any span: what is asked for, fetched, drawn and told.

look      what an address asks for: tags and a span
series    the values of a span, few enough to be drawn, with their gaps
picture   panels by unit for the drawing, and the table beside it
finding   tags by a few words of their names
"""
