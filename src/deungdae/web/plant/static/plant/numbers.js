// Numbers as the server writes them (live/words.py): the decimals they have, and no more than mean something.

const formats = new Map();

function format(places, grouping) {
  const key = `${places}${grouping}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat("en-US", { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: grouping }));
  }
  return formats.get(key);
}

const DECIMALS = [[1000, 1], [10, 2], [1, 3], [0, 4]];

export function decimals(value) {
  const size = Math.abs(value);
  const most = DECIMALS.find(([bound]) => size >= bound)[1];
  const written = value.toFixed(most).replace(/0+$/, "");
  return { most, places: written.length - written.indexOf(".") - 1 };
}

// `least` decimals are shown at any rate: a value that ends in 0 must not make a column jump.
export function numberText(value, least = 0) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e9)) return String(Number(value.toPrecision(3)));
  return format(Math.max(decimals(value).places, least), size >= 10000).format(value);
}

export const wholeText = (value) => format(0, Math.abs(value) >= 10000).format(value);
