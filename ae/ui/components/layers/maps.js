// The pictures of a layer: feature maps, or the values of a vector as squares. Orange is above 0,
// blue below, grey 0, as `signed` has it; an image is grey.

const MOST_MAPS = 4;
const GAP = 1; // pixels between feature maps

// How the values of a shape lie: {height, width, count} of its maps.
function planOf([first, second = 0, count = 1]) {
  if (second) return { height: first, width: second, count };
  const width = Math.ceil(Math.sqrt(first));
  return { height: Math.ceil(first / width), width, count: 1 };
}

// The mean absolute value of each map.
function strengths(values, { count }) {
  const sums = new Float64Array(count);
  for (let i = 0; i < values.length; i++) sums[i % count] += Math.abs(values[i]);
  return sums.map((sum) => (sum * count) / values.length);
}

// The indices of the maps, the strongest first.
function byStrength(values, plan) {
  const strong = strengths(values, plan);
  return [...strong.keys()].sort((a, b) => strong[b] - strong[a]);
}

// The index of the map with the highest value: it has found its pattern somewhere.
function brightest(values, { count }) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best % count;
}

// The strongest maps, in their order.
const strongest = (values, plan) => byStrength(values, plan).slice(0, MOST_MAPS).sort((a, b) => a - b);

// Lay out a canvas for so many maps: {canvas, context, pixels, plan, across}.
function paper(canvas, plan, maps) {
  const across = Math.ceil(Math.sqrt(maps));
  canvas.width = across * (plan.width + GAP) - GAP;
  canvas.height = Math.ceil(maps / across) * (plan.height + GAP) - GAP;
  const pixels = new ImageData(canvas.width, canvas.height);
  return { canvas, context: canvas.getContext("2d"), pixels, plan, across };
}

function largestOf(values, { count }, maps) {
  let most = 1e-9;
  for (const map of maps) {
    for (let i = map; i < values.length; i += count) most = Math.max(most, Math.abs(values[i]));
  }
  return most;
}

// Paint some maps. most : the value that gets the full colour; null for an image.
function paintMaps({ context, pixels, plan, across }, values, maps, most) {
  const { height, width, count } = plan;
  const { data } = pixels;
  maps.forEach((map, place) => {
    const left = (place % across) * (width + GAP);
    const top = Math.floor(place / across) * (height + GAP);
    for (let row = 0; row < height; row++) {
      let at = 4 * ((top + row) * pixels.width + left);
      for (let column = 0; column < width; column++, at += 4) {
        const from = (row * width + column) * count + map;
        if (from >= values.length) return;
        const value = most === null ? values[from] : clamp(values[from] / most, -1, 1);
        const end = value < 0 ? DARKER : BRIGHTER;
        for (let c = 0; c < 3; c++) {
          const part = most === null ? value : UNCHANGED[c] + Math.abs(value) * (end[c] - UNCHANGED[c]);
          data[at + c] = 255 * part;
        }
        data[at + 3] = 255;
      }
    }
  });
  context.putImageData(pixels, 0, 0);
}

function wipePaper({ context, pixels, canvas }) {
  pixels.data.fill(0);
  context.clearRect(0, 0, canvas.width, canvas.height);
}
