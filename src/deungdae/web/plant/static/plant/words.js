// The words of the live page: the same sentences as the server's (live/words.py), filled in here.

import { decimals, numberText, wholeText } from "./numbers.js";

export const words = JSON.parse(document.getElementById("live-words").textContent);

export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function spoken(kind, seconds) {
  const s = Math.max(seconds, 0);
  for (const [unit, size] of [["d", 172800], ["h", 7200], ["m", 120]]) {
    if (s >= size) return fill(words[`${kind}_${unit}`], { n: Math.floor(s / (size / 2)) });
  }
  return fill(words[`${kind}_s`], { n: Math.floor(s) });
}

export const ago = (seconds) => spoken("ago", seconds);
export const lasting = (seconds) => spoken("for", seconds);

const LONGEST = 60;

export function valueText(value, row) {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "string") return value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value;
  if (row.names && Number.isInteger(value)) return String(value); // it names a lot, and counts nothing
  if (Number.isInteger(value) && !row.places) return wholeText(value);
  const { most, places } = decimals(value);
  row.places = Math.max(row.places || 0, places);
  return numberText(value, Math.min(row.places, most));
}

export const labels = JSON.parse(document.getElementById("live-labels").textContent);

// A clock is wrong by whole quarters of an hour, but for what the way took.
function ofClock(seconds) {
  const near = Math.round(seconds / 900) * 900;
  return near && Math.abs(seconds - near) <= 60 ? near : seconds;
}

function named(what, line) {
  const inside = line && what.startsWith(`${line}/`) ? what.slice(line.length + 1) : what;
  const cut = inside.lastIndexOf("/");
  const asset = cut < 0 ? "" : inside.slice(0, cut);
  const label = labels[what];
  if (label) return asset ? `${asset} ${label}` : label;
  return cut < 0 ? inside : `${asset} ${inside.slice(cut + 1)}`;
}

// One trouble as the server tells it: what, state, since when (ms), how many tags, error of a clock.
export function sentence([what, state, since, tags, off], line, now) {
  let key = state;
  let seconds = (now - since) / 1000;
  if (state === "clock") {
    key = off < 0 ? "clock_behind" : "clock_ahead";
    seconds = ofClock(Math.abs(off) / 1000);
  } else if (state === "stale" && !what) key = "stale_line";
  else if (tags > 1) key = `${state}_many`;
  const named_ = tags > 1 && what.startsWith(`${line}/`) ? what.slice(line.length + 1) : named(what, line);
  return fill(words[key], { what: named_, n: wholeText(tags), age: lasting(seconds) });
}
