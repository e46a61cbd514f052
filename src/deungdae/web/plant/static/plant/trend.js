// The day so far of a tag as a small line: gaps are gaps, the last point is a dot.

const WIDTH = 120;
const HEIGHT = 32;
const PAD = 3;

// Empty parts between two points are joined only where the tag may be silent for so long.
export function paths(values, every, patience) {
  const known = values.filter((v) => v !== null);
  if (!known.length) return null;
  const low = Math.min(...known);
  const high = Math.max(...known);
  const span = high - low || 1;
  const step = WIDTH / Math.max(values.length - 1, 1);
  const bridge = Math.max(Math.floor(patience / every), 0) + 1;
  let line = "";
  let last = "";
  let before = -Infinity;
  values.forEach((value, place) => {
    if (value === null) return;
    const y = low === high ? HEIGHT / 2 : HEIGHT - PAD - ((HEIGHT - 2 * PAD) * (value - low)) / span;
    const at = `${(place * step).toFixed(1)} ${y.toFixed(1)}`;
    const joined = place - before <= bridge;
    // A point alone would be nothing: it gets a line without length, whose round end is a dot.
    line += joined ? `L${at}` : `M${at}h0`;
    last = `M${at}h0`;
    before = place;
  });
  return { line, last, low, high };
}

export function draw(svg, found) {
  const [line, end] = svg.querySelectorAll("path");
  line.setAttribute("d", found ? found.line : "");
  end.setAttribute("d", found ? found.last : "");
}
