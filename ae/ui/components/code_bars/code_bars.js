// The code as bars that can be moved: changes out to Python, decoded pictures back in.
//
// A change is kept only as long as the code that it changes: a new drawing (or model) has a new
// `token`, and starts without changes. Positions are in standard deviations from the mean of the
// test digits, here and on the way; `reach` is where the bars end.

const STEP = 0.1;
const QUIET_MS = 600; // after so long without a change the result is read aloud

const views = new WeakMap(); // parentElement -> view

export default function codeBars({ data: [data], parentElement, setStateValue }) {
  let view = views.get(parentElement);
  if (!view?.root.isConnected) {
    if (view) dismiss(view);
    view = mount(parentElement);
    views.set(parentElement, view);
  }
  view.sendEdit = (edit) => setStateValue("edit", edit);
  receive(view, data);
  return whenGone(parentElement, () => dismiss(view));
}

function dismiss(view) {
  view.flight.stop();
  clearTimeout(view.quietTimer);
}

function mount(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    find,
    root: find(".code"),
    bars: find(".bars"),
    map: find(".map"),
    pictures: find(".pictures"),
    token: null, // of the code that is shown
    changes: new Map(), // index -> position
    touched: null, // index
    quietTimer: 0,
    layer: null, // the map without its cross, painted once
  };
  view.flight = new Flight((number) => {
    view.pictures.setAttribute("aria-busy", "true");
    const { token, changes, touched } = view;
    view.sendEdit({ number, token, changes: [...changes], touched });
  });
  view.bars.addEventListener("input", ({ target }) => {
    move(view, [[Number(target.dataset.index), Number(target.value)]]);
  });
  view.bars.addEventListener("focusin", ({ target }) => touch(view, Number(target.dataset.index)));
  view.bars.addEventListener("keydown", (event) => walkAlong(view, event));
  find(".reset").addEventListener("click", () => reset(view));
  listenToMap(view);
  return view;
}

// --- changes ---

function move(view, pairs) {
  for (const [index, position] of pairs) view.changes.set(index, clamp(position, view.data.reach));
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

const clamp = (position, reach) => Math.min(reach, Math.max(-reach, position));
const positionOf = ({ data, changes }, index) => changes.get(index) ?? data.z[index];

// Left and right go from bar to bar: one stop for the Tab key, however many numbers there are.
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
    // Python knows changes of this very code when it has outlived this view.
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
  clearTimeout(view.quietTimer);
  view.quietTimer = setTimeout(() => {
    const element = view.find(".spoken");
    if (view.changes.size > 0 && element.textContent !== data.message) element.textContent = data.message;
  }, QUIET_MS);
}

function showPicture(view, selector, { pixels, caption, alt }) {
  const canvas = view.find(selector);
  canvas.setAttribute("aria-label", alt);
  canvas.nextElementSibling.textContent = caption;
  const context = canvas.getContext("2d");
  if (pixels) paintPicture(context, pixels, 28);
  else context.clearRect(0, 0, 28, 28);
}

// --- the screen ---

function show(view) {
  const { data, bars, map, touched, changes } = view;
  const onMap = data.map !== null;
  bars.hidden = onMap;
  map.hidden = !onMap;
  if (onMap) showMap(view);
  else showBars(view);
  view.find(".reset").setAttribute("aria-disabled", changes.size === 0);
  view.find(".readout").textContent = onMap ? whereOnMap(view) : touched === null ? data.hint : inWords(view, touched);
}

