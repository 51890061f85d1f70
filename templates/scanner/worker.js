// Reads barcodes away from the page, so that the page never stutters. The first
// message says where the reader's machine code is: on this server, not
// elsewhere as the library would have it.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const formats = ["QRCode", "PDF417", "Aztec", "Code128"]; // what wallets draw
let canvas, pen;

async function read(image, hard) {
  if (canvas?.width !== image.width || canvas?.height !== image.height) {
    canvas = new OffscreenCanvas(image.width, image.height);
    pen = canvas.getContext("2d", { willReadFrequently: true });
  }
  pen.drawImage(image, 0, 0);
  image.close();
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
  const [code] = await readBarcodes(pixels, { formats, tryHarder: hard, tryRotate: true, tryDownscale: hard, tryInvert: false, maxNumberOfSymbols: 1 });
  return code?.text ?? "";
}

onmessage = async ({ data }) => {
  if (data.wasm) {
    prepareZXingModule({ overrides: { locateFile: () => data.wasm }, fireImmediately: true });
    return;
  }
  postMessage(await read(data.image, data.hard).catch((failure) => {
    console.warn("the reader failed", failure);
    return "";
  }));
};
