// The page of one model. Before it stand the engine and other scripts of the app, and the model's data.

const find = (selector) => document.querySelector(selector);
const network = load(bytesOf(MODEL.graph));
const paper = find(".ink");
const context = paper.getContext("2d", { willReadFrequently: true });
const view = { context, noisePen: false };
const REACH = 3; // standard deviations
const WIDTH = 44, STEP = 12; // of the pen, and of a key, in pixels of the canvas

let strokes = [];
let stroke = null;
let seen = null; // {image, z} of what is drawn
let place = [SIDE / 2, SIDE / 2]; // of the pen that keys move
let frame = 0;

const bars = MODEL.means.slice(0, MODEL.isMoved ? undefined : 0).map((mean, i) => {
  const label = document.createElement("label");
  const bar = document.createElement("input");
  Object.assign(bar, { type: "range", min: -REACH, max: REACH, step: "any", value: 0 });
  bar.addEventListener("input", () => decode(true));
  label.append(`z${i + 1}`, bar);
  find(".bars").append(label);
  return bar;
});
find(".squares").hidden = MODEL.isMoved;
find(".reset").hidden = !MODEL.isMoved;
const valueOf = (bar, i) => MODEL.means[i] + Number(bar.value) * MODEL.deviations[i];

function repaint() {
  context.fillStyle = "#000";
  context.fillRect(0, 0, SIDE, SIDE);
  for (const each of strokes) paintStroke(view, each, 0);
  later();
}

function later() {
  if (!frame) frame = requestAnimationFrame(look);
}

// Encode what is drawn, and show what the decoder makes of it.
function look() {
  frame = 0;
  const values = Float32Array.from(inkOf(view), (value) => value / 255);
  const isEmpty = !values.some((value) => value > 0);
  paper.setAttribute("aria-label", isEmpty ? "Drawing area, empty" : "Drawing area, with your digit");
  if (isEmpty) return show(null);
  const { image } = preprocess({ height: GRID, width: GRID, values });
  show({ image: image.values, z: network.encoder.run(image.values).slice() });
}

function show(now) {
  seen = now;
  if (!MODEL.isMoved) showSquares(seen?.z ?? MODEL.means);
  bars.forEach((bar, i) => (bar.value = seen ? (seen.z[i] - MODEL.means[i]) / MODEL.deviations[i] : 0));
  decode(false);
}

// Many values: those that fill up the last row are grey, as the mean is.
function showSquares(z) {
  const side = Math.ceil(Math.sqrt(z.length));
  const positions = new Float32Array(side ** 2);
  z.forEach((value, i) => (positions[i] = (value - MODEL.means[i]) / MODEL.deviations[i] / REACH));
  const canvas = find(".squares");
  Object.assign(canvas, { width: side, height: side, ariaLabel: `${z.length} latent values` });
  paint(canvas.getContext("2d"), signed(positions), side);
}

function decode(moved) {
  const z = seen && !moved ? seen.z : MODEL.isMoved ? bars.map(valueOf) : MODEL.means;
  bars.forEach((bar, i) => bar.setAttribute("aria-valuetext", z[i].toFixed(2)));
  const output = network.decoder.run(z);
  show28(".output", output);
  if (seen) show28(".input", seen.image);
  else find(".input").getContext("2d").clearRect(0, 0, 28, 28);
  find(".message").textContent = seen ? inWords(output) : moved ? "What the decoder draws for these values." : "Draw a digit.";
}

function inWords(output) {
  const error = squaredError(seen.image, output);
  return `Squared error ${error.toFixed(1)}. ${lowerInWords(error, MODEL.percentiles)} of the test digits have a lower one.`;
}

const show28 = (selector, values) => paint(find(selector).getContext("2d"), greyOf(values), 28);

// --- the pen ---

function at(event) {
  const box = paper.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top].map((value) => (value / box.width) * SIDE);
}

function begin(point) {
  stroke = { points: [point], width: WIDTH };
  strokes.push(stroke);
  paintStroke(view, stroke, 0);
  later();
}

function go(point) {
  stroke.points.push(point);
  paintStroke(view, stroke, stroke.points.length - 1);
  later();
}

paper.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || event.button !== 0) return;
  paper.setPointerCapture(event.pointerId);
  lower(false);
  begin(at(event));
});
paper.addEventListener("pointermove", (event) => event.isPrimary && event.buttons && stroke && go(at(event)));
for (const end of ["pointerup", "pointercancel"]) paper.addEventListener(end, () => (stroke = null));

function lower(down) {
  find(".pen").setAttribute("aria-pressed", down);
  stroke = null;
  if (down) begin(place);
}
const isDown = () => find(".pen").getAttribute("aria-pressed") === "true";

paper.addEventListener("keydown", (event) => {
  const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
  if (event.key === " ") lower(!isDown());
  else if (x === undefined) return;
  else {
    place = [place[0] + x * STEP, place[1] + y * STEP].map((value) => Math.min(Math.max(value, 0), SIDE));
    if (isDown()) go(place);
  }
  event.preventDefault();
});

find(".pen").addEventListener("click", () => {
  lower(!isDown());
  paper.focus();
});
find(".undo").addEventListener("click", () => {
  lower(false);
  strokes.pop();
  repaint();
});
find(".clear").addEventListener("click", () => {
  lower(false);
  strokes = [];
  repaint();
});
find(".reset").addEventListener("click", () => show(seen));
repaint();
