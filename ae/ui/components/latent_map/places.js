// From places on a map to digits and latent vectors. Places are parts of the frame, x to the right
// and y upwards, from 0 to 1. The frame's own units, those of the latent vector, are what goes out.
// points : Uint16Array of four numbers a digit, its x and y, and its x and y on the other map.

const FAR_END = 65535; // a point's coordinate at the far end of the frame
const SAME_PLACE = 1e-18; // square of a distance that counts as none

// Units of the frame -> parts of it, and back with five digits.
const partsOf = (frame, at) => at.map((value, axis) => (value - frame[axis][0]) / (frame[axis][1] - frame[axis][0]));
const exactUnitsOf = (frame, parts) => parts.map((part, axis) => frame[axis][0] + part * (frame[axis][1] - frame[axis][0]));
const unitsOf = (frame, parts) => exactUnitsOf(frame, parts).map((value) => Number(value.toPrecision(5)));

const pointAt = (points, index, offset) => [points[4 * index + offset] / FAR_END, points[4 * index + offset + 1] / FAR_END];

// The `count` digits that are nearest to a place, the nearest first, with the square of the distance.
function nearestTo(points, [x, y], count) {
  const found = [];
  for (let index = 0; index < points.length / 4; index++) {
    const dx = points[4 * index] / FAR_END - x, dy = points[4 * index + 1] / FAR_END - y;
    const square = dx * dx + dy * dy;
    if (found.length === count && square >= found[count - 1].square) continue;
    const before = found.findIndex((each) => each.square > square);
    found.splice(before < 0 ? found.length : before, 0, { index, square });
    if (found.length > count) found.pop();
  }
  return found;
}

// The latent vector at a place, in units, of a plane: Plane.codes of ae.analysis.projection.
const onPlane = ({ origin, axes }, [x, y]) => origin.map((value, i) => value + x * axes[0][i] + y * axes[1][i]);

// That of a digit. vectors : Float32Array, one latent vector after the other
const vectorAt = (vectors, latentDim, index) => vectors.subarray(index * latentDim, (index + 1) * latentDim);

// The mean of those of the digits near a place, weighted by the inverse of the squared distance:
// Embedding.codes of ae.analysis.projection.
function between(vectors, latentDim, near) {
  const weights = near.map(({ square }) => 1 / Math.max(square, SAME_PLACE));
  const total = weights.reduce((sum, weight) => sum + weight);
  const mean = new Float64Array(latentDim);
  near.forEach(({ index }, k) => {
    vectorAt(vectors, latentDim, index).forEach((value, i) => (mean[i] += (weights[k] / total) * value));
  });
  return mean;
}
