"""Charts: Vega-Lite drawn to SVG, all through one frame that sets type, grid, colour and words."""
