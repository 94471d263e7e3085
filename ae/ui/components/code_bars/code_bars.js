// A latent vector as bars that can be moved: changes out to Python, decoded pictures back in.
//
// A change is kept only as long as the latent vector that it changes: a new drawing (or model) has
// a new `token`, and starts without changes. Positions are in standard deviations from the mean of
// the test digits, here and on the way; `reach` is where the bars end.

const STEP = 0.1;
const QUIET_MS = 600; // after so long without a change the result is read aloud
const NARROWEST = 24; // pixels of a bar that a finger meets
const MANY = 32; // bars that are lower on a phone, so that more rows are seen

function mount(view) {
  const { find } = view;
  Object.assign(view, {
    bars: find(".bars"),
    map: find(".plot"),
    pictures: find(".pictures"),
    spoken: find(".unseen"),
    token: null, // of the latent vector that is shown
    changes: new Map(), // index -> position
    touched: null, // index
    quietTimer: 0,
    layer: null, // the map without its cross, painted once
    resized: new ResizeObserver(() => view.data && layBars(view)),
    flight: new Flight((number) => post(view, number)),
  });
  view.bars.addEventListener("input", ({ target }) => {
    move(view, [[Number(target.dataset.index), Number(target.value)]]);
  });
  view.bars.addEventListener("focusin", ({ target }) => touch(view, Number(target.dataset.index)));
  view.bars.addEventListener("keydown", (event) => walkAlong(view, event));
  find("button").addEventListener("click", () => reset(view));
  view.resized.observe(find(".values"));
  listenToMap(view);
}

function dismiss(view) {
  view.resized.disconnect();
  view.flight.stop();
  clearTimeout(view.quietTimer);
}

// --- changes ---

function move(view, pairs) {
  const { reach } = view.data;
  for (const [index, position] of pairs) view.changes.set(index, clamp(position, -reach, reach));
  view.touched = pairs[0][0];
  changed(view);
}

function touch(view, index) {
  if (view.touched === index) return;
  view.touched = index;
  changed(view);
}

function reset(view) {
  if (view.changes.size === 0) return;
  view.changes.clear();
  changed(view);
}

function changed(view) {
  clearTimeout(view.quietTimer);
  show(view);
  view.flight.changed();
}

function post(view, number) {
  view.pictures.setAttribute("aria-busy", "true");
  const { token, changes, touched } = view;
  view.setStateValue("edit", { number, token, changes: [...changes], touched });
}

const positionOf = ({ data, changes }, index) => changes.get(index) ?? data.z[index];
const valueOf = (view, index) => view.data.mean[index] + positionOf(view, index) * view.data.deviation[index];

// Left and right go from bar to bar: one stop for the Tab key, however many bars there are.
function walkAlong(view, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const count = view.data.z.length;
  const index = (Number(event.target.dataset.index) + step + count) % count;
  view.bars.children[index].focus();
}

// --- from Python ---

function receive(view, data) {
  view.data = data;
  if (data.token !== view.token) {
    // Python knows changes of this very latent vector when it has outlived this view.
    view.changes = new Map(data.changes);
    view.token = data.token;
  }
  if (data.touched !== null && view.touched === null) view.touched = data.touched;
  if (view.touched >= data.z.length) view.touched = null;
  if (view.flight.answers(data.number)) {
    view.flight.landed();
    view.pictures.setAttribute("aria-busy", "false");
  }
  view.flight.sendIfDirty();
  show(view);
  showPicture(view, ".decoded", data.decoded);
  showPicture(view, ".moved", data.moved);
  view.pictures.dataset.number = data.number;
  speakLater(view);
}

function showPicture(view, selector, { pixels, caption, alt }) {
  const canvas = view.find(selector);
  canvas.setAttribute("aria-label", alt);
  canvas.nextElementSibling.textContent = caption;
  const context = canvas.getContext("2d");
  canvas.dataset.painted = pixels !== null;
  if (pixels) paint(context, bytesOf(pixels), 28);
  else context.clearRect(0, 0, 28, 28);
}

function speakLater(view) {
  clearTimeout(view.quietTimer);
  view.quietTimer = setTimeout(() => {
    const { spoken, changes, data } = view;
    if (changes.size > 0 && spoken.textContent !== data.message) spoken.textContent = data.message;
  }, QUIET_MS);
}

// --- the screen ---

function show(view) {
  const { data, bars, map, touched, changes } = view;
  const onMap = data.map !== null;
  bars.hidden = onMap;
  map.hidden = !onMap;
  if (onMap) showMap(view);
  else showBars(view);
  view.find("button").setAttribute("aria-disabled", changes.size === 0);
  view.find(".readout").textContent = onMap ? whereOnMap(view) : touched === null ? data.hint : inWords(view, touched);
}

