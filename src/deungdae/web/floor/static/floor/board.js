// What a television needs beside the live words: a clock, a screen that stays on, and no dead picture.

const main = document.querySelector(".board");
const clock = main.querySelector("[data-clock]");
const dead = main.querySelector("[data-dead]");
const since = main.querySelector("[data-dead-since]");
const lang = document.documentElement.lang;
const timeZone = main.dataset.zone;
const IDLE_MS = 6000;
const DAY_MS = 20 * 3600 * 1000;
const SILENT_MS = 30000;
const loaded = Date.now();
let offset = Number(main.dataset.now) - Date.now();
let heard = Date.now();
let over = false;

function time(at) {
  return new Date(at).toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone });
}

function tick() {
  const text = time(Date.now() + offset);
  if (clock.textContent !== text) clock.textContent = text;
  const silent = over || Date.now() - heard > SILENT_MS;
  if (silent && dead.hidden) since.textContent = new Date(heard + offset).toLocaleString(lang, { hour12: false, timeZone });
  dead.hidden = !silent;
  // Once a day, in the small hours or when a day has gone by, the page is loaded anew: with the
  // newest version of the program, and with nothing left over from weeks before.
  const hour = Number(time(Date.now() + offset).slice(0, 2));
  const old = Date.now() - loaded;
  if (!silent && ((old > DAY_MS && hour >= 3 && hour < 5) || old > 2 * DAY_MS)) location.reload();
  // A server that was away for long may know the board no more: ask it by loading the page.
  if (silent && old > SILENT_MS && Math.floor((Date.now() - heard) / 1000) % 120 === 119) ask();
}

async function ask() {
  const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
  if (answer?.ok && !answer.redirected) location.reload();
}

document.addEventListener("floor:heard", (event) => {
  heard = Date.now();
  offset = event.detail.now - heard;
});
document.addEventListener("floor:over", () => {
  over = true;
  heard = Math.min(heard, Date.now() - SILENT_MS);
});
setInterval(tick, 1000);
tick();

async function stayOn() {
  await navigator.wakeLock?.request("screen").catch(() => null);
}
stayOn();
document.addEventListener("visibilitychange", () => document.hidden || stayOn());

const whole = main.querySelector("[data-whole]");
whole.hidden = !document.fullscreenEnabled;
whole.addEventListener("click", () => document.documentElement.requestFullscreen().then(stayOn));

let idle;
function moved() {
  document.body.classList.remove("idle");
  clearTimeout(idle);
  idle = setTimeout(() => document.body.classList.add("idle"), IDLE_MS);
}
for (const name of ["pointermove", "keydown", "focusin"]) addEventListener(name, moved);
moved();
