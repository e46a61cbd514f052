// What every page does by itself: theme, folded menus, help terms, dialogs, toasts, passwords, copying.
// No state is kept here but the theme, in a cookie that the server reads: no flash at the next page.

const root = document.documentElement;
const YEAR = 365 * 24 * 3600;

function setTheme(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `deungdae_theme=${theme}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
  document.dispatchEvent(new CustomEvent("theme:changed"));
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (!root.dataset.theme) document.dispatchEvent(new CustomEvent("theme:changed"));
});

// help terms: one bubble at a time, beside its word, inside the window

function closeTerms(except) {
  for (const button of document.querySelectorAll('[data-term][aria-expanded="true"]')) {
    if (button === except) continue;
    button.setAttribute("aria-expanded", "false");
    document.getElementById(button.getAttribute("aria-controls")).hidden = true;
  }
}

function toggleTerm(button) {
  const bubble = document.getElementById(button.getAttribute("aria-controls"));
  const open = button.getAttribute("aria-expanded") === "true";
  closeTerms();
  if (open) return;
  bubble.hidden = false;
  button.setAttribute("aria-expanded", "true");
  const word = button.getBoundingClientRect();
  const frame = (bubble.offsetParent || document.body).getBoundingClientRect();
  const size = bubble.getBoundingClientRect();
  const left = Math.max(16, Math.min(word.left, root.clientWidth - size.width - 16));
  const below = word.bottom + 8 + size.height < innerHeight;
  const top = below ? word.bottom + 8 : word.top - size.height - 8;
  bubble.style.left = `${left - frame.left}px`;
  bubble.style.top = `${top - frame.top}px`;
}

// menus are <details>: they close when something else is wanted

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = "value" in source ? source.value : source.textContent.trim();
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else {
    // An address without https has no clipboard: select, so that Ctrl+C is all that is left to do.
    getSelection().selectAllChildren(source);
    return;
  }
  say(button.dataset.copied);
}

function say(words, kind = "success") {
  const toasts = document.querySelector("[data-toasts]");
  const template = document.getElementById("toast-template");
  if (!toasts || !template) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.classList.add(kind);
  toast.querySelector("p").textContent = words;
  toasts.append(toast);
  fade(toast);
}

// Good news goes by itself, unless somebody is reading it; bad news stays until it is closed.
function fade(toast) {
  if (toast.classList.contains("error") || toast.classList.contains("warning")) return;
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), 8000); };
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", start);
  start();
}

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  const term = at("[data-term]");
  if (term) toggleTerm(term);
  else if (!at(".bubble")) closeTerms();
  closeMenus(at("details.menu"));

  const theme = at("[data-theme-choice]");
  if (theme) setTheme(theme.dataset.themeChoice);
  const opener = at("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen).showModal();
  const closer = at("[data-dialog-close]");
  if (closer) closer.closest("dialog").close();
  if (event.target.nodeName === "DIALOG") event.target.close(); // beside it: on its backdrop
  const toast = at("[data-toast-close]");
  if (toast) toast.closest("[data-toast]").remove();
  const copier = at("[data-copy]");
  if (copier) copy(copier);
  const shower = at("[data-password-show]");
  if (shower) {
    const input = shower.parentElement.querySelector("input");
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    shower.setAttribute("aria-pressed", String(!shown));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  closeTerms();
  closeMenus();
  if (menu) menu.querySelector("summary").focus();
});

document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));

// a choice in a filter is an answer: no further press needed
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-filters] select, select[data-submit]")) event.target.form.requestSubmit();
});

// a form is sent once, however often its button is pressed
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("[data-file-drop]")) return;
  if (form.dataset.sent) event.preventDefault();
  else if (!event.defaultPrevented) form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

function dress(part) {
  for (const holder of part.querySelectorAll("[data-password]:not(:has(button))")) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.passwordShow = "";
    button.setAttribute("aria-pressed", "false");
    button.textContent = document.body.dataset.saysShow;
    button.setAttribute("aria-controls", holder.querySelector("input").id);
    holder.append(button);
  }
}
dress(document);
document.addEventListener("htmx:load", (event) => dress(event.target));
document.querySelectorAll("[data-toast]").forEach(fade);
document.addEventListener("toast:say", (event) => say(event.detail.words, event.detail.kind));
