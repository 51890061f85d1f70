// The till's keypad: it writes into the amount as a keyboard would, and the
// button says the sum before it is booked.

const marks = /[.,]/;

// minor reads what was typed as the server does; null when it can't be one sum.
function minor(text, places) {
  const found = /^(\d+)(?:[.,](\d+))?$/.exec(text.replace(/\s/g, ""));
  const decimals = found?.[2] ?? "";
  return found && decimals.length <= places ? Number(found[1] + decimals.padEnd(places, "0")) : null;
}

function show(input) {
  const places = Number(input.dataset.places);
  const sum = minor(input.value, places);
  const preview = input.form.querySelector("[data-preview]");
  preview.textContent = sum
    ? "· " + new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: input.dataset.currency }).format(sum / 10 ** places)
    : "";
}

function press(input, key) {
  const [, decimals] = input.value.split(marks);
  if (key === "erase") input.value = input.value.slice(0, -1);
  else if (marks.test(key)) {
    if (decimals === undefined) input.value = (input.value || "0") + key;
  } else if (decimals === undefined || decimals.length + key.length <= Number(input.dataset.places)) {
    input.value = (input.value === "0" ? "" : input.value) + key;
  }
  show(input);
}

// prepare shows the keypad and keeps the phone's own keyboard away from it.
function prepare() {
  const pad = document.querySelector(".pad[hidden]");
  if (!pad) return;
  pad.hidden = false;
  const input = pad.closest("form").elements.amount;
  input.inputMode = "none";
  show(input);
}

addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("[data-digit]")) event.preventDefault(); // the focus stays in the amount, for Enter
});
addEventListener("click", (event) => {
  const key = event.target.closest?.("[data-digit]");
  if (key) press(key.form.elements.amount, key.dataset.digit);
});
addEventListener("input", (event) => {
  if (event.target.id === "amount") show(event.target);
});
document.addEventListener("htmx:afterSwap", prepare);
prepare();
