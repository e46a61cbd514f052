// What a machine offers: found by name, chosen together, and its values kept fresh while somebody looks.

const EVERY = 4000; // milliseconds between two looks at the machine
const LONGEST = 10 * 60 * 1000; // then whoever looks has gone away

const rows = (form) => [...form.querySelectorAll("[data-row]")];
const tick = (row) => row.querySelector('input[type="checkbox"]');

function count(form) {
  const says = form.querySelector("[data-chosen]");
  if (!says) return;
  const chosen = rows(form).filter((row) => tick(row).checked);
  says.textContent = form.dataset.saysChosen.replace("{n}", chosen.length);
  for (const row of rows(form)) row.classList.toggle("taken", tick(row).checked);
}

function narrow(form, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows(form)) {
    const path = row.querySelector('[name$="-path"]').value;
    const all = `${row.dataset.row} ${row.textContent} ${path}`.toLowerCase();
    row.hidden = !words.every((word) => all.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  form.querySelector("[data-nothing]").hidden = shown > 0;
}

function show(form, values) {
  for (const row of rows(form)) {
    const told = values[row.dataset.row];
    if (!told) continue;
    const cell = row.querySelector("[data-value]");
    cell.textContent = told[0];
    cell.classList.toggle("muted", !told[1]);
  }
}

function follow(form) {
  const began = Date.now();
  const look = async () => {
    if (!form.isConnected || Date.now() - began > LONGEST) return;
    if (!document.hidden) {
      try {
        const answer = await fetch(form.dataset.now);
        if (answer.ok) show(form, (await answer.json()).values);
      } catch {
        // The network is away for a moment; the values stay as they are, and the next look follows.
      }
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
}

function begin(form) {
  form.dataset.begun = "yes";
  count(form);
  form.addEventListener("input", (event) => {
    form.dataset.touched = "yes";
    if (event.target.matches("[data-look-for]")) narrow(form, event.target.value);
    else if (event.target.matches("[data-all-shown]")) {
      for (const row of rows(form)) if (!row.hidden) tick(row).checked = event.target.checked;
      count(form);
    } else count(form);
  });
  form.addEventListener("keydown", (event) => {
    // Enter in the search is an answer to the search, not to the form.
    if (event.key === "Enter" && event.target.matches("[data-look-for]")) event.preventDefault();
  });
  follow(form);
}

function find() {
  for (const form of document.querySelectorAll("[data-choosing]:not([data-begun])")) begin(form);
}
find();
document.addEventListener("htmx:load", find);
// The page asks again by itself while the agent is not heard; what somebody is typing stays.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "found" && event.target.querySelector("[data-touched]")) event.detail.shouldSwap = false;
});
