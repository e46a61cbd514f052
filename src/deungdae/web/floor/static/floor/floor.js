// Pages of the floor: what the server says of each line and machine is put in place.
//
// All words are the server's. A place names what it shows (`data-says`), an attribute that follows
// (`data-set="width:bar:%"`), or what it needs to be seen at all (`data-needs`).

const root = document.querySelector("[data-floor]");
const words = JSON.parse(document.getElementById("floor-words")?.textContent || "{}");
const SILENT_MS = 12000; // the server says something every five seconds
const RETRY_MS = 5000;
const HIDDEN_MS = 30000;
const PIECE_MS = 60000; // pictures of a span that still runs are fetched again

const said = new Map(); // key → everything said of an asset
let offset = Number(root.dataset.now) - Date.now(); // of the server's clock

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ── one asset ──

function own(box, selector) {
  return [...box.querySelectorAll(selector)].filter((one) => one.closest("[data-asset]") === box);
}

function show(box) {
  const told = said.get(box.dataset.asset);
  if (!told) return;
  for (const name of ["state", "level", "off"]) if (box.dataset[name] !== told[name]) box.dataset[name] = told[name];
  for (const place of own(box, "[data-says]")) {
    const text = told[place.dataset.says] ?? "";
    put(place, text || place.dataset.none || "");
    if ("optional" in place.dataset) place.hidden = !text;
    if ("behind" in place.dataset) place.dataset.behind = told.behind;
  }
  for (const place of own(box, "[data-set]")) {
    for (const one of place.dataset.set.split(" ")) {
      const [attribute, name, unit = ""] = one.split(":");
      place.setAttribute(attribute, (told[name] || "0") + unit);
    }
  }
  for (const place of own(box, "[data-needs]")) place.hidden = !told[place.dataset.needs];
  for (const use of own(box, "use[data-sign]")) use.setAttribute("href", `${use.dataset.sign}#${told.state}`);
}

function showAll() {
  for (const box of root.querySelectorAll("[data-asset]")) show(box);
  if (root.matches("[data-asset]")) show(root);
  for (const sum of document.querySelectorAll("[data-sum]")) {
    let total = 0;
    for (const told of said.values()) total += Number(told[sum.dataset.sum] || 0);
    if (sum.dataset.sum === "stops") total = stops();
    put(sum, total ? String(total) : "");
    if ("optional" in sum.dataset) sum.hidden = !total;
  }
}

// A line's stops are those of its machines, so only machines are counted.
function stops() {
  let total = 0;
  for (const one of root.querySelectorAll("li[data-asset]")) total += Number(said.get(one.dataset.asset)?.stops || 0);
  return total;
}

// ── pieces of the page that the server draws anew ──

let fetched = Date.now();
let fetching = false;

function busy(piece) {
  const focus = document.activeElement;
  if (focus && focus !== document.body && piece.contains(focus) && !focus.matches("summary")) return true;
  return Boolean(piece.querySelector('[aria-expanded="true"], input:checked:not([data-keep])')) || piece.matches("[data-touched]");
}

async function refresh() {
  if (fetching) return;
  fetching = true;
  fetched = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { "x-piece": "yes" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const piece of root.querySelectorAll("[data-piece]")) {
      const fresh = page.getElementById(piece.id);
      if (!fresh || busy(piece)) continue;
      const open = new Set([...piece.querySelectorAll("details[open][id]")].map((one) => one.id));
      const shut = new Set([...piece.querySelectorAll("details:not([open])[id]")].map((one) => one.id));
      for (const one of fresh.querySelectorAll("details[id]")) {
        if (open.has(one.id)) one.open = true;
        else if (shut.has(one.id)) one.open = false;
      }
      piece.replaceWith(document.adoptNode(fresh));
    }
    showAll();
  } finally {
    fetching = false;
  }
}

setInterval(() => {
  if (document.hidden || over || !root.querySelector("[data-piece]")) return;
  if (Date.now() - fetched > Number(root.dataset.every || PIECE_MS)) refresh().catch(() => null);
}, 1000);

// ── the stream ──

let source;
let heard = 0;
let began = 0;
let over = false;
let retry;

function status(kind, text) {
  const box = document.querySelector("[data-status]");
  if (!box) return;
  box.dataset.status = kind;
  put(box.querySelector("[data-status-says]"), text);
}

function take(event) {
  const told = JSON.parse(event.data);
  heard = Date.now();
  offset = told.now - heard;
  const before = stops();
  for (const [key, fresh] of Object.entries(told.assets || {})) said.set(key, { ...said.get(key), ...fresh });
  if (told.assets) showAll();
  const answer = document.querySelector("[data-answer]");
  if (answer && told.answer !== undefined && "answer" in answer.dataset && root.dataset.answers !== "no") put(answer, told.answer);
  if (told.away !== undefined) for (const box of document.querySelectorAll("[data-away]")) box.hidden = !told.away;
  status("live", words.live);
  if (event.type === "change" && root.dataset.watch === "stops" && before !== stops()) refresh().catch(() => null);
  document.dispatchEvent(new CustomEvent("floor:heard", { detail: { now: told.now } }));
}

function address() {
  const url = new URL(root.dataset.stream, location.href);
  url.searchParams.set("of", root.dataset.of);
  if (root.dataset.all === undefined) {
    const keys = new Set([...document.querySelectorAll("[data-asset]")].map((box) => box.dataset.asset));
    if (keys.size && keys.size < 60) for (const key of keys) url.searchParams.append("asset", key);
  }
  return url;
}

function connect() {
  clearTimeout(retry);
  if (over) return;
  source?.close();
  if (!heard) status("connecting", words.connecting);
  const mine = (source = new EventSource(address()));
  for (const name of ["snapshot", "change", "beat"]) mine.addEventListener(name, take);
  mine.addEventListener("alarms", () => document.dispatchEvent(new CustomEvent("counts:changed")));
  mine.addEventListener("reload", () => location.reload());
  mine.addEventListener("end", (event) => {
    over = true;
    mine.close();
    status("over", JSON.parse(event.data).words);
    document.dispatchEvent(new CustomEvent("floor:over"));
  });
  mine.addEventListener("error", () => {
    if (mine !== source || over) return;
    lost();
    if (mine.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
  });
  began = Date.now();
}

function lost() {
  const at = heard && new Date(heard + offset).toLocaleTimeString(document.documentElement.lang, { hour12: false, timeZone: root.dataset.zone });
  const long = heard && Date.now() - heard > SILENT_MS;
  status("again", long ? `${(words.still || "").replace("{time}", at)} ${words.again}` : words.again);
  if (long || !heard) document.dispatchEvent(new CustomEvent("floor:lost"));
}

setInterval(() => {
  if (document.hidden && !root.dataset.wall) return;
  if (source && !over && Date.now() - Math.max(heard, began) > SILENT_MS) {
    connect(); // a line may be dead without anybody having said so
    lost();
  }
}, 1000);

// A phone in a pocket needs nothing; a wall always does.
let hiding;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (root.dataset.wall) return;
  if (document.hidden) {
    hiding = setTimeout(() => {
      source?.close();
      source = null;
    }, HIDDEN_MS);
  } else if (!source) connect();
});
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => event.persisted && connect());

connect();
