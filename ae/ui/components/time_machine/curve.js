// The error's curve: snapshots at equal distances, as on the slider, over the error's logarithm.

const BOX = { left: 42, right: 350, top: 12, bottom: 160 }; // in the units of the SVG

// Where the snapshot number i and an error lie. What is no number above 0 has no logarithm.
function curveScale(errors, pcaError) {
  const known = [...errors.filter((error) => error > 0), pcaError];
  const [low, high] = [Math.log10(Math.min(...known)) - 0.06, Math.log10(Math.max(...known)) + 0.06];
  return {
    x: (i) => BOX.left + (i / (errors.length - 1)) * (BOX.right - BOX.left),
    y: (error) => BOX.bottom - ((Math.log10(error) - low) / (high - low)) * (BOX.bottom - BOX.top),
    ticks: ticksBetween(10 ** low, 10 ** high),
  };
}

// 1, 2 and 5 times the powers of ten, from one value to another.
function ticksBetween(low, high) {
  const powers = Array.from({ length: 2 + Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) }, (_, i) => Math.floor(Math.log10(low)) + i);
  return powers
    .flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${power}`)))
    .filter((value) => value >= low && value <= high);
}

// The label of PCA's line stands where the curve leaves most room: above or below the line, at the
// left or the right end.
function labelPlace({ x, y }, errors, pcaError, width) {
  const level = y(pcaError);
  const free = ({ from, above }) => {
    const near = errors.flatMap((error, i) => (error > 0 && x(i) >= from - 6 && x(i) <= from + width + 6 ? [y(error)] : []));
    const middle = above ? level - 9 : level + 9;
    return Math.min(...near.map((height) => Math.abs(height - middle)), above ? level - BOX.top - 9 : BOX.bottom - level - 9);
  };
  const places = [BOX.right - width, BOX.left].flatMap((from) => [true, false].map((above) => ({ from, above })));
  const { from, above } = places.reduce((best, place) => (free(place) > free(best) ? place : best));
  return { x: from, y: above ? level - 5 : level + 13 };
}

function layCurve(svg, { errors, steps, pca }) {
  const scale = curveScale(errors, pca.error);
  const parts = [];
  const add = (tag, attributes, text = "") => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    part.textContent = text;
    parts.push(part);
  };
  for (const error of scale.ticks) {
    const y = scale.y(error);
    add("line", { class: "rule", x1: BOX.left, x2: BOX.right, y1: y, y2: y });
    add("text", { x: BOX.left - 6, y: y + 4, "text-anchor": "end" }, `${error}`);
  }
  const labelled = [...new Set([0, 1 / 3, 2 / 3, 1].map((part) => Math.round(part * (steps.length - 1))))];
  for (const i of labelled) add("text", { x: scale.x(i), y: BOX.bottom + 15, "text-anchor": i ? "middle" : "start" }, steps[i].toLocaleString("en"));
  add("text", { x: (BOX.left + BOX.right) / 2, y: BOX.bottom + 29, "text-anchor": "middle" }, "step");
  const level = scale.y(pca.error);
  add("line", { class: "pca", x1: BOX.left, x2: BOX.right, y1: level, y2: level });
  add("text", labelPlace(scale, errors, pca.error, 6.5 * pca.name.length), pca.name);
  const points = errors.flatMap((error, i) => (error > 0 ? [[scale.x(i), scale.y(error)]] : []));
  add("polyline", { class: "line", points: points.join(" ") });
  for (const [cx, cy] of points) add("circle", { class: "dot", cx, cy, r: 2.5 });
  add("circle", { class: "here", r: 6 });
  svg.replaceChildren(...parts);
  return scale;
}

// The dot stands at one snapshot; there is none for an error that is no number.
function moveDot(svg, { x, y }, i, error) {
  const dot = svg.querySelector(".here");
  dot.style.visibility = error > 0 ? "visible" : "hidden";
  if (!(error > 0)) return;
  dot.setAttribute("cx", x(i));
  dot.setAttribute("cy", y(error));
}
