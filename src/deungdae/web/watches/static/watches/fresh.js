// Pieces of a page that say how a watch stands are fetched again and put in place: when the server says
// that it stands otherwise, and where a piece says so (`data-fresh="30"`, in seconds) or the line is broken,
// after a while.

const EVERY_MS = 5000; // while the line is broken
const REDRAW_MS = 1000;
const place = document.querySelector("[data-watches-stream]");
const began = Date.now();
const fetched = new Map();
const old = new Set(); // pieces that the server said are old
let fetching = false;
let broken = true;

function say(text) {
  const status = document.querySelector("[data-watches-says]");
  if (status && text && status.textContent !== text) status.textContent = text;
}

function busy(piece) {
  const focus = document.activeElement;
  return (focus && focus !== document.body && piece.contains(focus)) || piece.querySelector('[aria-expanded="true"]');
}

function due(piece) {
  if (busy(piece)) return false;
  const passed = Date.now() - (fetched.get(piece.id) ?? began);
  if (old.has(piece.id)) return passed >= REDRAW_MS;
  const own = Number(piece.dataset.fresh) * 1000;
  return own ? passed >= own : broken && passed >= EVERY_MS;
}

async function refresh(pieces) {
  fetching = true;
  try {
    for (const piece of pieces) {
      fetched.set(piece.id, Date.now());
      old.delete(piece.id);
    }
    const answer = await fetch(location.href, { headers: { "x-piece": "yes" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Another kind of page than before, such as that of a watch that is learned now.
    if ([...page.querySelectorAll("[data-fresh][id]")].some((one) => !document.getElementById(one.id))) {
      location.reload();
      return;
    }
    for (const piece of pieces) {
      const fresh = page.getElementById(piece.id);
      if (fresh && !busy(piece) && fresh.innerHTML !== piece.innerHTML) piece.replaceWith(document.adoptNode(fresh));
    }
  } finally {
    fetching = false;
  }
}

function look() {
  if (document.hidden || fetching) return;
  const pieces = [...document.querySelectorAll("[data-fresh][id]")].filter(due);
  if (pieces.length) refresh(pieces).catch(() => null);
}

function aged(all) {
  for (const piece of document.querySelectorAll("[data-fresh][id]")) if (all || !Number(piece.dataset.fresh)) old.add(piece.id);
  look();
}

function whole(text) {
  broken = false;
  say(text);
}

if (place) {
  const words = place.dataset;
  const stream = new EventSource(words.watchesStream);
  stream.addEventListener("change", (event) => { whole(words.live); aged(JSON.parse(event.data).stands); });
  stream.addEventListener("beat", () => whole(words.live));
  stream.addEventListener("end", (event) => { stream.close(); broken = true; say(JSON.parse(event.data).words); });
  stream.addEventListener("error", () => { broken = true; say(words.again); });
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  document.addEventListener("visibilitychange", look);
}
setInterval(look, REDRAW_MS);
