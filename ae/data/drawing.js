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
  const ink = { height, width, values: mapped(drawing.values, inked, Float64Array) };
  const cropped = crop ? part(ink, inkBounds(ink)) : ink;
  const longer = Math.max(cropped.height, cropped.width);
  const scaled = scaledTo(cropped, scale ? BOX : Math.min(FRAME, longer));
  const image = placed(scaled, centre);
  const shown = ({ height, width, values }) => {
    return { height, width, values: mapped(values, clipped, Float32Array) };
  };
  return { ink: shown(ink), cropped: shown(cropped), scaled: shown(scaled), image: shown(image) };
}

// Crop, scale and shift a second layer of the drawing exactly as its ink. form : what `preprocess` made
// of the ink. Returns a 28×28 picture; what lies beside the digit stays beside it.
export function transformLayer(layer, { ink, cropped, scaled, image }) {
  if (layer.height !== ink.height || layer.width !== ink.width) {
    const [is, shall] = [layer, ink].map(({ height, width }) => `${height}×${width}`);
    throw new Error(`Expected a layer of ${shall}, as the ink. Received: ${is}.`);
  }
  const isWhole = cropped.height === ink.height && cropped.width === ink.width;
  const crop = isWhole ? { top: 0, left: 0 } : inkBounds(ink);
  const [to, from] = [inkBounds(image), inkBounds(scaled)];
  const along = (side, start) => {
    const step = cropped[side] / scaled[side];
    return taps(layer[side], FRAME, step, crop[start] - (to[start] - from[start]) * step);
  };
  const values = mapped(layer.values, inked, Float64Array);
  const moved = product({ ...layer, values }, along("height", "top"), along("width", "left"));
  return { ...moved, values: mapped(moved.values, clipped, Float32Array) };
}

const inked = (value) => (value > INK_THRESHOLD ? value : 0);
const clipped = (value) => Math.min(Math.max(value, 0), 1);

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
  const { values } = product(picture, weights(picture.height, height), weights(picture.width, width));
  const peak = largest(values);
  const gain = peak < SMALLEST ? 1 : largest(picture.values) / peak;
  return { height, width, values: values.map((value) => value * gain) };
}

// Each new pixel is a sum over its row and its column of {from, weight}.
function product({ width: across, values: old }, rows, columns) {
  const between = new Float64Array(rows.length * across);
  rows.forEach((row, i) => {
    for (const { from, weight } of row) {
      const [to, start] = [i * across, from * across];
      for (let column = 0; column < across; column++) between[to + column] += weight * old[start + column];
    }
  });
  const [height, width] = [rows.length, columns.length];
  const values = new Float64Array(height * width);
  for (let i = 0; i < values.length; i++) {
    const start = Math.floor(i / width) * across;
    for (const { from, weight } of columns[i % width]) values[i] += weight * between[start + from];
  }
  return { height, width, values };
}

const largest = (values) => values.reduce((most, value) => Math.max(most, value), 0);

// For each new pixel, the old ones that give to it, with a sum of 1.
function weights(size, newSize) {
  return taps(size, newSize, size / newSize, 0).map((row) => {
    const sum = row.reduce((total, { weight }) => total + weight, 0);
    return row.map(({ from, weight }) => ({ from, weight: weight / sum }));
  });
}

// For each of `count` new pixels, `step` old ones apart, the first of which begins at the old pixel
// `first`: the old ones that give to it, by the length that both, the new one at least as wide as an
// old one, have in common.
function taps(size, count, step, first) {
  const reach = Math.max(step, 1);
  return Array.from({ length: count }, (_, i) => {
    const row = [];
    for (let from = 0; from < size; from++) {
      const distance = Math.abs(first + (i + 0.5) * step - (from + 0.5));
      const weight = Math.min(Math.max((1 + reach) / 2 - distance, 0), 1) / reach;
      if (weight > 0) row.push({ from, weight });
    }
    return row;
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
