// The list of alarms goes on by itself: the server says that something changed, the list is fetched.
// Nothing is drawn here; how long an alarm stands is counted on between two fetches.

const words = JSON.parse(document.getElementById("alarm-words")?.textContent || "{}");
const page = document.querySelector("[data-alarms]");
const title = document.title;
const REDRAW = 1000;
let offset = 0;

function lasting(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return words.for_s.replace("{n}", whole);
  if (whole < 3600) return words.for_m.replace("{n}", Math.floor(whole / 60));
  if (whole < 86400) return words.for_h.replace("{n}", Math.floor(whole / 3600));
  return words.for_d.replace("{n}", Math.floor(whole / 86400));
}

function count() {
  for (const part of document.querySelectorAll("[data-since]")) {
    const text = lasting((Date.now() + offset - Number(part.dataset.since)) / 1000);
    // Only seconds and minutes move; longer ones keep the fuller words of the server.
    if (Date.now() + offset - Number(part.dataset.since) < 3600_000 && part.textContent !== text) part.textContent = text;
  }
}
setInterval(() => { if (!document.hidden) count(); }, REDRAW);

function settle() {
  const list = document.getElementById("alarms-now");
  if (!list) return;
  if (Number(list.dataset.now)) offset = Number(list.dataset.now) - Date.now();
  const answer = document.querySelector("[data-alarms-answer]");
  if (answer && answer.textContent !== list.dataset.answer) answer.textContent = list.dataset.answer;
  const waiting = Number(list.dataset.waiting || 0);
  // The list has just said it: the navigation need not ask. Where nobody answers, it asks itself.
  if (list.dataset.waitingWords) {
    const detail = { count: waiting, words: list.dataset.waitingWords };
    document.dispatchEvent(new CustomEvent("counts:told", { detail }));
  } else document.dispatchEvent(new CustomEvent("counts:changed"));
  document.title = waiting ? `(${waiting}) ${title}` : title;
  for (const one of list.querySelectorAll("[data-say]")) {
    const detail = { words: one.textContent, kind: one.dataset.say };
    document.dispatchEvent(new CustomEvent("toast:say", { detail }));
    one.remove();
  }
  count();
}

let asking = false, again = false;

async function fetchList() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const answer = await fetch(page.dataset.list, { headers: { accept: "text/html" } });
    if (answer.ok && !answer.redirected) replace(await answer.text());
  } catch {
    // The line is lost: the stream says so, and a change that was missed comes with its return.
  }
  asking = false;
  if (again) { again = false; setTimeout(fetchList, 500); }
}

// What somebody has folded open, and where the focus is, stays.
function replace(html) {
  const list = document.getElementById("alarms-now");
  if (list.querySelector("details.menu[open]")) { again = true; setTimeout(fetchList, 1500); return; }
  const open = [...list.querySelectorAll("details[open][id]")].map((one) => one.id);
  const focused = list.contains(document.activeElement) ? mark(document.activeElement) : "";
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.getElementById("alarms-now");
  if (!fresh) return;
  list.replaceWith(fresh);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) fresh.querySelector(focused)?.focus();
  if (window.htmx) window.htmx.process(fresh);
  settle();
}

function mark(element) {
  const card = element.closest("article")?.getAttribute("aria-labelledby");
  const value = element.getAttribute("value");
  if (!card || !value) return "";
  return `article[aria-labelledby="${CSS.escape(card)}"] [value="${CSS.escape(value)}"]:not([type="hidden"])`;
}

function say(text) {
  const place = document.querySelector("[data-alarms-says]");
  if (place && place.textContent !== text) place.textContent = text;
}

if (page) {
  say(words.connecting);
  const stream = new EventSource(page.dataset.stream);
  stream.addEventListener("change", () => { say(words.live); fetchList(); });
  stream.addEventListener("beat", () => say(words.live));
  stream.addEventListener("end", (event) => { stream.close(); say(JSON.parse(event.data).words); });
  stream.addEventListener("error", () => say(words.again));
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) fetchList(); });
}
document.addEventListener("htmx:afterSwap", settle);
settle();
