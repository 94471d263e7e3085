// Decodes a sheet of pictures and shares it, under its name, with the other components of the page:
// they are modules of their own, so it stands on the window. A sheet lives as long as the element
// that brought it and no longer. Streamlit does not send again what has not changed, so whatever
// is thrown away earlier would be gone for good.

const sheets = (globalThis.aeSheets ??= new Map()); // name -> ImageBitmap

async function receive(view, { name, png }) {
  if (view.name === name) return;
  release(view);
  view.name = name;
  const picture = await createImageBitmap(new Blob([bytesOf(png)], { type: "image/png" }));
  if (view.isGone || view.name !== name) return picture.close(); // another has come meanwhile
  view.picture = picture;
  sheets.set(name, picture);
  dispatchEvent(new CustomEvent("ae-sheet", { detail: name }));
}

function release(view) {
  // another element may have brought the same sheet since
  if (view.picture && sheets.get(view.name) === view.picture) sheets.delete(view.name);
  view.picture?.close();
  view.picture = null;
}

export default component({ receive, dismiss: release });
