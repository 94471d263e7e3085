// The work of the pad on Denoise: the ink is the clean digit, the scribbles of the noise pen and the
// chosen noise make it noisy, and each network restores it.

WORK.denoise = (view, form) => {
  const { name, work } = view.data;
  forget(name); // what a network of another page has made of the drawing
  const clean = form.image.values;
  const noisy = corrupted(scribbledOn(clean, view, form), noisesOf(work.noise)[0], strengthNow(work.strength));
  const made = [{ label: "Noisy", values: noisy }];
  for (const { label, network } of work.networks) {
    const found = networkOf(network);
    if (found) made.push({ label, values: restoredBy(found, noisy) });
  }
  const pictures = made.map((each) => ({ ...each, caption: `${psnrOf(clean, each.values).toFixed(1)} dB` }));
  const figures = pictures.map(({ label, caption }) => `${label} ${caption}`);
  const failures = work.networks.map(({ network }) => failureOf(network)).filter(Boolean);
  return { pictures, message: [`PSNR compared with your clean digit: ${figures.join(", ")}.`, ...failures].join(" ") };
};

function scribbledOn(clean, view, form) {
  const layer = { height: GRID, width: GRID, values: Float32Array.from(noiseOf(view), (value) => value / 255) };
  const scribbles = transformLayer(layer, form).values;
  return clean.map((value, i) => Math.max(value, scribbles[i]));
}