function showBars(view) {
  const { bars, data, touched } = view;
  const { z, reach } = data;
  bars.style.setProperty("--count", z.length);
  bars.setAttribute("aria-label", data.hint);
  while (bars.children.length > z.length) bars.lastElementChild.remove();
  while (bars.children.length < z.length) bars.append(newBar(bars.children.length, reach));
  const percent = (position) => `${(50 + (50 * clamp(position, reach)) / reach).toFixed(1)}%`;
  z.forEach((original, index) => {
    const bar = bars.children[index];
    const position = positionOf(view, index);
    bar.value = position;
    bar.tabIndex = index === (touched ?? 0) ? 0 : -1;
    bar.setAttribute("aria-current", index === touched);
    bar.setAttribute("aria-valuetext", inWords(view, index));
    bar.title = inWords(view, index);
    const ends = [percent(Math.min(0, position)), percent(Math.max(0, position))];
    bar.style.cssText = `--low:${ends[0]};--high:${ends[1]};--was:${percent(original)};--fill:var(--${position < 0 ? "down" : "up"})`;
  });
}

function newBar(index, reach) {
  const bar = document.createElement("input");
  Object.assign(bar, { type: "range", min: -reach, max: reach, step: STEP });
  bar.dataset.index = index;
  bar.setAttribute("aria-label", `z ${index + 1}`);
  bar.setAttribute("aria-orientation", "vertical");
  return bar;
}

function inWords(view, index) {
  const { mean, spread } = view.data;
  const position = positionOf(view, index);
  const value = mean[index] + position * spread[index];
  const side = position < 0 ? "below" : "above";
  return `z${index + 1} = ${value.toFixed(2)}, ${Math.abs(position).toFixed(1)} standard deviations ${side} the mean of the test digits`;
}

// --- the map of a code with two numbers ---

function whereOnMap(view) {
  const { mean, spread } = view.data;
  const [a, b] = [0, 1].map((i) => (mean[i] + positionOf(view, i) * spread[i]).toFixed(2));
  return `z = (${a}, ${b}). ${view.data.hint}`;
}

function showMap(view) {
  const { map, data } = view;
  const context = map.getContext("2d");
  const text = getComputedStyle(view.root).color;
  if (view.layer?.points !== data.map || view.layer.text !== text) view.layer = paintedPoints(map, data.map, text);
  context.clearRect(0, 0, map.width, map.height);
  context.drawImage(view.layer.canvas, 0, 0);
  const place = (z) => [0.5 + z[0] / (2 * data.reach), 0.5 - z[1] / (2 * data.reach)].map((part) => part * map.width);
  const [x0, y0] = place(data.z);
  const [x, y] = place([positionOf(view, 0), positionOf(view, 1)]);
  context.lineWidth = 3;
  context.strokeStyle = text;
  context.setLineDash([4, 5]);
  context.beginPath();
  context.arc(x0, y0, 13, 0, 2 * Math.PI); // where the drawing's own code is
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  for (const [dx, dy] of [[1, 0], [0, 1]]) {
    context.moveTo(x - 22 * dx, y - 22 * dy);
    context.lineTo(x + 22 * dx, y + 22 * dy);
  }
  context.stroke();
  map.setAttribute("aria-label", `Map of the codes of test digits. ${whereOnMap(view)}`);
}

// Each point is written as its digit: class is never told by colour alone.
function paintedPoints(map, points, text) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = map.width;
  const context = canvas.getContext("2d");
  context.font = "600 15px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.globalAlpha = 0.75;
  const bytes = bytesOf(points); // x, y and label of each
  for (let i = 0; i < bytes.length; i += 3) {
    context.fillStyle = `hsl(${bytes[i + 2] * 36} 65% 52%)`;
    context.fillText(bytes[i + 2], (bytes[i] / 255) * canvas.width, (1 - bytes[i + 1] / 255) * canvas.width);
  }
  return { canvas, points, text };
}

function listenToMap(view) {
  const { map } = view;
  const follow = ({ clientX, clientY }) => {
    const box = map.getBoundingClientRect();
    const { reach } = view.data;
    const part = (length, size) => (2 * length / size - 1) * reach;
    move(view, [[0, part(clientX - box.left, box.width)], [1, -part(clientY - box.top, box.height)]]);
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
