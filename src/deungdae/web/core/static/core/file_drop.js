// A file goes up in pieces, so that a lost connection costs one piece and not the file.
//
// POST data-create-url (name, size) → {url, offset}; PATCH url with a piece and Upload-Offset →
// {offset} or {offset, next}; 409 → {offset} to go on from; GET url → {offset}; DELETE url gives up.
// Tells the page what happens: filedrop:chosen, filedrop:progress, filedrop:done, filedrop:failed.

class Refused extends Error {}
class Lost extends Error {}

const LONGEST_PAUSE = 30000;

function bytes(n, lang) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = n < 1 ? 0 : Math.min(3, Math.floor(Math.log10(n) / 3));
  const format = { style: "unit", unit: units[power], unitDisplay: "short", maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(lang, format).format(n / 1000 ** power);
}

class FileDrop {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector('input[type="file"]');
    this.says = form.dataset;
    this.lang = document.documentElement.lang;
    this.stop = null;
    this.part = (name) => form.querySelector(`[data-drop-${name}]`);
    this.bar = form.querySelector("progress");
    let depth = 0; // a drag over a child leaves the parent first
    form.addEventListener("dragenter", (e) => { e.preventDefault(); depth += 1; form.classList.add("over"); });
    form.addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) form.classList.remove("over"); });
    form.addEventListener("dragover", (e) => e.preventDefault());
    form.addEventListener("drop", (e) => {
      e.preventDefault();
      depth = 0;
      form.classList.remove("over");
      this.choose(e.dataTransfer.files);
    });
    this.input.addEventListener("change", () => this.choose(this.input.files));
    this.part("retry").addEventListener("click", () => this.send());
    this.part("cancel").addEventListener("click", () => this.cancel());
    form.addEventListener("submit", (e) => { e.preventDefault(); this.choose(this.input.files); });
  }

  choose(files) {
    if (!files.length || this.stop) return;
    const file = files[0];
    const refusal = this.refusal(files);
    if (refusal) {
      this.input.value = "";
      this.fail(refusal);
      return;
    }
    this.file = file;
    this.url = null;
    this.offset = 0;
    this.tell("chosen", { file });
    this.send();
  }

  refusal(files) {
    if (files.length > 1) return this.says.saysOne;
    const limit = Number(this.says.maxBytes);
    if (limit && files[0].size > limit) return this.says.saysLarge.replace("{limit}", bytes(limit, this.lang));
    const kinds = this.input.accept.toLowerCase().split(",").map((k) => k.trim()).filter(Boolean);
    const known = !kinds.length || kinds.some((k) => !k.startsWith(".") || files[0].name.toLowerCase().endsWith(k));
    return known ? "" : this.says.saysKind.replace("{kinds}", kinds.filter((k) => k.startsWith(".")).join(" "));
  }

  async send() {
    this.stop = new AbortController();
    this.began = { at: performance.now(), offset: this.offset };
    this.form.classList.add("busy");
    this.part("error").hidden = true;
    this.part("sending").hidden = false;
    this.part("retry").hidden = true;
    this.doing(this.says.saysSending.replace("{name}", this.file.name));
    addEventListener("beforeunload", warn);
    try {
      if (!this.url) await this.create();
      await this.pieces();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Refused || error instanceof Lost)) throw error;
      this.fail(error instanceof Refused ? error.message : this.says.saysLost, error instanceof Lost);
    } finally {
      this.stop = null;
      removeEventListener("beforeunload", warn);
    }
  }

  async create() {
    const body = new FormData();
    body.set("name", this.file.name);
    body.set("size", String(this.file.size));
    const { url, offset, next } = await this.ask(this.says.createUrl, { method: "POST", body });
    this.url = url;
    this.offset = offset || 0;
    if (next) this.finish(next);
  }

  async pieces() {
    const step = Number(this.says.chunkBytes);
    let pause = 500;
    for (;;) {
      const piece = this.file.slice(this.offset, this.offset + step);
      const headers = { "Upload-Offset": String(this.offset), "Content-Type": "application/octet-stream" };
      try {
        const { offset, next } = await this.ask(this.url, { method: "PATCH", body: piece, headers });
        pause = 500;
        this.offset = offset;
        this.progress();
        if (next) return this.finish(next);
        if (this.offset >= this.file.size && !piece.size) throw new Lost();
      } catch (error) {
        if (!(error instanceof Lost) || pause > LONGEST_PAUSE) throw error;
        this.doing(this.says.saysWaiting);
        await this.wait(pause);
        pause *= 2;
        await this.where();
      }
    }
  }

  // after a loss: how much has really arrived
  async where() {
    try {
      const { offset, next } = await this.ask(this.url, { method: "GET" });
      this.offset = offset;
      if (next) return this.finish(next);
      this.doing(this.says.saysSending.replace("{name}", this.file.name));
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
    }
    return null;
  }

  async ask(url, options) {
    const token = this.form.querySelector('[name="csrfmiddlewaretoken"]');
    const headers = { Accept: "application/json", ...(token && { "X-CSRFToken": token.value }), ...options.headers };
    let response;
    try {
      response = await fetch(url, { ...options, headers, signal: this.stop.signal, credentials: "same-origin" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Lost();
    }
    const json = (response.headers.get("Content-Type") || "").includes("json");
    const answer = json ? await response.json() : {};
    if (response.ok || (response.status === 409 && "offset" in answer)) return answer;
    if (response.status >= 500 || response.status === 429) throw new Lost();
    throw new Refused(answer.error || this.says.saysLost);
  }

  wait(milliseconds) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      addEventListener("online", resolve, { once: true });
      this.stop.signal.addEventListener("abort", () => { clearTimeout(timer); reject(new DOMException("", "AbortError")); });
    });
  }

  progress() {
    const { size } = this.file;
    const share = size ? this.offset / size : 1;
    const seconds = (performance.now() - this.began.at) / 1000;
    const rate = (this.offset - this.began.offset) / seconds;
    const left = rate > 0 ? Math.ceil((size - this.offset) / rate) : 0;
    const words = left > 90 ? this.says.saysMinutes.replace("{n}", Math.ceil(left / 60)) : this.says.saysSeconds.replace("{n}", left);
    const sentence = left && seconds > 2 ? this.says.saysSpeed : this.says.saysSent;
    this.bar.value = Math.round(share * 100);
    this.part("percent").textContent = `${Math.floor(share * 100)}%`;
    this.part("left").textContent = sentence.replace("{sent}", bytes(this.offset, this.lang)).replace("{size}", bytes(size, this.lang)).replace("{left}", words);
    this.tell("progress", { sent: this.offset, size });
  }

  doing(words) {
    if (this.part("doing").textContent === words) return;
    this.part("doing").textContent = words;
    this.part("status").textContent = words;
  }

  finish(next) {
    removeEventListener("beforeunload", warn);
    this.doing(this.says.saysDone);
    this.part("cancel").hidden = true;
    if (this.tell("done", { next })) location.assign(next);
  }

  fail(message, again = false) {
    this.part("message").textContent = message;
    this.part("error").hidden = false;
    this.part("sending").hidden = !again;
    this.part("retry").hidden = !again;
    this.form.classList.toggle("busy", again);
    if (again) this.part("retry").focus();
    this.tell("failed", { message });
  }

  cancel() {
    if (this.stop) this.stop.abort();
    if (this.url) fetch(this.url, { method: "DELETE", headers: { "X-CSRFToken": this.form.querySelector('[name="csrfmiddlewaretoken"]')?.value || "" } }).catch(() => {});
    this.url = null;
    this.input.value = "";
    this.bar.value = 0;
    this.part("percent").textContent = this.part("left").textContent = "";
    this.form.classList.remove("busy");
    this.part("sending").hidden = this.part("error").hidden = true;
    this.input.focus();
  }

  // false when a listener took over (preventDefault)
  tell(what, detail) {
    return this.form.dispatchEvent(new CustomEvent(`filedrop:${what}`, { bubbles: true, cancelable: true, detail }));
  }
}

function warn(event) {
  event.preventDefault();
}

function start(part) {
  for (const form of part.querySelectorAll("[data-file-drop]")) {
    if (!form.dataset.started) new FileDrop(form);
    form.dataset.started = "yes";
  }
}
start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
