// Draws the charts of a page. The library (300 kB on the wire) is asked for only where a chart is
// near the window. Expressions are interpreted (`ast`), so no policy needs unsafe-eval.

let library;

function load(address) {
  library ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.type = "module";
    script.src = address;
    script.onload = () => resolve(window.vegaEmbed);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

// The colours of a drawing are those of the page: --chart-ink stands for the ink of print, and so on.
const PRINT = { "#1b2433": "ink", "#566173": "muted", "#e3e7ed": "grid", "#8791a1": "neutral", "#c8321f": "alarm", "#f6d9d3": "region" };

function themed(spec) {
  const style = getComputedStyle(document.documentElement);
  const text = JSON.stringify(spec).replace(/"(#[0-9a-f]{6})"/gi, (whole, colour) => {
    const name = PRINT[colour.toLowerCase()];
    return name ? JSON.stringify(style.getPropertyValue(`--chart-${name}`).trim()) : whole;
  });
  return JSON.parse(text);
}

function config() {
  const style = getComputedStyle(document.documentElement);
  const [ink, muted, grid, neutral] = ["ink", "muted", "grid", "neutral"].map((n) => style.getPropertyValue(`--chart-${n}`).trim());
  const font = style.getPropertyValue("--sans").trim();
  return {
    aria: false, background: "transparent", font, padding: 2, view: { stroke: null },
    text: { font, fontSize: 13, fill: ink }, bar: { fill: neutral }, line: { stroke: neutral }, point: { fill: neutral },
    axis: { labelFontSize: 13, titleFontSize: 13, titleFontWeight: "normal", labelColor: muted, titleColor: muted, gridColor: grid, domainColor: neutral, tickColor: neutral },
    legend: { labelFontSize: 13, titleFontSize: 13, labelColor: ink, titleColor: muted },
  };
}

const LOCALES = {
  ko: {
    decimal: ".", thousands: ",", grouping: [3], currency: ["₩", ""],
    dateTimeNames: undefined,
    time: {
      dateTime: "%Y년 %-m월 %-d일 %H:%M", date: "%Y년 %-m월 %-d일", time: "%H:%M:%S", periods: ["오전", "오후"],
      days: ["일요일", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일"], shortDays: ["일", "월", "화", "수", "목", "금", "토"],
      months: Array.from({ length: 12 }, (_, i) => `${i + 1}월`), shortMonths: Array.from({ length: 12 }, (_, i) => `${i + 1}월`),
    },
  },
};

async function draw(figure) {
  const plot = figure.querySelector("[data-plot]");
  const embed = await load(figure.dataset.vega);
  const spec = themed(JSON.parse(document.getElementById(figure.dataset.chart).textContent));
  const locale = LOCALES[document.documentElement.lang];
  const canvas = document.createElement("div");
  const result = await embed(canvas, { ...spec, width: plot.clientWidth || 400, autosize: { type: "fit-x", contains: "padding" } }, {
    ast: true, renderer: "svg", actions: false, defaultStyle: false, config: config(),
    tooltip: { disableDefaultStyle: true }, timeFormatLocale: locale?.time, formatLocale: locale,
  });
  figure.view?.finalize();
  figure.view = result.view;
  plot.replaceChildren(canvas);
}

function save(name, address) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

const SCALE = 2;

// A picture of the report is a drawing in the page: what the page's colours are is written into a
// copy of it, for outside the page nobody knows them.
async function pngOfPicture(figure) {
  const svg = figure.querySelector(".plot svg");
  const copy = svg.cloneNode(true);
  const [shown, written] = [svg, copy].map((s) => [...s.querySelectorAll("*")]);
  shown.forEach((element, i) => {
    for (const name of ["fill", "stroke"]) {
      if (element.getAttribute(name)?.startsWith("var(")) written[i].setAttribute(name, getComputedStyle(element)[name]);
    }
  });
  // A picture whose widths are shares of the page has no size of its own: it is as wide as it stands.
  const own = svg.viewBox.baseVal;
  const { width, height } = own?.width ? own : svg.getBoundingClientRect();
  copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.setAttribute("font-family", getComputedStyle(svg).fontFamily);
  copy.setAttribute("width", width * SCALE);
  copy.setAttribute("height", height * SCALE);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--card").trim();
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0);
  save(`${figure.dataset.name}.png`, canvas.toDataURL("image/png"));
}

async function png(figure) {
  if (!figure.dataset.chart) return pngOfPicture(figure);
  if (!figure.view) await draw(figure);
  const paper = getComputedStyle(document.documentElement).getPropertyValue("--card").trim();
  figure.view.background(paper);
  save(`${figure.dataset.name}.png`, await figure.view.toImageURL("png", SCALE));
  figure.view.background("transparent").run();
  return null;
}

// A cell that a spreadsheet would take for a formula is written as text.
function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+%?$/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csv(figure) {
  const rows = [...figure.querySelectorAll("tr")].map((row) => [...row.cells].map((c) => cell(c.textContent.trim())).join(","));
  const name = figure.dataset.name;
  const address = URL.createObjectURL(new Blob(["\ufeff", rows.join("\r\n")], { type: "text/csv" }));
  save(`${name}.csv`, address);
  URL.revokeObjectURL(address);
}

document.addEventListener("click", (event) => {
  const figure = event.target.closest(".chart-frame");
  if (!figure) return;
  const table = event.target.closest("[data-chart-table]");
  if (table) {
    const data = document.getElementById(table.getAttribute("aria-controls"));
    data.hidden = !data.hidden;
    table.setAttribute("aria-expanded", String(!data.hidden));
  }
  if (event.target.closest("[data-chart-png]")) png(figure);
  if (event.target.closest("[data-chart-csv]")) csv(figure);
});

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "400px" });

function start(part) {
  for (const figure of part.querySelectorAll("[data-chart]")) near.observe(figure);
}
start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
const drawn = () => [...document.querySelectorAll("[data-chart]")].filter((figure) => figure.view);
document.addEventListener("theme:changed", () => drawn().forEach(draw));
let resized;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => drawn().forEach(draw), 200);
});
