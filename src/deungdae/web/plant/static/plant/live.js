// The live page: what the server sends is put in place, ages run on by themselves.
//
// Only rows that can be seen are written; what comes for others waits until they are. The server
// sends at most two events a second, and ages are written with them or once a second.

import { numberText, wholeText } from "./numbers.js";
import { ago, fill, labels, sentence, valueText, words } from "./words.js";
import { draw, paths } from "./trend.js";

const root = document.querySelector("[data-live]");
const SILENT_MS = 12000; // the server says something every five seconds
const RETRY_MS = 5000;
const HIDDEN_MS = 30000;
const TREND_MS = 60000;
const TRENDS_AT_ONCE = 40;

const rows = new Map(); // path → what is known of its row
let offset = Number(root.dataset.now) - Date.now(); // of the server's clock
const now = () => Date.now() + offset;

// ── rows ──

const STATES = ["fresh", "uncertain", "clock", "bad", "stale", "never"];

function state(row) {
  if (row.at === 0) return "never";
  if (now() - row.at > row.patience) return "stale";
  if (row.quality < 64 || row.value === null) return "bad";
  if (row.off) return "clock";
  return row.quality >= 192 ? "fresh" : "uncertain";
}

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const row = rows.get(target.dataset.tag);
    if (!row || row.tr !== target) continue;
    row.visible = isIntersecting;
    if (!isIntersecting) continue;
    write(row);
    wantTrend(row);
  }
}, { rootMargin: "200px" });

function adopt(part) {
  for (const tr of part.querySelectorAll("tr[data-tag]")) {
    const tag = tr.dataset.tag;
    if (rows.get(tag)?.tr === tr) continue;
    rows.set(tag, {
      tag, tr, visible: false, dirty: false, trend: 0,
      at: Number(tr.dataset.at), patience: Number(tr.dataset.patience), quality: Number(tr.dataset.quality), names: tr.dataset.names !== undefined, off: 0, value: undefined,
      shown: tr.dataset.state, says: { value: tr.querySelector("[data-value]"), age: tr.querySelector("[data-age]"), mark: tr.querySelector("[data-mark]"), trend: tr.querySelector("[data-trend]") },
    });
    sight.observe(tr);
  }
}

