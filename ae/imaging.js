// Pictures in a browser: bytes as text, values as bytes, bytes on a canvas. The colours are those of
// imaging.py.

const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

const base64Of = (bytes) => {
  let text = ""; // in pieces: a call takes only so many arguments
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
};

// A square of grey or RGB values, 0 to 255.
function imageOf(bytes, side) {
  const image = new ImageData(side, side);
  const channels = bytes.length / side ** 2;
  for (let i = 0; i < side ** 2; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[channels * i + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  return image;
}

const paint = (context, bytes, side, top = 0) => context.putImageData(imageOf(bytes, side), 0, top);

// --- pictures of values in [0, 1]: bytes for `paint` ---

const greyOf = (values) => new Uint8ClampedArray(values.map((value) => 255 * value));

// The colours of imaging.py, RGB in [0, 1].
const OWN = [0, 0.5, 0.38];
const BRIGHTER = [1, 0.78, 0.32], UNCHANGED = [0.44, 0.44, 0.44], DARKER = [0, 0.08, 0.4];

function coloured(count, colourAt) {
  const bytes = new Uint8ClampedArray(3 * count);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 255 * colourAt(Math.floor(i / 3), i % 3);
  return bytes;
}

// An image in white, with another one behind it in green.
const overlaid = (image, behind) => coloured(image.length, (i, c) => Math.max(image[i], OWN[c] * behind[i]));

// Where values are below 0 (blue) and above it (orange), with the full colour from -1 and 1 on.
const signed = (values) =>
  coloured(values.length, (i, c) => {
    const end = (values[i] < 0 ? DARKER : BRIGHTER)[c];
    return UNCHANGED[c] + Math.min(1, Math.abs(values[i])) * (end - UNCHANGED[c]);
  });
