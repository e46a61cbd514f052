// Pieces of a page that say how a watch stands are fetched again and put in place.

const EVERY_MS = 5000; // where a piece does not say otherwise, in seconds
const fetched = new Map();
let fetching = false;

function busy(piece) {
  const focus = document.activeElement;
  return (focus && focus !== document.body && piece.contains(focus)) || piece.querySelector('[aria-expanded="true"]');
}

function due(piece) {
  const every = Number(piece.dataset.fresh) * 1000 || EVERY_MS;
  return Date.now() - (fetched.get(piece.id) ?? began) >= every && !busy(piece);
}

async function refresh(pieces) {
  fetching = true;
  try {
    for (const piece of pieces) fetched.set(piece.id, Date.now());
    const answer = await fetch(location.href, { headers: { "x-piece": "yes" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const piece of pieces) {
      const fresh = page.getElementById(piece.id);
      if (fresh && !busy(piece) && fresh.innerHTML !== piece.innerHTML) piece.replaceWith(document.adoptNode(fresh));
    }
  } finally {
    fetching = false;
  }
}

const began = Date.now();
setInterval(() => {
  if (document.hidden || fetching) return;
  const pieces = [...document.querySelectorAll("[data-fresh][id]")].filter(due);
  if (pieces.length) refresh(pieces).catch(() => null);
}, 1000);
