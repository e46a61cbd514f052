// Draws panels of lines that share one axis of time, one panel for each unit, as one SVG.
//
// A line stops where its value is null. Means come with a band from the smallest to the largest.
// Colours are written as var(--…), so that a change between light and dark needs no drawing anew.

import { steps, times } from "./axes.js";
import { numberText } from "./numbers.js";

const NS = "http://www.w3.org/2000/svg";
const COLOURS = ["var(--ink)", "var(--link)", "var(--amber)", "var(--chart-neutral)"];
const PANEL = 168;
const LOW = 44; // of texts, and of what is on or off
const BELOW = 26;
const BETWEEN = 26;

function add(parent, name, attributes, text) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

export const stroke = (place) => ({ stroke: COLOURS[place % 4], "stroke-dasharray": place >= 4 ? "6 4" : "none" });

function bounds(panel) {
  let low = Infinity;
  let high = -Infinity;
  for (const series of panel.series) {
    for (const values of [series.v, series.lo ?? [], series.hi ?? []]) {
      for (const value of values) {
        if (value === null) continue;
        const number = Number(value);
        if (number < low) low = number;
        if (number > high) high = number;
      }
    }
  }
  if (!Number.isFinite(low)) return [0, 1];
  const room = (high - low || Math.abs(high) * 0.1 || 1) * 0.06;
  return [low - room, high + room];
}

function path(series, x, y) {
  const step = series.kind === "yes_no";
  let line = "";
  let dots = ""; // values that stand alone between gaps
  let before = null;
  series.t.forEach((t, i) => {
    const value = series.v[i];
    if (value === null) {
      before = null;
      return;
    }
    const at = `${x(t)} ${y(Number(value))}`;
    const alone = before === null && (series.v[i + 1] ?? null) === null;
    if (alone) dots += `M${at}h0`;
    else if (before === null) line += `M${at}`;
    else line += step ? `L${x(t)} ${before}L${at}` : `L${at}`;
    before = y(Number(value));
  });
  return { line, dots };
}

// One closed shape for each piece without a gap.
function band(series, x, y) {
  const pieces = [];
  let piece = [];
  series.t.forEach((t, i) => {
    if (series.lo[i] === null || series.lo[i] === undefined) {
      pieces.push(piece);
      piece = [];
    } else piece.push([x(t), y(series.hi[i]), y(series.lo[i])]);
  });
  pieces.push(piece);
  return pieces.filter((one) => one.length > 1).map((one) => `M${one.map(([a, top]) => `${a} ${top}`).join("L")}L${one.reverse().map(([a, , bottom]) => `${a} ${bottom}`).join("L")}Z`).join("");
}

function drawTexts(svg, series, box, x, drawing) {
  series.t.forEach((t, i) => {
    const left = Math.max(x(t), box.left);
    const right = i + 1 < series.t.length ? x(series.t[i + 1]) : x(drawing.to - drawing.from);
    const width = Math.max(right - left, 1);
    const text = series.v[i] === null ? "" : String(series.v[i]);
    if (i && series.v[i - 1] === series.v[i]) return;
    add(svg, "path", { d: `M${left} ${box.top}V${box.bottom}`, stroke: "var(--edge)", "stroke-width": 1 });
    const room = Math.floor((width - 8) / 8);
    if (room >= 2) add(svg, "text", { x: left + 4, y: box.top + 25, fill: "var(--ink)", "font-size": 13 }, text.length > room ? `${text.slice(0, room - 1)}…` : text);
  });
}

// The unit of a panel, and which line is which.
function drawLegend(svg, panel, y, width) {
  let x = 0;
  if (panel.unit) {
    const unit = add(svg, "text", { x, y, fill: "var(--chart-muted)", "font-size": 13 }, panel.unit);
    x += unit.getComputedTextLength() + 16;
  }
  for (const series of panel.series) {
    if (x > width - 60) return; // the table below says the rest
    add(svg, "path", { d: `M${x} ${y - 4}h18`, fill: "none", ...stroke(series.place), "stroke-width": 2.5 });
    const name = add(svg, "text", { x: x + 24, y, fill: "var(--ink)", "font-size": 13 }, series.name);
    x += 24 + name.getComputedTextLength() + 20;
  }
}

