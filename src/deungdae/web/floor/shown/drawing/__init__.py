"""Pictures as SVG, drawn by the server: widths are shares of the whole, heights are pixels.

So a picture fits a phone and a wall without its letters being scaled. Colours are the page's own
(`var(--…)`), and never alone: each state has a height and a pattern of its own.

axis      from times to shares of the width, and the times that are written below
bands     what machines did, as bands above one another     legend   the states, as small signs
bars      counts per piece against the ideal, OEE of shifts  trend    a line with its usual value
steps     bars that stand in the rows of a table
"""
