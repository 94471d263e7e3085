// Applies the noise that `noise.py` has drawn, at any strength: the same numbers give the same picture
// here and there. It knows no page.

// image : values in [0, 1]. noise : {kind, values}, the random number of each pixel, as `Noise` in
// noise.py has them. strength : 0 to 1. Returns a new Float32Array, clipped to [0, 1].
export function corrupted(image, { kind, values }, strength) {
  const corrupt = CORRUPTIONS[kind](Math.fround(strength), Math.sqrt(image.length));
  return Float32Array.from(image, (value, i) => Math.min(Math.max(corrupt(value, values[i]), 0), 1));
}

// By kind, from a strength (of float32, as the numbers that it is compared with) and the height of the
// image: from the value of a pixel and its random number to the corrupted value.
const CORRUPTIONS = {
  gaussian: (strength) => (value, number) => value + strength * number,
  salt_and_pepper: (strength) => (value, number) => (number >= strength ? value : number < strength / 2 ? 0 : 1),
  speckle: (strength) => (value, number) => value * (1 + 2 * strength * number),
  masking(strength, height) {
    const side = toEven(Math.fround(strength * height));
    return (value, number) => (number <= side ? 0 : value);
  },
};

// To the nearest whole number, halves to the even one, as NumPy does it.
function toEven(value) {
  const up = Math.round(value);
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
}
