// Pictures from the clipboard, wherever on the page they are pasted.

const PASTED_SIDE = 512; // a longer side is scaled down before it is sent

// Calls `send` with each picture as the base64 of a PNG, or "" for one that the browser cannot
// read. Returns what ends it.
function listenToPaste(send) {
  const onPaste = async (event) => {
    const items = [...(event.clipboardData?.items ?? [])];
    const file = items.find(({ kind, type }) => kind === "file" && type.startsWith("image/"))?.getAsFile();
    if (!file) return;
    event.preventDefault();
    send(await createImageBitmap(file).then(pngOf, () => ""));
  };
  document.addEventListener("paste", onPaste);
  return () => document.removeEventListener("paste", onPaste);
}

// The size of a picture with its longer side brought down to PASTED_SIDE, at least 1 × 1.
function fitted({ width, height }) {
  const factor = Math.min(1, PASTED_SIDE / Math.max(width, height));
  return [width, height].map((side) => Math.max(1, Math.round(side * factor)));
}

function pngOf(bitmap) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fitted(bitmap);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png").split(",")[1];
}
