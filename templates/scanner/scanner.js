// The till's camera. It looks for a code in one frame at a time, tells the page
// with a regulars:scan event, and keeps one stream for the whole visit, because
// some phones ask for permission at each start.

const box = document.getElementById("camera");
const panel = document.getElementById("panel");
const video = box.querySelector("video");
const denied = box.querySelector(".camera-off");
const keys = Object.fromEntries([...box.querySelectorAll("[data-camera]")].map((b) => [b.dataset.camera, b]));

const formats = ["qr_code", "pdf417", "aztec", "code_128"];
const again = 2000; // ms without seeing a code before it counts anew
const rest = 60; // ms between frames
const patience = 30000; // ms hidden before the camera is given back

let stream, decode, watching = false, frames = 0, giveBack, last = "";
const seen = new Map();

// native returns the browser's own reader, if it reads all that cards carry.
async function native() {
  try {
    const known = await BarcodeDetector.getSupportedFormats();
    if (!formats.every((f) => known.includes(f))) return null;
    const detector = new BarcodeDetector({ formats });
    return async () => (await detector.detect(video))[0]?.rawValue;
  } catch {
    return null; // there is none, or it is there but broken
  }
}

// ours returns the reader that comes with the page, in a worker.
function ours() {
  const worker = new Worker(box.dataset.worker, { type: "module" });
  worker.postMessage({ wasm: new URL(box.dataset.wasm, location.href).href });
  return async () => {
    const hard = ++frames % 4 === 0; // three quick looks at the middle, then a thorough one at all
    const image = await (hard ? createImageBitmap(video) : createImageBitmap(video, ...middle()));
    const answer = new Promise((resolve) => { worker.onmessage = (event) => resolve(event.data); });
    worker.postMessage({ image, hard }, [image]);
    return answer;
  };
}

function middle() {
  const side = Math.min(640, video.videoWidth, video.videoHeight);
  return [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side];
}

function found(code) {
  const now = performance.now(), before = seen.get(code) ?? -Infinity;
  seen.set(code, now);
  for (const [old, at] of seen) if (now - at > again) seen.delete(old);
  if (now - before < again) return;
  const state = panel.firstElementChild?.dataset.state;
  if (state === "member" && code === last) return; // held in front of it still, while the amount is typed
  last = code;
  box.classList.add("seen");
  setTimeout(() => box.classList.remove("seen"), 350);
  document.dispatchEvent(new CustomEvent("regulars:scan", { detail: { code, source: "camera" } }));
}

function nextFrame() {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}

async function watch() {
  if (watching) return;
  watching = true;
  while (live()) {
    await nextFrame();
    if (!live() || !video.videoWidth) break;
    try {
      const code = await decode();
      if (code) found(code);
    } catch (failure) {
      console.warn("a frame could not be read", failure); // the next one may
    }
    await new Promise((resolve) => setTimeout(resolve, rest));
  }
  watching = false;
}

function live() {
  return stream?.active && document.visibilityState === "visible";
}

async function start(device) {
  stop();
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, ...(device ? { deviceId: { exact: device } } : { facingMode: { ideal: "environment" } }) },
    });
  } catch {
    show(false);
    denied.hidden = false;
    return;
  }
  denied.hidden = true;
  stream.getVideoTracks()[0].addEventListener("ended", () => { // unplugged, or taken by a call
    stop();
    show(false);
    denied.hidden = false;
  });
  decode ??= (await native()) ?? ours();
  video.srcObject = stream;
  await video.play();
  show(true);
  await offer();
  watch();
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = undefined;
}

function show(on) {
  box.hidden = false;
  box.classList.toggle("off", !on);
  keys.power.setAttribute("aria-pressed", on);
  if (!on) keys.torch.hidden = keys.turn.hidden = true;
}

// offer shows the light and the other camera where there is one.
async function offer() {
  const track = stream.getVideoTracks()[0];
  box.classList.toggle("mirrored", track.getSettings().facingMode === "user");
  keys.torch.hidden = !track.getCapabilities?.().torch;
  keys.torch.setAttribute("aria-pressed", false);
  keys.turn.hidden = (await cameras()).length < 2;
}

async function cameras() {
  return (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === "videoinput");
}

// choice remembers on this device whether the camera is wanted.
const choice = {
  read() { try { return localStorage.getItem("regulars.camera"); } catch { return null; } },
  write(value) { try { localStorage.setItem("regulars.camera", value); } catch { /* private browsing */ } },
};

keys.power.addEventListener("click", () => {
  if (stream) {
    stop();
    show(false);
    denied.hidden = true;
    choice.write("off");
  } else {
    choice.write("on");
    start();
  }
});
keys.torch.addEventListener("click", async () => {
  const on = keys.torch.getAttribute("aria-pressed") !== "true";
  await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
  keys.torch.setAttribute("aria-pressed", on);
});
keys.turn.addEventListener("click", async () => {
  const all = await cameras();
  const current = stream.getVideoTracks()[0].getSettings().deviceId;
  start(all[(all.findIndex((d) => d.deviceId === current) + 1) % all.length].deviceId);
});
document.addEventListener("visibilitychange", () => {
  const hidden = document.visibilityState === "hidden";
  stream?.getTracks().forEach((track) => { track.enabled = !hidden; });
  clearTimeout(giveBack);
  if (hidden && stream) giveBack = setTimeout(stop, patience);
  else if (!hidden && stream) watch();
  else if (!hidden && choice.read() !== "off") start();
});

if (choice.read() === "off") show(false);
else start();
