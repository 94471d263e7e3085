// Decodes a sheet of pictures once, and tells whoever waits for it. Components are modules of their
// own: what they share is on the window.

const KEPT = 6; // a sheet of 10,000 digits takes 31 MB once it is decoded

export default function sprites({ data: [data] }) {
  const sheets = (globalThis.aeSheets ??= new Map());
  const { name, png } = data;
  if (sheets.has(name)) return;
  sheets.set(name, null); // on its way
  createImageBitmap(new Blob([bytesOf(png)], { type: "image/png" })).then((picture) => {
    sheets.set(name, picture);
    const ready = [...sheets.keys()].filter((key) => sheets.get(key));
    for (const old of ready.slice(0, -KEPT)) sheets.delete(old);
    dispatchEvent(new CustomEvent("ae-sheet", { detail: name }));
  });
}
