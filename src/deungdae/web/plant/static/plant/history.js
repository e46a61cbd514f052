// The history: reading values, zooming and moving. Every look is an address; the server paints it,
// and only what changes of the page is put in place.

import { Zone } from "./axes.js";
import { numberText } from "./numbers.js";
import { nearest, plot } from "./plot.js";

const DRAG = 8; // pixels from which on a press is a drag
const WAIT_MS = 250;
let shown = null; // the drawing that stands, with its scales

// ── from look to look ──

let coming;
async function go(address, { push = true } = {}) {
  coming?.abort();
  const mine = (coming = new AbortController());
  const explorer = document.querySelector("[data-explorer]");
  const focus = document.activeElement;
  const again = focus?.closest("svg") ? "svg" : focus?.dataset?.move ? `[data-move="${focus.dataset.move}"]` : focus?.closest(".spans") ? ".chosen-span" : "";
  explorer.querySelector(".drawing")?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-explorer]");
    if (!answer.ok || !fresh) throw new Error(answer.statusText);
    const table = document.querySelector("#history-data")?.hidden === false;
    explorer.replaceWith(document.adoptNode(fresh));
    if (push) history.pushState(null, "", address);
    start();
    if (table) document.querySelector("[data-chart-table]")?.click();
    if (again) document.querySelector(again === "svg" ? ".drawing svg" : again)?.focus();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function between(from, to) {
  const url = new URL(location.href);
  for (const name of ["span", "from", "to", "q"]) url.searchParams.delete(name);
  const [start, end] = from < to ? [from, to] : [to, from];
  const middle = (start + end) / 2;
  const half = Math.max(end - start, 10000) / 2;
  url.searchParams.set("from", new Date(middle - half).toISOString());
  url.searchParams.set("to", new Date(middle + half).toISOString());
  go(url.pathname + url.search);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-explorer] a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.href);
});
addEventListener("popstate", () => go(location.href, { push: false }));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-between]")) return;
  event.preventDefault();
  go(`${location.pathname}?${new URLSearchParams(new FormData(form))}`);
});

// tags are found while one types
let typing;
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-find]");
  if (!form) return;
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const answer = await fetch(`${form.dataset.find}?${new URLSearchParams(new FormData(form))}`).catch(() => null);
    const place = form.parentElement.querySelector("[data-found]");
    if (answer?.ok && place) place.innerHTML = await answer.text();
  }, WAIT_MS);
});

// ── reading ──

const valueSaid = (series, i, says) => {
  const value = series.v[i];
  if (series.kind === "text") return String(value);
  if (series.kind === "yes_no" && !series.lo) return Number(value) ? says.on : says.off;
  return numberText(value);
};

function lines(t) {
  const { drawing, plotted } = shown;
  const reach = plotted.length / 60;
  const found = [];
  for (const panel of plotted.panels) {
    for (const series of panel.series) {
      const i = nearest(series, t, reach);
      const unit = panel.unit ? ` ${panel.unit}` : "";
      let said = drawing.says.nothing;
      if (i >= 0 && series.v[i] !== null) {
        said = valueSaid(series, i, drawing.says) + unit;
        if (series.lo && series.lo[i] !== series.hi[i]) said += ` (${drawing.says.range.replace("{low}", numberText(series.lo[i])).replace("{high}", numberText(series.hi[i]))})`;
      }
      found.push([series.name, said]);
    }
  }
  return found;
}

function read(t) {
  const { plotted, readout, zone, drawing, holder } = shown;
  shown.at = t;
  const x = plotted.x(t);
  plotted.cursor.setAttribute("d", `M${x} ${plotted.top}V${plotted.bottom}`);
  const time = document.createElement("p");
  time.textContent = zone.full.format(drawing.from + t);
  readout.replaceChildren(time, ...lines(t).map(([name, said]) => {
    const line = document.createElement("p");
    const [a, b] = [document.createElement("span"), document.createElement("strong")];
    a.textContent = name;
    b.textContent = said;
    line.append(a, b);
    return line;
  }));
  readout.hidden = false;
  const room = readout.offsetWidth;
  const scale = holder.clientWidth / plotted.width;
  readout.style.left = `${Math.max(0, x * scale + 16 + room < holder.clientWidth ? x * scale + 12 : x * scale - room - 12)}px`;
}

function unread() {
  if (!shown) return;
  shown.readout.hidden = true;
  shown.plotted.cursor.setAttribute("d", "");
}

// ── with a mouse, with fingers ──

const fingers = new Map();
let drag = null;

const pixels = (event) => ((event.clientX - shown.plotted.svg.getBoundingClientRect().left) * shown.plotted.width) / shown.plotted.svg.getBoundingClientRect().width;

function down(event) {
  if (event.pointerType === "mouse" && event.button) return;
  fingers.set(event.pointerId, pixels(event));
  const at = [...fingers.values()];
  drag = { start: at, mouse: event.pointerType === "mouse", moved: false };
}