// Draws into `holder`; returns what reading and zooming need: the scales and the panels' places.
export function plot(holder, drawing, zone) {
  const width = Math.max(holder.clientWidth, 280);
  const left = width < 500 ? 48 : 64;
  const right = 8;
  const panels = drawing.panels.map((panel) => ({ ...panel, text: panel.series[0].kind === "text", yesNo: panel.series.every((series) => series.kind === "yes_no") }));
  const tall = (panel) => (panel.text || panel.yesNo ? LOW : PANEL);
  const height = panels.reduce((sum, panel) => sum + BETWEEN + tall(panel), 0) + BELOW;
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("font-family", getComputedStyle(document.documentElement).getPropertyValue("--sans").trim());
  holder.replaceChildren(svg);
  const length = drawing.to - drawing.from;
  const inside = width - left - right;
  const x = (t) => Math.round((left + (inside * t) / length) * 10) / 10;
  const ticks = times(drawing.from, drawing.to, Math.max(Math.floor(inside / 72), 2), zone);

  let top = 0;
  for (const panel of panels) {
    top += BETWEEN;
    const bottom = top + tall(panel);
    panel.top = top;
    panel.bottom = bottom;
    drawLegend(svg, panel, top - 10, width);
    for (const tick of ticks) add(svg, "path", { d: `M${x(tick.at - drawing.from)} ${top}V${bottom}`, stroke: tick.day ? "var(--edge)" : "var(--chart-grid)", "stroke-width": 1, fill: "none" });
    if (panel.text) {
      drawTexts(svg, panel.series[0], { left, top, bottom }, x, drawing);
    } else {
      const [low, high] = bounds(panel);
      const y = (value) => Math.round((bottom - ((bottom - top) * (value - low)) / (high - low)) * 10) / 10;
      panel.y = y;
      const { yesNo } = panel;
      const marks = yesNo ? { found: [0, 1], places: 0 } : steps(low, high, 4);
      for (const mark of marks.found) {
        add(svg, "path", { d: `M${left} ${y(mark)}H${width - right}`, stroke: "var(--chart-grid)", "stroke-width": 1, fill: "none" });
        const said = yesNo ? drawing.says[mark ? "on" : "off"] : numberText(mark, marks.places);
        add(svg, "text", { x: left - 8, y: y(mark) + 4, fill: "var(--chart-muted)", "font-size": 13, "text-anchor": "end" }, said);
      }
      for (const series of panel.series) {
        const look = stroke(series.place);
        if (series.lo) add(svg, "path", { d: band(series, x, y), fill: look.stroke, "fill-opacity": 0.16, stroke: "none" });
        const { line, dots } = path(series, x, y);
        add(svg, "path", { d: line, fill: "none", ...look, "stroke-width": 1.5, "stroke-linejoin": "round", "stroke-linecap": "round" });
        add(svg, "path", { d: dots, fill: "none", stroke: look.stroke, "stroke-width": 3.5, "stroke-linecap": "round" });
      }
    }
    add(svg, "path", { d: `M${left} ${top}V${bottom}H${width - right}`, stroke: "var(--chart-neutral)", "stroke-width": 1, fill: "none" });
    top = bottom;
  }
  for (const tick of ticks) {
    const at = x(tick.at - drawing.from);
    const anchor = at < left + 20 ? "start" : at > width - 40 ? "end" : "middle";
    add(svg, "text", { x: at, y: top + 18, fill: tick.day ? "var(--ink)" : "var(--chart-muted)", "font-size": 13, "text-anchor": anchor, "font-weight": tick.day ? 700 : 400 }, tick.text);
  }
  const select = add(svg, "rect", { y: BETWEEN, height: top - BETWEEN, x: 0, width: 0, fill: "var(--link)", "fill-opacity": 0.14, stroke: "none" });
  const cursor = add(svg, "path", { d: "", stroke: "var(--ink)", "stroke-width": 1, fill: "none" });
  return {
    svg, left, width, panels, select, cursor, top: BETWEEN, bottom: top, x,
    time: (pixels) => Math.min(Math.max((pixels - left) / inside, 0), 1) * length,
    length, inside,
  };
}

// The place of the value nearest to a time; -1 in a gap or beyond the ends.
export function nearest(series, t, reach) {
  let low = 0;
  let high = series.t.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.t[middle] < t) low = middle + 1;
    else high = middle;
  }
  if (series.kind === "text") {
    const place = series.t[low] > t ? low - 1 : low;
    return place;
  }
  const best = [low - 1, low].filter((i) => i >= 0 && series.v[i] !== null).sort((a, b) => Math.abs(series.t[a] - t) - Math.abs(series.t[b] - t))[0];
  return best === undefined || Math.abs(series.t[best] - t) > reach ? -1 : best;
}
