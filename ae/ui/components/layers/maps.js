// The pictures of a block: its strongest feature maps, or the values of a vector as squares. Orange
// is above 0, blue below, grey 0, as `signed` has it; an image is grey.

const MOST_MAPS = 4;
const GAP = 1; // pixels between feature maps

// How the values of a shape lie: {height, width, count} of its maps.
function planOf([first, second = 0, count = 1]) {
  if (second) return { height: first, width: second, count };
  const width = Math.ceil(Math.sqrt(first));
  return { height: Math.ceil(first / width), width, count: 1 };
}

// The indices of the maps with the largest mean absolute value, in their order.
function strongest(values, { count }) {
  const sums = new Float64Array(count);
  for (let i = 0; i < values.length; i++) sums[i % count] += Math.abs(values[i]);
  const order = [...sums.keys()].sort((a, b) => sums[b] - sums[a]);
  return order.slice(0, MOST_MAPS).sort((a, b) => a - b);
}

// Lay out the canvas of a block, once.
function layOut(block) {
  const plan = planOf(block.shape);
  const across = Math.ceil(Math.sqrt(Math.min(plan.count, MOST_MAPS)));
  const down = Math.ceil(Math.min(plan.count, MOST_MAPS) / across);
  Object.assign(block, { plan, across });
  block.canvas.width = across * (plan.width + GAP) - GAP;
  block.canvas.height = down * (plan.height + GAP) - GAP;
  block.context = block.canvas.getContext("2d");
  block.pixels = new ImageData(block.canvas.width, block.canvas.height);
}

function paintBlock({ result: { values }, plan, across, maps, pixels, context, isImage }) {
  const { height, width, count } = plan;
  let most = isImage ? 1 : 1e-9;
  if (!isImage) {
    for (const map of maps) {
      for (let i = map; i < values.length; i += count) most = Math.max(most, Math.abs(values[i]));
    }
  }
  const { data } = pixels;
  maps.forEach((map, place) => {
    const left = (place % across) * (width + GAP);
    const top = Math.floor(place / across) * (height + GAP);
    for (let row = 0; row < height; row++) {
      let at = 4 * ((top + row) * pixels.width + left);
      for (let column = 0; column < width; column++, at += 4) {
        const from = (row * width + column) * count + map;
        if (from >= values.length) return;
        const value = values[from] / most;
        const end = value < 0 ? DARKER : BRIGHTER;
        for (let c = 0; c < 3; c++) {
          const part = isImage ? value : UNCHANGED[c] + Math.abs(value) * (end[c] - UNCHANGED[c]);
          data[at + c] = 255 * part;
        }
        data[at + 3] = 255;
      }
    }
  });
  context.putImageData(pixels, 0, 0);
}
