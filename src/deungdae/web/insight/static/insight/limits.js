// The specification limits that are remembered for a column stand in the form once it is chosen.

const form = document.querySelector("form[data-limits]");

function fill(known) {
  const limits = known[form.elements.column.value] ?? [null, null, null];
  ["lower", "upper", "target"].forEach((name, place) => {
    form.elements[name].value = limits[place] ?? "";
  });
}

if (form) {
  const known = JSON.parse(document.getElementById(form.dataset.limits).textContent);
  form.elements.column.addEventListener("change", () => fill(known));
}
