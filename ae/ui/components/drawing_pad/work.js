// What is shown of the ink beside the pad, by the kind of work that the page wants done. Each kind
// takes a view and the form of its ink, see `preprocess`, and returns {pictures, message}. A picture
// is {label, values, caption}, its values from 0 to 1.

const WORK = {
  // Draw: the reconstruction, and that of PCA from as many values. Inside: that of the network with
  // one's changes.
  reconstruct(view, { image: { values: image } }) {
    const { name, work } = view.data;
    const pictures = [{ label: "Network input", values: image, caption: "28 × 28 pixels" }];
    const seen = madeOf(name, work.network, image);
    if (!seen) return { pictures, message: failureOf(work.network) };
    const { changed } = seen, error = seen.error.toFixed(1);
    pictures.push({ label: changed ? "Without changes" : "Reconstruction", values: seen.output, caption: `error ${error}` });
    let message = `Squared error ${error}. ${rankInWords(seen.error, work)}`;
    if (changed) {
      const changedError = changed.error.toFixed(1);
      pictures.push({ label: "With your changes", values: changed.output, caption: `error ${changedError}` });
      message = `Squared error ${changedError} with your changes, ${error} without them.`;
    }
    const pca = networkOf(work.pca);
    if (pca) {
      const { output, error: pcaError } = reconstruct(pca, image);
      pictures.push({ label: "PCA", values: output, caption: `error ${pcaError.toFixed(1)}` });
      message += ` PCA with ${pca.latent_dim} components: ${pcaError.toFixed(1)}.`;
    }
    return { pictures, message: message + (isClipped(seen.output) ? CLIPPED : "") };
  },

  // Time machine: what the network of the snapshot at the slider makes of it.
  snapshots(view, { image: { values: image } }) {
    const { name, work } = view.data;
    const pictures = [{ label: "Network input", values: image, caption: "28 × 28 pixels" }];
    const { at, step } = lab.snapshots.get(work.of) ?? { at: work.networks.length - 1 };
    const seen = madeOf(name, work.networks[at], image);
    if (!seen) return { pictures, message: failureOf(work.networks[at]) };
    const error = seen.error.toFixed(1);
    pictures.push({ label: "Reconstruction", values: seen.output, caption: `error ${error}` });
    return { pictures, message: `Squared error ${error} at step ${step}.` };
  },

  // Compress: the reconstruction from quantized latent values.
  send(view, { image: { values: image } }) {
    const { name, work } = view.data;
    const pictures = [{ label: "Sent", values: image, caption: "784 bytes" }];
    const seen = madeOf(name, work.network, image);
    if (!seen) return { pictures, message: failureOf(work.network) };
    const received = networkOf(work.network).decoder.run(quantized(seen.z, work)).map((value) => clamp(value, 0, 1));
    const psnr = `PSNR ${(10 * Math.log10(784 / squaredError(image, received))).toFixed(1)} dB`;
    const counted = work.counted?.number === view.drawing.number;
    const bytes = counted ? `${work.counted.bytes} bytes` : "";
    pictures.push({ label: "Received", values: received, caption: bytes || psnr });
    const size = counted ? `${bytes} instead of 784, not counting the header. ` : "";
    return { pictures, message: `${size}${psnr}.` };
  },
};

const CLIPPED =
  " Some values of the output are below 0 or above 1: the picture shows them as black or white, the error counts them as they are.";
const VISIBLE = 0.5 / 255; // half a grey level: a value farther out of [0, 1] looks different clipped
const isClipped = (output) => output.some((value) => value < -VISIBLE || value > 1 + VISIBLE);

function rankInWords(error, { percentiles, mean }) {
  return `${lowerInWords(error, percentiles)} of the test digits have a lower one; their mean is ${mean.toFixed(1)}.`;
}

// The ink after each step of the preprocessing, or null if there is none.
function formOf(view) {
  const ink = inkOf(view);
  if (!ink.some((value) => value > 0)) return null;
  const drawing = { height: GRID, width: GRID, values: new Float32Array(ink).map((value) => value / 255) };
  return preprocess(drawing, view.data.steps);
}

// What a network makes of an image, for all components of the page; undefined until it has arrived.
function madeOf(name, fingerprint, image) {
  const network = networkOf(fingerprint);
  if (!network) return forget(name);
  const known = lab.seen.get(name);
  if (known?.network === fingerprint && known.image.every((value, i) => value === image[i])) return known;
  const seen = { ...reconstruct(network, image), network: fingerprint };
  lab.seen.set(name, seen);
  tell("seen", name);
  return seen;
}

function nothingSeen({ data: { name } }) {
  forget(name);
  return { pictures: [], message: "" };
}

function forget(name) {
  if (lab.seen.delete(name)) tell("seen", name);
}

// To the nearest level of each dimension and back, as ae.compression.quantizer does it.
const quantized = (z, { centre, step, half }) =>
  z.map((value, i) => {
    const level = rounded((value - centre[i]) / step[i]);
    return centre[i] + clamp(level, -half[i], half[i]) * step[i];
  });
