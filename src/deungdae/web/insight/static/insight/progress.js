// Progress as the server sends it; where that does not get through, htmx asks every two seconds.

const ASK_EVERY = 2000;

function show(box, told) {
  box.querySelector("[data-doing]").textContent = told.doing;
  box.querySelector("[data-percent]").textContent = `${told.percent}%`;
  const bar = box.querySelector("progress");
  bar.value = told.percent;
  bar.setAttribute("aria-label", told.doing);
  box.querySelector("[data-left]").textContent = told.left;
}

function follow(box) {
  const source = new EventSource(box.dataset.events);
  let failures = 0;
  source.addEventListener("message", (event) => {
    failures = 0;
    const told = JSON.parse(event.data);
    show(box, told);
    if (told.ended) {
      source.close();
      location.reload();
    }
  });
  source.addEventListener("error", () => {
    failures += 1;
    if (source.readyState !== EventSource.CLOSED && failures < 3) return;
    source.close();
    setInterval(() => {
      const now = document.querySelector("[data-events]");
      if (now) window.htmx.trigger(now, "ask");
    }, ASK_EVERY);
  });
}

for (const box of document.querySelectorAll("[data-events]")) follow(box);
