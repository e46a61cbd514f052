// A good period is drawn over the picture of the tags; the two fields of the form hold it.

const plot = document.querySelector("[data-pick]");
const [start, end] = ["id_start", "id_end"].map((id) => document.getElementById(id));

if (plot && start && end) {
  const from = Number(plot.dataset.from);
  const to = Number(plot.dataset.to);
  const rect = plot.querySelector("[data-chosen]");
  const zone = plot.dataset.zone || undefined;
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const written = (ms) => parts.format(new Date(ms)).replace(" ", "T");

  // What a clock in the plant's zone shows, as if it were UTC, less the true time.
  const offset = (ms) => Date.parse(`${written(ms)}Z`) - Math.floor(ms / 60000) * 60000;
  const read = (text) => {
    const wall = Date.parse(`${text}Z`);
    return wall - offset(wall - offset(wall));
  };

  const share = (event) => {
    const box = plot.querySelector("svg").getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  };

  function show() {
    const [a, b] = [read(start.value), read(end.value)].map((ms) => (ms - from) / (to - from));
    if (!Number.isFinite(a) || !Number.isFinite(b)) return;
    const low = Math.min(Math.max(a, 0), 1);
    const high = Math.min(Math.max(b, low), 1);
    rect.setAttribute("x", `${100 * low}%`);
    rect.setAttribute("width", `${100 * (high - low)}%`);
  }

  let held = null;
  plot.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = share(event);
    plot.setPointerCapture(event.pointerId);
  });
  plot.addEventListener("pointermove", (event) => {
    if (held === null) return;
    const now = share(event);
    if (Math.abs(now - held) < 0.005) return;
    const times = [Math.min(held, now), Math.max(held, now)].map((s) => from + s * (to - from));
    // Not later than now: whole minutes, the end rounded down.
    start.value = written(times[0]);
    end.value = written(times[1] - 30000);
    show();
  });
  for (const over of ["pointerup", "pointercancel"]) plot.addEventListener(over, () => (held = null));
  for (const field of [start, end]) field.addEventListener("change", show);
}
