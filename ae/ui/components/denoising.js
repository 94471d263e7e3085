// What the components of Denoise share: the strength of the noise, which moves with its slider, and
// how well a network restores a picture. lab.strength : the view of the slider, while there is one.

const strengthNow = (sent) => lab.strength?.value ?? sent;

// As ae.analysis.denoising has it: that of rounding to 256 grey levels.
const HIGHEST_PSNR = 10 * Math.log10(12 * 255 ** 2);
const psnrOf = (clean, image) => Math.min(10 * Math.log10(clean.length / squaredError(clean, image)), HIGHEST_PSNR);

const restoredBy = (network, noisy) => reconstruct(network, noisy).output.map((value) => clamp(value, 0, 1));

// Images, 784 values each, from the base64 of float32 numbers.
function imagesOf(text) {
  const values = new Float32Array(bytesOf(text).buffer);
  return Array.from({ length: values.length / 784 }, (_, i) => values.subarray(784 * i, 784 * (i + 1)));
}

// The noise of each image, for `corrupted`.
const noisesOf = ({ kinds, values }) => imagesOf(values).map((each, i) => ({ kind: kinds[i], values: each }));
