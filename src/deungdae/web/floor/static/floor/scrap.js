// Taps follow one another quickly: they are shown at once and sent together after a moment.

const root = document.querySelector("[data-scrap]");
const failed = root.querySelector("[data-failed]");
const total = document.querySelector("[data-total]");
const WAIT_MS = 700;

function write(tile, count, all) {
  tile.querySelector("output").textContent = String(count);
  tile.querySelector('[value="-1"]').disabled = count <= 0;
  total.textContent = String(all);
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
      if (!state.waiting) write(tile, told.count, told.total);
    })
    .catch((error) => {
      // What was not taken is not shown as counted.
      write(tile, Number(tile.querySelector("output").textContent) - change, Number(total.textContent) - change);
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
    const now = Number(tile.querySelector("output").textContent);
    const step = Math.max(Number(event.submitter.value), -now);
    state.waiting += step;
    write(tile, now + step, Number(total.textContent) + step);
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