function forget() {
  for (const [tag, row] of rows) {
    if (row.tr.isConnected) continue;
    sight.unobserve(row.tr);
    rows.delete(tag);
  }
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function write(row) {
  if (row.dirty) {
    put(row.says.value, valueText(row.value, row));
    row.dirty = false;
  }
  writeAge(row);
}

function writeAge(row) {
  if (row.at) {
    put(row.says.age, ago((now() - row.at) / 1000));
    row.says.age.dateTime = row.says.age.title = new Date(row.at).toISOString();
  }
  const is = row.value === undefined && row.shown !== "fresh" && row.shown !== "stale" ? row.shown : state(row);
  if (is === row.shown) return;
  row.tr.classList.remove(...STATES);
  row.tr.classList.add(is);
  row.shown = is;
  put(row.says.mark, is === "fresh" ? "" : words[`mark_${is}`]);
  row.says.mark.hidden = is === "fresh";
}

let agesWritten = 0;
function writeAges() {
  agesWritten = Date.now();
  for (const row of rows.values()) if (row.visible) writeAge(row);
  for (const line of lines.values()) writeTroubles(line);
}

// ── trends of today, for rows that are seen ──

let wanted = new Set();
let fetching = false;

function wantTrend(row) {
  if (!row.says.trend || Date.now() - row.trend < TREND_MS) return;
  wanted.add(row);
  if (!fetching) setTimeout(fetchTrends, 50);
}

async function fetchTrends() {
  if (fetching || !wanted.size) return;
  fetching = true;
  const some = [...wanted].filter((row) => row.visible && row.tr.isConnected).slice(0, TRENDS_AT_ONCE);
  wanted = new Set([...wanted].filter((row) => row.visible && !some.includes(row)));
  for (const row of some) row.trend = Date.now();
  try {
    if (some.length) {
      const query = new URLSearchParams(some.map((row) => ["tag", row.tag]));
      const answer = await fetch(`${root.dataset.today}?${query}`);
      if (!answer.ok) throw new Error(answer.statusText);
      const told = await answer.json();
      for (const row of some) showTrend(row, told);
    }
  } catch {
    // The next look at rows asks again.
    for (const row of some) row.trend = 0;
  } finally {
    fetching = false;
  }
  if (wanted.size) setTimeout(fetchTrends, 50);
}

function showTrend(row, told) {
  const found = paths(told.tags[row.tag] ?? [], told.every, row.patience);
  draw(row.says.trend, found);
  const said = found ? fill(words.trend, { low: numberText(found.low), high: numberText(found.high) }) : words.no_trend;
  row.says.trend.setAttribute("aria-label", said);
}

setInterval(() => {
  if (document.hidden) return;
  for (const row of rows.values()) if (row.visible) wantTrend(row);
}, 10000);

// ── lines: how many tags, and what is wrong ──

const lines = new Map(); // key → what the server told last

function showLine(line) {
  lines.set(line.key, line);
  for (const box of root.querySelectorAll("[data-line]")) {
    if (box.dataset.line !== line.key) continue;
    box.classList.toggle("soon", line.troubled > 0);
    const says = box.querySelector("[data-line-says]");
    put(says, fill(line.troubled ? words.some_troubled : words.all_fresh, { n: wholeText(line.troubled || line.total), total: wholeText(line.total) }));
    const mark = box.querySelector("[data-line-mark]");
    if (mark) mark.hidden = !line.troubled;
  }
  for (const [key, total, troubled] of line.assets) {
    const box = assets.get(key);
    if (!box) continue;
    put(box.querySelector("[data-asset-total]"), String(total));
    const mark = box.querySelector("[data-asset-mark]");
    mark.hidden = !troubled;
    put(mark.querySelector("[data-asset-troubled]"), String(troubled));
  }
  writeTroubles(line);
}

function writeTroubles(line) {
  const list = troubleLists.get(line.key);
  if (!list) return;
  const said = line.worst.map((one) => sentence(one, line.key, now()));
  if (line.more) said.push(fill(words.more, { n: wholeText(line.more) }));
  while (list.children.length > said.length) list.lastElementChild.remove();
  while (list.children.length < said.length) list.append(document.createElement("li"));
  said.forEach((text, i) => put(list.children[i], text));
  list.hidden = !said.length;
}

function showAnswer() {
  let total = 0;
  let troubled = 0;
  for (const line of lines.values()) {
    total += line.total;
    troubled += line.troubled;
  }
  const answer = document.querySelector("[data-answer]");
  if (answer && total) put(answer, fill(troubled ? root.dataset.saysTroubled : root.dataset.saysFresh, { total: wholeText(total), troubled: wholeText(troubled) }));
}

const opened = new WeakMap(); // asset → whether it was open when it was looked at last
let chosen = new URL(location.href).searchParams.has("show"); // somebody chose what is open
let assets = new Map();
let troubleLists = new Map();

function learn() {
  assets = new Map([...root.querySelectorAll("[data-asset]")].map((box) => [box.dataset.asset, box]));
  for (const box of assets.values()) opened.set(box, box.open);
  troubleLists = new Map([...root.querySelectorAll("[data-troubles]")].map((list) => [list.dataset.troubles, list]));
  forget();
  adopt(root);
}

// ── which assets are open ──

function shown(address, always = false) {
  const url = new URL(address, location.href);
  url.searchParams.delete("show");
  if (root.dataset.searching || !(chosen || always)) return url;
  const open = [...assets.values()].filter((box) => box.open);
  for (const box of open) url.searchParams.append("show", `${box.dataset.count}:${box.dataset.asset}`);
  if (!open.length) url.searchParams.append("show", "");
  return url;
}

async function load(box, count) {
  const place = box.querySelector("[data-rows]");
  const url = new URL(root.dataset.rows, location.href);
  url.searchParams.append("show", `${count}:${box.dataset.asset}`);
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(answer.statusText);
    place.innerHTML = await answer.text();
    box.dataset.count = count;
    box.dataset.loaded = "yes";
    learn();
    changed();
  } catch {
    place.textContent = words.no_rows;
  } finally {
    place.removeAttribute("aria-busy");
  }
}

let changing;
function changed() {
  clearTimeout(changing);
  changing = setTimeout(() => {
    history.replaceState(null, "", shown(location.href));
    connect();
  }, 300);
}

root.addEventListener("toggle", (event) => {
  const box = event.target;
  // An asset that is put into the page says so, too; only a change is somebody's choice.
  if (!box.matches("[data-asset]") || opened.get(box) === box.open) return;
  opened.set(box, box.open);
  chosen = true;
  if (box.open && !box.dataset.loaded) load(box, box.dataset.count);
  else changed();
}, true);

root.addEventListener("click", (event) => {
  const more = event.target.closest("[data-more]");
  if (!more) return;
  event.preventDefault();
  load(more.closest("[data-asset]"), more.dataset.more);
});

