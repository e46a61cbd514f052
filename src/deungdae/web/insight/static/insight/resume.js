// Sends the rest of a file that broke off: asks the server where to go on, and goes on from there.

const CHUNK = 8 << 20;

async function send(form, file) {
  const says = form.querySelector("[data-status]");
  if (file.size !== Number(form.dataset.size)) {
    says.textContent = form.dataset.saysOther;
    return;
  }
  const url = form.dataset.url;
  const headers = { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value };
  try {
    let told = await (await fetch(url)).json();
    while (!told.next) {
      const answer = await fetch(url, {
        method: "PATCH",
        headers: { ...headers, "Upload-Offset": String(told.offset), "Content-Type": "application/octet-stream" },
        body: file.slice(told.offset, told.offset + CHUNK),
      });
      told = await answer.json();
      if (told.error) {
        says.textContent = told.error;
        return;
      }
      form.querySelector("progress").value = told.offset;
    }
    location.assign(told.next);
  } catch {
    says.textContent = form.dataset.saysLost;
  }
}

for (const form of document.querySelectorAll("[data-resume]")) {
  form.addEventListener("change", (event) => event.target.files?.[0] && send(form, event.target.files[0]));
  form.addEventListener("submit", (event) => event.preventDefault());
}
