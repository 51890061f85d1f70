// The till's conduct: a scan is sent, what comes back is heard and spoken, and
// the focus is where the next thing happens. Without this script the forms
// work all the same.

const form = document.getElementById("scan");
const code = document.getElementById("code");
const panel = document.getElementById("panel");
const away = document.getElementById("away");
const touch = matchMedia("(pointer: coarse)").matches;

// Notes are [hertz, seconds]; each outcome has a sound of its own.
const tones = {
  scan: [[1046, 0.07]],
  done: [[784, 0.08], [1046, 0.12]],
  ready: [[784, 0.08], [988, 0.08], [1319, 0.2]],
  error: [[196, 0.3]],
};
const shakes = { scan: 40, ready: [60, 60, 60], error: [200] };
let audio;

function unlock() { // browsers make no sound before the first touch
  if (audio?.state === "running") return;
  setTimeout(() => { // starting it takes long, and a hand scanner does not wait
    audio ??= new AudioContext();
    audio.resume();
  });
}

function signal(name) {
  navigator.vibrate?.(shakes[name] ?? 0);
  if (audio?.state !== "running" || !tones[name]) return;
  let at = audio.currentTime;
  for (const [pitch, length] of tones[name]) {
    const voice = audio.createOscillator(), volume = audio.createGain();
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0.15, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + length);
    voice.connect(volume).connect(audio.destination);
    voice.start(at);
    voice.stop(at += length);
  }
}

function arrive() {
  const { state, say, code: typed } = panel.firstElementChild.dataset;
  document.getElementById("spoken").textContent = say;
  code.value = typed ?? "";
  signal(state);
  if (state === "error") code.select();
  // The keypad stands free above the button, or a key's tap would hit the button.
  if (state === "member" && touch) panel.querySelector(".sale")?.scrollIntoView({ block: "end" });
  if (state === "error" || state === "start") {
    if (!touch) code.focus(); // on a phone it would open the keyboard over the camera
  }
}

async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  await navigator.wakeLock?.request("screen").catch(() => {}); // a low battery may refuse it
}

document.addEventListener("regulars:scan", (event) => {
  signal("scan");
  code.value = event.detail.code;
  form.requestSubmit();
});
document.addEventListener("htmx:afterSettle", (event) => { if (event.target === panel) arrive(); });
document.addEventListener("htmx:beforeRequest", () => { away.hidden = true; });
// An answer that is no panel comes from somewhere else: the sign-in page after
// a redirect, or a proxy's own words. It must not take the panel's place.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target !== panel || detail.serverResponse.includes("data-state=")) return;
  detail.shouldSwap = false;
  const from = new URL(detail.xhr.responseURL || location.href);
  if (from.pathname !== detail.pathInfo.requestPath) location.assign(from);
  else away.hidden = false;
});
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => { away.hidden = false; signal("error"); });
}
addEventListener("pointerdown", unlock);
addEventListener("keydown", unlock);
document.addEventListener("visibilitychange", stayAwake);
if (panel.firstElementChild.dataset.state !== "start") arrive(); // drawn whole, where htmx is not built in
stayAwake();
