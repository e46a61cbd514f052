// Taps follow one another quickly: they are shown at once and sent together after a moment.

const root = document.querySelector("[data-scrap]");
const failed = root.querySelector("[data-failed]");
const beyond = root.querySelector("[data-beyond]");
const total = document.querySelector("[data-total]");
const WAIT_MS = 700;

function write(tile, count, all) {
  const shown = tile.querySelector("output");
  shown.dataset.n = count;
  shown.textContent = count.toLocaleString();
  tile.querySelector('[value="-1"]').disabled = count <= 0;
  total.dataset.total = all;
  total.textContent = all.toLocaleString();
}

function send(tile, state) {
  const change = state.waiting;
  state.waiting = 0;
  if (!change) return;
  state.sending = true;
  tile.dataset.sending = "yes";
  const form = new FormData(tile.querySelector("form"));
  form.set("change", String(change));
  fetch(root.dataset.scrap, { method: "POST", body: form, headers: { "x-piece": "yes" } })
    .then(async (answer) => {
      if (answer.redirected || !answer.headers.get("content-type")?.includes("json")) throw new Error(answer.statusText);
      const told = await answer.json();
      if (told.problem) throw new Error(told.problem);
      failed.hidden = true;
      beyond.hidden = !told.warning;
      beyond.textContent = told.warning;
      if (!state.waiting) write(tile, told.count, told.total);
    })
    .catch((error) => {
      // What was not taken is not shown as counted.
      write(tile, Number(tile.querySelector("output").dataset.n) - change, Number(total.dataset.total) - change);
      failed.textContent = error.message && !(error instanceof TypeError) ? error.message : root.dataset.saysFailed;
      failed.hidden = false;
    })
    .finally(() => {
      state.sending = false;
      delete tile.dataset.sending;
      if (state.waiting) send(tile, state);
    });
}

for (const tile of root.querySelectorAll("[data-reason]")) {
  const state = { waiting: 0, timer: 0, sending: false };
  tile.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const now = Number(tile.querySelector("output").dataset.n);
    const step = Math.max(Number(event.submitter.value), -now);
    state.waiting += step;
    write(tile, now + step, Number(total.dataset.total) + step);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => state.sending || send(tile, state), WAIT_MS);
  });
  addEventListener("pagehide", () => {
    if (!state.waiting) return;
    const form = new FormData(tile.querySelector("form"));
    form.set("change", String(state.waiting));
    navigator.sendBeacon(root.dataset.scrap, form);
  });
}
