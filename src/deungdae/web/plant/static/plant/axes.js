// Round places on an axis: of numbers, and of times in the time zone of the installation.

export function steps(low, high, count) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((n) => n * power >= rough) * power;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) found.push(at);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) + (step / power === 2.5 ? 1 : 0);
  return { found, step, places: Math.min(places, 12) };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  1 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY,
];

export class Zone {
  constructor(name, language) {
    const options = { timeZone: name, hour12: false };
    this.parts = new Intl.DateTimeFormat("en-CA", { ...options, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this.full = new Intl.DateTimeFormat(language, { ...options, dateStyle: "medium", timeStyle: "medium" });
    this.day = new Intl.DateTimeFormat(language, { timeZone: name, month: "short", day: "numeric" });
    this.month = new Intl.DateTimeFormat(language, { timeZone: name, year: "numeric", month: "short" });
  }

  // Milliseconds by which clocks there are ahead of UTC.
  offset(ms) {
    const found = Object.fromEntries(this.parts.formatToParts(ms).map((part) => [part.type, part.value]));
    return Date.UTC(found.year, found.month - 1, found.day, found.hour % 24, found.minute, found.second) - Math.floor(ms / 1000) * 1000;
  }

  clock(ms, seconds) {
    const found = Object.fromEntries(this.parts.formatToParts(ms).map((part) => [part.type, part.value]));
    const hour = String(found.hour % 24).padStart(2, "0");
    return seconds ? `${hour}:${found.minute}:${found.second}` : `${hour}:${found.minute}`;
  }
}

// Beginnings of months, every so many.
function months(from, to, count, zone) {
  const wanted = (to - from) / DAY / 30.4 / count;
  const every = [1, 2, 3, 6, 12, 24, 60].find((one) => one >= wanted) ?? 120;
  const ahead = zone.offset(from);
  const first = new Date(from + ahead);
  const found = [];
  for (let month = Math.ceil((first.getUTCFullYear() * 12 + first.getUTCMonth()) / every) * every; ; month += every) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1) - ahead;
    if (at > to) return found;
    if (at >= from) found.push({ at, text: zone.month.format(at), day: false });
  }
}

// Ticks of a span: {at, text, day}; `day` marks midnights among hours.
export function times(from, to, count, zone) {
  const step = STEPS.find((one) => (to - from) / one <= count);
  if (!step) return months(from, to, count, zone);
  const ahead = zone.offset(from);
  const found = [];
  for (let at = Math.ceil((from + ahead) / step) * step - ahead; at <= to; at += step) {
    const local = at + ahead;
    if (step >= DAY) found.push({ at, text: zone.day.format(at), day: false });
    else if (local % DAY === 0) found.push({ at, text: zone.day.format(at), day: true });
    else found.push({ at, text: zone.clock(at, step < MINUTE), day: false });
  }
  return found;
}