function showBars(view) {
  const { bars, data, touched } = view;
  const { z, reach } = data;
  while (bars.children.length > z.length) bars.lastElementChild.remove();
  while (bars.children.length < z.length) bars.append(newBar(bars.children.length, reach));
  layBars(view);
  z.forEach((original, index) => {
    const bar = bars.children[index];
    const position = positionOf(view, index);
    bar.value = position;
    bar.tabIndex = index === (touched ?? 0) ? 0 : -1;
    bar.setAttribute("aria-current", index === touched);
    bar.setAttribute("aria-valuetext", inWords(view, index));
    bar.title = inWords(view, index);
    bar.classList.toggle("edited", view.changes.has(index));
    for (const [name, height] of Object.entries(barHeights(position, original, reach))) {
      bar.style.setProperty(`--${name}`, `${height.toFixed(1)}%`);
    }
  });
}

// As few rows as fit, all but the last of the same length.
function columnsFor(count, width) {
  const rows = Math.ceil(count / Math.max(1, Math.floor(width / NARROWEST)));
  return Math.ceil(count / rows);
}

function layBars({ bars, data, find }) {
  bars.style.setProperty("--columns", columnsFor(data.z.length, find(".values").clientWidth));
  bars.classList.toggle("many", data.z.length >= MANY);
}

function newBar(index, reach) {
  const bar = document.createElement("input");
  Object.assign(bar, { type: "range", min: -reach, max: reach, step: STEP });
  bar.dataset.index = index;
  bar.setAttribute("aria-label", `z ${index + 1}`);
  bar.setAttribute("aria-orientation", "vertical");
  return bar;
}

// In percent of the slider from below: the two ends of a bar, and where the drawing has it.
function barHeights(position, original, reach) {
  const height = (value) => 50 + (50 * clamp(value, -reach, reach)) / reach;
  return { low: height(Math.min(0, position)), high: height(Math.max(0, position)), was: height(original) };
}

function inWords(view, index) {
  const position = positionOf(view, index);
  const side = position < 0 ? "below" : "above";
  return `z${index + 1} = ${valueOf(view, index).toFixed(2)}, ${Math.abs(position).toFixed(1)} standard deviations ${side} the mean of the test digits`;
}

// --- the map of a latent vector with two dimensions ---

function whereOnMap(view) {
  const [a, b] = [0, 1].map((index) => valueOf(view, index).toFixed(2));
  return `z = (${a}, ${b}). ${view.data.hint}`;
}

// From positions to the map's own pixels, and back: the mean is in the middle.
const placeOf = ([a, b], reach, side) => [(0.5 + a / (2 * reach)) * side, (0.5 - b / (2 * reach)) * side];
const positionsAt = (box, { clientX, clientY }, reach) => [
  ((2 * (clientX - box.left)) / box.width - 1) * reach,
  (1 - (2 * (clientY - box.top)) / box.height) * reach,
];

function showMap(view) {
  const { map, data } = view;
  const context = map.getContext("2d"), side = map.width;
  const theme = themeOf(map);
  if (view.layer?.points !== data.map || view.layer.text !== theme.text) {
    view.layer = { canvas: paintedPoints(side, bytesOf(data.map), theme.dark), points: data.map, text: theme.text };
  }
  context.clearRect(0, 0, side, side);
  context.drawImage(view.layer.canvas, 0, 0);
  context.strokeStyle = theme.own;
  ring(context, placeOf(data.z, data.reach, side), 13);
  context.strokeStyle = theme.text;
  cross(context, placeOf([positionOf(view, 0), positionOf(view, 1)], data.reach, side), 4, 24);
  map.setAttribute("aria-label", `Latent map of test digits. ${whereOnMap(view)}`);
}

// bytes : x, y and label of each point
function paintedPoints(side, bytes, dark) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  for (let i = 0; i < bytes.length; i += 3) {
    const [x, y, label] = bytes.subarray(i, i + 3);
    paintDigit(context, [(x / 255) * side, (1 - y / 255) * side], label, classColour(label, dark), 16);
  }
  return canvas;
}

function listenToMap(view) {
  const { map } = view;
  const follow = (event) => {
    const positions = positionsAt(map.getBoundingClientRect(), event, view.data.reach);
    move(view, [...positions.entries()]);
  };
  map.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    map.setPointerCapture(event.pointerId);
    follow(event);
  });
  map.addEventListener("pointermove", (event) => {
    if (map.hasPointerCapture(event.pointerId)) follow(event);
  });
  map.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 1], ArrowDown: [1, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    move(view, [[step[0], positionOf(view, step[0]) + step[1] * STEP]]);
  });
}

export default component({ mount, receive, dismiss });