// Other tags than those of the page: the page is fetched again, and what is open stays open.
let refreshed = 0;
let again;
async function refresh() {
  clearTimeout(again);
  const early = refreshed + RETRY_MS - Date.now();
  if (early > 0) {
    again = setTimeout(() => refresh().then((done) => done && connect()), early);
    return false;
  }
  refreshed = Date.now();
  const answer = await fetch(shown(location.href)).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-lines]");
  const stale = root.querySelector("[data-lines]");
  if (!fresh || !stale) {
    location.reload();
    return false;
  }
  const { saysFresh, saysTroubled } = page.querySelector("[data-live]").dataset;
  Object.assign(root.dataset, { saysFresh, saysTroubled });
  Object.assign(labels, JSON.parse(page.getElementById("live-labels").textContent));
  const focus = document.activeElement?.closest("[data-asset]")?.dataset.asset;
  stale.replaceWith(document.adoptNode(fresh));
  learn();
  if (focus !== undefined) assets.get(focus)?.querySelector("summary").focus();
  return true;
}

// ── the stream ──

let source;
let heard = 0; // when something came last, by this clock
let places = []; // place in the snapshot → path
let over = false;
let retry;

function status(kind, said) {
  const box = document.querySelector("[data-status]");
  box.dataset.status = kind;
  put(box.querySelector("[data-status-says]"), said);
}

function takeRows(told) {
  for (const [place, value, at, quality, off] of told) {
    const row = rows.get(places[place]);
    if (!row) continue;
    Object.assign(row, { value, at, quality, off, dirty: true });
    if (row.visible) write(row);
  }
}

function take(event) {
  const told = JSON.parse(event.data);
  heard = Date.now();
  offset = told.now - heard;
  if (told.rows) takeRows(told.rows);
  if (told.lines) {
    told.lines.forEach(showLine);
    showAnswer();
  }
  if ("away" in told) {
    for (const box of document.querySelectorAll("[data-away]")) box.hidden = !told.away;
  }
  status("live", words.live);
  if (heard - agesWritten > 900) writeAges();
}

function takeChange(event) {
  take(event);
  // Where only troubles are shown, other rows may belong there now.
  if (JSON.parse(event.data).lines && new URL(location.href).searchParams.get("only")) refresh().then((done) => done && connect());
}

function takeSnapshot(event) {
  const told = JSON.parse(event.data);
  places = told.tags;
  lines.clear();
  take(event);
  places.forEach((tag, place) => {
    const row = rows.get(tag);
    if (row) row.patience = told.patience[place];
  });
  // A page that looks for something has no other lines than those with rows.
  const lacks = (line) => !troubleLists.has(line.key) || line.assets.some(([key]) => !assets.has(key));
  const gone = troubleLists.size > told.lines.length;
  const reshaped = !root.dataset.searching && (gone || told.lines.some(lacks));
  if (reshaped || places.some((tag) => !rows.has(tag))) refresh().then((done) => done && connect());
}

function connect() {
  clearTimeout(retry);
  if (over) return;
  source?.close();
  if (!heard) status("connecting", words.connecting);
  const url = shown(new URL(root.dataset.stream, location.href), true);
  url.searchParams.set("of", root.dataset.of);
  for (const name of ["q", "only"]) {
    const asked = new URL(location.href).searchParams.get(name);
    if (asked) url.searchParams.set(name, asked);
  }
  source = new EventSource(url);
  const mine = source;
  source.addEventListener("snapshot", takeSnapshot);
  source.addEventListener("change", takeChange);
  source.addEventListener("beat", take);
  source.addEventListener("end", (event) => {
    over = true;
    mine.close();
    status("over", JSON.parse(event.data).words);
  });
  source.addEventListener("error", () => {
    if (mine !== source || over) return;
    lost();
    if (mine.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
  });
  began = Date.now();
}

let began = 0; // when the line was opened

function lost() {
  const at = heard && new Date(heard + offset).toLocaleTimeString(document.documentElement.lang, { hour12: false });
  status("again", heard && Date.now() - heard > SILENT_MS ? `${fill(words.still, { time: at })} ${words.again}` : words.again);
}

setInterval(() => {
  if (document.hidden) return;
  const silent = Date.now() - Math.max(heard, began) > SILENT_MS;
  if (source && silent && !over) {
    connect(); // a line may be dead without anybody having said so
    lost();
  }
  if (Date.now() - agesWritten > 950) writeAges();
}, 1000);

// A phone in a pocket needs no values.
let hiding;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) {
    hiding = setTimeout(() => {
      source?.close();
      source = null;
    }, HIDDEN_MS);
  } else if (!source) connect();
  else writeAges();
});
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => event.persisted && connect());

// ── the wall of the office: the whole screen, which does not go dark ──

const wall = document.querySelector("[data-wall]");
wall?.addEventListener("click", async () => {
  await root.requestFullscreen();
  await navigator.wakeLock?.request("screen").catch(() => null);
});
if (wall) wall.hidden = !document.fullscreenEnabled;

learn();
connect();
