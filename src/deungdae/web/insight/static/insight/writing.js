// The words of a report are there first. When its pictures or files have been written, they are put
// into the page by htmx; what somebody reads meanwhile stays where it is.

const ASK_EVERY = 4000;

const box = () => document.querySelector("[data-writing]");

function put() {
  if (box()) window.htmx.trigger(box(), "written");
}

function follow(first) {
  const source = new EventSource(first.dataset.writing);
  let step = first.dataset.step;
  let failures = 0;
  source.addEventListener("message", (event) => {
    failures = 0;
    const told = JSON.parse(event.data);
    // While the first pictures are drawn there is nothing to put in yet.
    if (told.ended || (told.step !== step && told.step !== "drawing")) put();
    step = told.step;
    if (told.ended) source.close();
  });
  source.addEventListener("error", () => {
    failures += 1;
    if (source.readyState !== EventSource.CLOSED && failures < 3) return;
    source.close();
    const asking = setInterval(() => (box() ? put() : clearInterval(asking)), ASK_EVERY);
  });
}

if (box()) follow(box());