function move(event) {
  const at = pixels(event);
  if (!fingers.has(event.pointerId)) {
    if (event.pointerType === "mouse") read(shown.plotted.time(at));
    return;
  }
  fingers.set(event.pointerId, at);
  if (!drag) return;
  if (!drag.moved && Math.abs(at - drag.start.at(-1)) > DRAG) {
    drag.moved = true;
    shown.plotted.svg.setPointerCapture(event.pointerId);
  }
  if (!drag.moved) return;
  const { select, plotted } = { select: shown.plotted.select, plotted: shown.plotted };
  if (drag.mouse) {
    const [a, b] = [drag.start[0], at].map((p) => Math.min(Math.max(p, plotted.left), plotted.left + plotted.inside)).sort((p, q) => p - q);
    select.setAttribute("x", a);
    select.setAttribute("width", b - a);
    read(plotted.time(at));
  }
}

function up(event) {
  if (!fingers.has(event.pointerId)) return;
  const ended = [...fingers.values()];
  fingers.delete(event.pointerId);
  const done = drag;
  if (!done) return;
  const { plotted, drawing } = shown;
  if (!done.moved) {
    read(plotted.time(ended.at(-1)));
    drag = fingers.size ? drag : null;
    return;
  }
  drag = null;
  if (done.mouse) {
    between(drawing.from + plotted.time(done.start[0]), drawing.from + plotted.time(ended[0]));
  } else if (done.start.length > 1 && ended.length > 1) {
    // What was under two fingers stays under them.
    const [a0, b0] = done.start.map((p) => ((p - plotted.left) / plotted.inside) * plotted.length);
    const factor = (b0 - a0) / (ended[1] - ended[0] || 1);
    const from = drawing.from + a0 - (ended[0] - plotted.left) * factor;
    between(from, from + plotted.inside * factor);
  } else if (done.start.length === 1) {
    const way = ((done.start[0] - ended[0]) / plotted.inside) * plotted.length;
    between(drawing.from + way, drawing.to + way);
  }
}

function wheel(event) {
  if (!event.ctrlKey) return; // pinching on a touchpad; the rest scrolls the page
  event.preventDefault();
  clearTimeout(shown.wheeling);
  shown.factor = (shown.factor ?? 1) * Math.exp(event.deltaY * 0.01);
  const at = shown.plotted.time(pixels(event));
  const { drawing } = shown;
  shown.wheeling = setTimeout(() => {
    const from = drawing.from + at - at * shown.factor;
    between(from, from + (drawing.to - drawing.from) * shown.factor);
  }, WAIT_MS);
}

// ── with keys ──

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { drawing } = shown;
  const length = drawing.to - drawing.from;
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (way && event.shiftKey) between(drawing.from + (way * length) / 4, drawing.to + (way * length) / 4);
  else if (way) {
    const t = Math.min(Math.max((shown.at ?? (way > 0 ? -length / 100 : length * 1.01)) + (way * length) / 100, 0), length);
    read(t);
    shown.spoken.textContent = [shown.zone.full.format(drawing.from + t), ...lines(t).map((line) => line.join(" "))].join(", ");
  } else if (event.key === "+" || event.key === "=") between(drawing.from + length / 4, drawing.to - length / 4);
  else if (event.key === "-" || event.key === "_") between(drawing.from - length / 2, drawing.to + length / 2);
  else if (event.key === "Home" || event.key === "End") read(event.key === "Home" ? 0 : length);
  else if (event.key === "Escape") unread();
  else return;
  event.preventDefault();
}

// ── drawing ──

function draw() {
  const holder = document.querySelector("[data-drawing]");
  shown = null;
  if (!holder) return;
  const drawing = JSON.parse(document.getElementById(holder.dataset.drawing).textContent);
  const zone = new Zone(drawing.zone, document.documentElement.lang);
  const plotted = plot(holder, drawing, zone);
  const { svg } = plotted;
  const says = drawing.says.help.replace("{from}", zone.full.format(drawing.from)).replace("{to}", zone.full.format(drawing.to));
  svg.setAttribute("role", "application");
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("aria-label", says);
  const readout = document.createElement("div");
  readout.className = "readout";
  readout.hidden = true;
  readout.setAttribute("aria-hidden", "true");
  const spoken = document.createElement("p");
  spoken.className = "hidden";
  spoken.setAttribute("aria-live", "polite");
  holder.append(readout, spoken);
  shown = { holder, drawing, zone, plotted, readout, spoken };
  svg.addEventListener("pointerdown", down);
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerup", up);
  svg.addEventListener("pointercancel", (event) => {
    fingers.delete(event.pointerId);
    drag = null;
  });
  svg.addEventListener("pointerleave", (event) => {
    if (!drag && event.pointerType === "mouse") unread();
  });
  svg.addEventListener("wheel", wheel, { passive: false });
  svg.addEventListener("keydown", key);
  svg.addEventListener("blur", unread);
}

function start() {
  fingers.clear();
  drag = null;
  draw();
}

let resizing;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => shown && shown.holder.clientWidth !== shown.plotted.width && draw(), 150);
});

start();
