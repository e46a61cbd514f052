// How many of something wait, beside its place in the navigation. A page never waits for it: it is
// asked for when the page stands, again when a stream of the page says that something changed, and
// now and then. What is not known shows as "?", never as nothing.

const EVERY = 30_000, SOON = 700;
const marks = [...document.querySelectorAll("[data-counted]")];
const says = document.querySelector("[data-count-says]");
let known = null, timer = 0, asking = false;

function show(count, words) {
  for (const mark of marks) {
    mark.hidden = count === 0;
    mark.classList.toggle("unknown", count === null);
    const figure = document.createElement("span");
    figure.setAttribute("aria-hidden", "true");
    figure.textContent = count === null ? "?" : count > 99 ? "99+" : String(count);
    const spoken = document.createElement("span");
    spoken.className = "hidden";
    spoken.textContent = ` ${words}`;
    mark.replaceChildren(...(count === 0 ? [] : [figure, spoken]));
    mark.title = count === 0 ? "" : words;
  }
  // Said aloud when there are more than before; a page that was just loaded has said it in its link.
  if (says && known !== null && count !== null && count > known) says.textContent = words;
  if (count !== null) known = count;
}

async function ask() {
  clearTimeout(timer);
  timer = setTimeout(ask, EVERY);
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetch(marks[0].dataset.counted, { headers: { accept: "application/json" } });
    if (answer.ok && !answer.redirected) {
      const told = await answer.json();
      show(told.count, told.words);
    }
  } catch {
    // The server does not answer: the page says so where it matters, and the next time comes soon.
  }
  asking = false;
}

if (marks.length) {
  ask();
  document.addEventListener("counts:changed", () => { clearTimeout(timer); timer = setTimeout(ask, SOON); });
  document.addEventListener("counts:told", (event) => show(event.detail.count, event.detail.words));
  document.addEventListener("visibilitychange", () => document.hidden || ask());
}
