// A hand scanner is a keyboard that types fast. Six or more keys, on average
// less than 60 ms apart and ended by Enter, are a scan, wherever the focus is;
// a human in an input with Enter needs none of this.
//
// The physical key counts (event.code), not the letter: under a Greek or
// French layout the letters would be wrong.

const fewest = 6, average = 60, pause = 400;
let keys = [];

function characterOf(code) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code);
  if (digit) return digit[1];
  const letter = /^Key([A-Z])$/.exec(code);
  if (letter) return letter[1];
  return code === "BracketRight" ? "]" : null; // begins the prefix that says which symbology it was
}

function isScan() {
  return keys.length >= fewest && (keys.at(-1).at - keys[0].at) / (keys.length - 1) < average && keys.every((k) => k.character);
}

function finish(event) {
  const field = keys[0]?.field;
  const scanned = isScan() && keys.map((k) => k.character).join("");
  const before = keys[0]?.before;
  keys = [];
  if (!scanned) return;
  event.preventDefault();
  event.stopPropagation();
  if (field) field.value = before; // the digits went into whatever had the focus, perhaps the amount
  document.dispatchEvent(new CustomEvent("regulars:scan", { detail: { code: scanned, source: "wedge" } }));
}

addEventListener("keydown", (event) => {
  if (event.key === "Shift" || event.key === "CapsLock") return; // scanners press it for capitals
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) {
    keys = [];
    return;
  }
  if (keys.length && event.timeStamp - keys.at(-1).at > pause) keys = [];
  if (event.code === "Enter" || event.code === "NumpadEnter") return finish(event);
  const field = event.target instanceof HTMLInputElement ? event.target : null;
  keys.push({ character: characterOf(event.code), at: event.timeStamp, field, before: field?.value });
}, { capture: true });
