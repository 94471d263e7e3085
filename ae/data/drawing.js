// A drawing becomes an MNIST image, by the steps of `drawing.py`, which says why they are so.
// Pictures are {height, width, values}: values in [0, 1] row by row, 1 for ink. It knows no page.

const FRAME = 28;
const BOX = 20;
const INK_THRESHOLD = 0.5 / 255;
const SMALLEST = 2 ** -126; // of float32: below it, dividing by the peak would bring out noise

// Crop a drawing to its ink, scale its longer side to 20 pixels, and put its centre of mass into the
// middle of 28×28. Each step can be switched off. Returns one picture for each step: {ink, cropped,
// scaled, image}.
export function preprocess(drawing, { crop = true, scale = true, centre = true } = {}) {
  const { height, width } = drawing;
  if (drawing.values.length !== height * width) {
    throw new Error(`Expected ${height}×${width} values. Received: ${drawing.values.length}.`);
  }
  const inked = (value) => (value > INK_THRESHOLD ? value : 0);
  const ink = { height, width, values: mapped(drawing.values, inked, Float64Array) };
  const cropped = crop ? part(ink, inkBounds(ink)) : ink;
  const longer = Math.max(cropped.height, cropped.width);
  const scaled = scaledTo(cropped, scale ? BOX : Math.min(FRAME, longer));
  const image = placed(scaled, centre);
  const clipped = (value) => Math.min(Math.max(value, 0), 1);
  const shown = ({ height, width, values }) => {
    return { height, width, values: mapped(values, clipped, Float32Array) };
  };
  return { ink: shown(ink), cropped: shown(cropped), scaled: shown(scaled), image: shown(image) };
}

// Like Type.from, which is slow for as many values as a canvas has.
function mapped(values, f, Type) {
  const result = new Type(values.length);
  for (let i = 0; i < result.length; i++) result[i] = f(values[i]);
  return result;
}

// To the nearest whole number, halves to the even one, as Python does it.
function rounded(value) {
  const up = Math.round(value);
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

// The smallest rectangle with all ink; all of the picture if there is none.
function inkBounds({ height, width, values }) {
  let [top, left, bottom, right] = [height, width, 0, 0];
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      if (values[i] <= INK_THRESHOLD) continue;
      top = Math.min(top, row);
      left = Math.min(left, column);
      bottom = Math.max(bottom, row + 1);
      right = Math.max(right, column + 1);
    }
  }
  if (bottom === 0) return { top: 0, left: 0, height, width };
  return { top, left, height: bottom - top, width: right - left };
}

function part({ width: across, values }, { top, left, height, width }) {
  const cut = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    const from = (top + row) * across + left;
    cut.set(values.subarray(from, from + width), row * width);
  }
  return { height, width, values: cut };
}

// The picture with its longer side as given, its aspect ratio and its peak kept.
function scaledTo(picture, longerSide) {
  const factor = longerSide / Math.max(picture.height, picture.width);
  const [height, width] = [picture.height, picture.width].map((side) =>
    Math.max(1, rounded(side * factor)),
  );
  const [rows, columns] = [weights(picture.height, height), weights(picture.width, width)];
  const between = new Float64Array(height * picture.width);
  rows.forEach((row, i) => {
    for (const { from, weight } of row) {
      const [to, start] = [i * picture.width, from * picture.width];
      for (let column = 0; column < picture.width; column++) {
        between[to + column] += weight * picture.values[start + column];
      }
    }
  });
  const values = new Float64Array(height * width);
  for (let i = 0; i < values.length; i++) {
    const start = Math.floor(i / width) * picture.width;
    for (const { from, weight } of columns[i % width]) values[i] += weight * between[start + from];
  }
  const peak = largest(values);
  const gain = peak < SMALLEST ? 1 : largest(picture.values) / peak;
  return { height, width, values: values.map((value) => value * gain) };
}

const largest = (values) => values.reduce((most, value) => Math.max(most, value), 0);

// For each new pixel, the old ones that give to it: by the length that an old pixel and the new one,
// at least as wide, have in common.
function weights(size, newSize) {
  const step = size / newSize;
  const reach = Math.max(step, 1);
  return Array.from({ length: newSize }, (_, i) => {
    const taps = [];
    for (let from = 0; from < size; from++) {
      const distance = Math.abs((i + 0.5) * step - (from + 0.5));
      const weight = Math.min(Math.max((1 + reach) / 2 - distance, 0), 1);
      if (weight > 0) taps.push({ from, weight });
    }
    const sum = taps.reduce((total, { weight }) => total + weight, 0);
    return taps.map(({ from, weight }) => ({ from, weight: weight / sum }));
  });
}

// The picture, at most 28×28, moved by whole pixels into the frame.
function placed(picture, byMass) {
  const bounds = inkBounds(picture);
  const ink = part(picture, bounds);
  let top = Math.floor((FRAME - picture.height) / 2) + bounds.top;
  let left = Math.floor((FRAME - picture.width) / 2) + bounds.left;
  if (byMass && largest(ink.values) > 0) {
    const [rows, columns] = [new Float64Array(ink.height), new Float64Array(ink.width)];
    ink.values.forEach((value, i) => {
      rows[Math.floor(i / ink.width)] += value;
      columns[i % ink.width] += value;
    });
    [top, left] = [startByMass(rows), startByMass(columns)];
  }
  const values = new Float64Array(FRAME * FRAME);
  for (let row = 0; row < ink.height; row++) {
    values.set(ink.values.subarray(row * ink.width, (row + 1) * ink.width), (top + row) * FRAME + left);
  }
  return { height: FRAME, width: FRAME, values };
}

// Where a profile of ink begins if its centre of mass goes to pixel 14, or as near as the frame lets.
function startByMass(profile) {
  const mass = profile.reduce((sum, value) => sum + value, 0);
  const centre = profile.reduce((sum, value, i) => sum + value * i, 0) / mass;
  return Math.min(Math.max(rounded(FRAME / 2 - centre), 0), FRAME - profile.length);
}
