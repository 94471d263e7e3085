// A map of codes to walk on. All that follows the pointer is drawn here, from sheets of pictures
// that the browser has; Python hears of a place, a digit or an area when it is chosen.
//
// Places are parts of the frame, x to the right and y upwards, from 0 to 1. The frame's own units,
// those of the code, are what goes out.

const QUIET_MS = 600; // after so long without a key the place is chosen
const STEP = 0.02; // of the frame, for an arrow key
const NEAR = 0.03; // of the frame: a click chooses a digit that is no farther

const views = new WeakMap(); // parentElement -> view

export default function latentMap({ data, parentElement, setStateValue }) {
  let view = views.get(parentElement);
  if (!view?.root.isConnected) {
    if (view) dismiss(view);
    view = mount(parentElement);
    views.set(parentElement, view);
  }
  view.tell = (look) => setStateValue("look", look);
  receive(view, data);
  return whenGone(parentElement, () => dismiss(view));
}

function mount(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = {
    find,
    root: find(".atlas"),
    main: find(".main canvas"),
    other: find(".other canvas"),
    tool: "walk",
    token: null,
    look: {}, // what Python knows: at and area in units of the frame, and the digit's number
    place: null, // of the pointer
    path: null, // of the box or lasso that is being drawn
    nearest: null,
    layers: new Map(),
    quietTimer: 0,
    frame: 0,
  };
  view.onSheet = () => paint(view);
  addEventListener("ae-sheet", view.onSheet);
  find(".tools").addEventListener("click", ({ target }) => {
    if (target.dataset.tool) choose(view, target.dataset.tool);
    else if (target.classList.contains("clear")) tell(view, {});
  });
  listen(view);
  return view;
}

function dismiss(view) {
  removeEventListener("ae-sheet", view.onSheet);
  clearTimeout(view.quietTimer);
  cancelAnimationFrame(view.frame);
}

// --- from Python ---

function receive(view, data) {
  if (view.data !== data) {
    view.data = data;
    view.points = new Uint16Array(bytesOf(data.points).buffer); // x, y, and x, y on the other map
    view.facts = bytesOf(data.facts); // class, and percent of the true neighbours that are kept
    view.layers.clear();
  }
  if (view.token !== data.token) {
    view.token = data.token;
    view.look = data.start;
    view.place = view.look.at ? partOf(view, view.look.at) : null;
    view.path = null;
  }
  view.find(".main figcaption").textContent = data.title;
  view.find(".other figcaption").textContent = data.otherTitle;
  view.find(".here").hidden = !data.walk;
  view.find(".legend").innerHTML = data.honest
    ? `True neighbours kept: 0 %<span class="scale" style="background:linear-gradient(90deg, ${[0, 50, 100].map(shareColour)})"></span>100 %`
    : "Each small digit is a test digit: its shape and its colour tell its class.";
  view.other.setAttribute("aria-label", data.otherAlt);
  choose(view, view.tool);
}

const spanOf = ({ data }, axis) => data.frame[axis][1] - data.frame[axis][0];
const partOf = (view, at) => at.map((value, axis) => (value - view.data.frame[axis][0]) / spanOf(view, axis));
const unitsOf = (view, part) => part.map((value, axis) => Number((view.data.frame[axis][0] + value * spanOf(view, axis)).toPrecision(5)));

// --- to Python ---

function tell(view, look) {
  clearTimeout(view.quietTimer);
  view.look = look;
  view.path = null;
  view.tell({ token: view.token, at: look.at ?? null, digit: look.digit ?? null, area: look.area ?? null });
  paint(view);
}

function choosePlace(view) {
  if (!view.place) return;
  const { nearest, place } = view;
  const near = nearest && Math.hypot(nearest.x - place[0], nearest.y - place[1]) <= NEAR;
  const digit = near ? nearest.index : null;
  tell(view, { ...view.look, at: unitsOf(view, place), digit });
}

function chooseArea(view) {
  const { path } = view;
  if (!path || path.length < 2) return;
  tell(view, { ...view.look, area: thinned(path, 40).map((part) => unitsOf(view, part)) });
}

const thinned = (path, most) =>
  path.length <= most ? path : Array.from({ length: most }, (_, i) => path[Math.round((i * (path.length - 1)) / (most - 1))]);

// --- pointer and keys ---

function choose(view, tool) {
  view.tool = tool;
  view.path = null;
  for (const button of view.root.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
  view.find(".hint").textContent = view.data.hints[tool];
  paint(view);
}

function listen(view) {
  const { main } = view;
  const placeOf = ({ clientX, clientY }) => {
    const box = main.getBoundingClientRect();
    return [clamp((clientX - box.left) / box.width), clamp(1 - (clientY - box.top) / box.height)];
  };
  main.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    main.setPointerCapture(event.pointerId);
    view.place = placeOf(event);
    view.path = view.tool === "walk" ? null : [view.place];
    paint(view);
  });
  main.addEventListener("pointermove", (event) => {
    const drags = main.hasPointerCapture(event.pointerId);
    view.place = placeOf(event);
    if (drags && view.tool === "box") view.path = [view.path[0], view.place];
    if (drags && view.tool === "lasso") view.path.push(view.place);
    paint(view);
  });
  main.addEventListener("pointerup", (event) => {
    if (event.button !== 0) return;
    if (view.tool === "walk") choosePlace(view);
    else chooseArea(view);
  });
  main.addEventListener("pointercancel", () => {
    view.path = null;
    paint(view);
  });
  main.addEventListener("pointerleave", () => {
    if (!view.look.at) return;
    view.place = partOf(view, view.look.at); // back to what is told below the map
    paint(view);
  });
  main.addEventListener("keydown", (event) => onKey(view, event));
}

function onKey(view, event) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (way) {
    const step = event.shiftKey ? STEP / 4 : STEP;
    const [x, y] = view.place ?? [0.5, 0.5];
    view.place = [clamp(x + way[0] * step), clamp(y + way[1] * step)];
    if (view.path) view.path = [view.path[0], view.place];
    clearTimeout(view.quietTimer);
    if (view.tool === "walk") view.quietTimer = setTimeout(() => choosePlace(view), QUIET_MS);
  } else if (event.key === "Enter" || event.key === " ") {
    view.place ??= [0.5, 0.5];
    if (view.tool === "walk") choosePlace(view);
    else if (view.path) chooseArea(view);
    else view.path = [view.place, view.place];
  } else if (event.key === "Escape" && view.path) {
    view.path = null;
  } else return;
  event.preventDefault();
  paint(view);
}

const clamp = (value) => Math.min(1, Math.max(0, value));

// --- the screen ---

function paint(view) {
  cancelAnimationFrame(view.frame);
  view.frame = requestAnimationFrame(() => {
    view.nearest = view.place && nearestTo(view, view.place);
    paintMap(view, view.main, 0);
    paintMap(view, view.other, 2);
    paintPictures(view);
    view.main.setAttribute("aria-label", `${view.data.alt} ${whereInWords(view)}`);
  });
}

function nearestTo({ points }, [x, y]) {
  let best = null, least = Infinity;
  for (let i = 0; i < points.length / 4; i++) {
    const dx = points[4 * i] / 65535 - x, dy = points[4 * i + 1] / 65535 - y;
    const square = dx * dx + dy * dy;
    if (square < least) [least, best] = [square, i];
  }
  return { index: best, x: points[4 * best] / 65535, y: points[4 * best + 1] / 65535 };
}

function paintMap(view, canvas, offset) {
  const size = canvas.width, context = canvas.getContext("2d");
  const text = getComputedStyle(view.root).color;
  if (view.layers.get(canvas)?.text !== text) view.layers.set(canvas, paintedPoints(view, canvas, offset, text));
  context.clearRect(0, 0, size, size);
  context.drawImage(view.layers.get(canvas).canvas, 0, 0);
  context.strokeStyle = context.fillStyle = text;
  const at = ([x, y]) => [x * size, (1 - y) * size];
  if (view.nearest) {
    const { index } = view.nearest;
    ring(context, at([view.points[4 * index + offset] / 65535, view.points[4 * index + offset + 1] / 65535]), 14, []);
  }
  if (offset) return;
  if (view.place) cross(context, at(view.place));
  if (view.look.at) ring(context, at(partOf(view, view.look.at)), 22, [5, 5]);
  if (view.data.own) own(context, at(partOf(view, view.data.own)));
  const path = view.path ?? view.look.area?.map((each) => partOf(view, each));
  if (path) outline(context, path.map(at));
}

function ring(context, [x, y], radius, dashes) {
  context.lineWidth = 3;
  context.setLineDash(dashes);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
  context.setLineDash([]);
}

function cross(context, [x, y]) {
  context.lineWidth = 2;
  context.beginPath();
  for (const [dx, dy] of [[1, 0], [0, 1]]) {
    for (const side of [-1, 1]) {
      context.moveTo(x + 18 * side * dx, y + 18 * side * dy);
      context.lineTo(x + 34 * side * dx, y + 34 * side * dy);
    }
  }
  context.stroke();
}

function own(context, [x, y]) {
  context.lineWidth = 4;
  context.beginPath();
  for (const [dx, dy] of [[0, -18], [18, 0], [0, 18], [-18, 0]]) context.lineTo(x + dx, y + dy);
  context.closePath();
  context.stroke();
  context.font = "600 26px sans-serif";
  context.fillText("yours", x + 24, y + 9);
}

function outline(context, corners) {
  const [[x0, y0], [x1, y1]] = [corners[0], corners[corners.length - 1]];
  const around = corners.length === 2 ? [[x0, y0], [x1, y0], [x1, y1], [x0, y1]] : corners;
  context.lineWidth = 3;
  context.setLineDash([10, 6]);
  context.beginPath();
  for (const [x, y] of around) context.lineTo(x, y);
  context.closePath();
  context.stroke();
  context.globalAlpha = 0.12;
  context.fill();
  context.globalAlpha = 1;
  context.setLineDash([]);
}

// The points without marks, painted once. Each is written as its digit: class is never told by
// colour alone.
function paintedPoints(view, canvas, offset, text) {
  const layer = document.createElement("canvas");
  layer.width = layer.height = canvas.width;
  const context = layer.getContext("2d");
  const { points, facts } = view;
  const count = points.length / 4;
  const size = Math.round((canvas.width / 960) * Math.max(13, 26 - 4 * Math.log10(count)));
  const glyphs = new Map();
  for (let i = 0; i < count; i++) {
    const [label, share] = [facts[2 * i], facts[2 * i + 1]];
    const colour = view.data.honest ? shareColour(share) : `hsl(${label * 36} 65% 52%)`;
    const key = `${label} ${colour}`;
    if (!glyphs.has(key)) glyphs.set(key, glyph(label, colour, size));
    const x = (points[4 * i + offset] / 65535) * layer.width, y = (1 - points[4 * i + offset + 1] / 65535) * layer.width;
    context.drawImage(glyphs.get(key), Math.round(x - size / 2), Math.round(y - size / 2));
  }
  return { canvas: layer, text };
}

function glyph(label, colour, size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  context.font = `600 ${size}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(label, size / 2, size / 2 + 1);
  return canvas;
}

// From orange over grey to blue, which all common kinds of colour blindness tell apart.
function shareColour(percent) {
  const [from, to] = percent < 50 ? [[217, 115, 13], [140, 140, 150]] : [[140, 140, 150], [47, 111, 222]];
  const part = (percent % 50) / 50 + (percent === 100 ? 1 : 0);
  return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * part))})`;
}

// --- the pictures ---

function paintPictures(view) {
  const { data, nearest, place } = view;
  const put = (selector, paintOn, caption, alt) => {
    const canvas = view.find(`${selector} canvas`);
    const context = canvas.getContext("2d");
    context.fillStyle = "#000";
    context.fillRect(0, 0, 28, 28);
    const painted = Boolean(place) && paintOn(context);
    canvas.dataset.painted = painted;
    canvas.setAttribute("aria-label", place ? alt : "Nothing yet: point at the map");
    canvas.nextElementSibling.textContent = place ? caption : "";
  };
  const index = nearest?.index;
  const what = nearest && `a ${view.facts[2 * index]}`;
  const fromSheet = (name) => (context) => {
    const sheet = globalThis.aeSheets?.get(name);
    if (!sheet) return false;
    context.drawImage(sheet, 28 * (index % data.columns), 28 * Math.floor(index / data.columns), 28, 28, 0, 0, 28, 28);
    return true;
  };
  if (data.walk) put(".here", (context) => blend(context, data.walk, place), place ? whereInWords(view) : "", "What the decoder makes of this place");
  put(".digit", fromSheet(data.digits), nearest ? `${what}, number ${index}` : "", `Test digit ${index}, ${what}, the nearest on the map`);
  put(".rebuilt", fromSheet(data.rebuilt), nearest ? `${view.facts[2 * index + 1]} % of its neighbours kept` : "", `Reconstruction of test digit ${index}`);
  clearTimeout(view.spokenTimer);
  view.spokenTimer = setTimeout(() => {
    view.find(".unseen").textContent = place ? `${whereInWords(view)}. Nearest: ${what}` : "";
  }, QUIET_MS);
}

function whereInWords(view) {
  if (!view.place) return "";
  const [x, y] = unitsOf(view, view.place).map((value) => value.toFixed(1));
  return view.data.names.length === 1 ? `${view.data.names[0]} = ${x}` : `${view.data.names[0]} = ${x}, ${view.data.names[1]} = ${y}`;
}

// The four nearest places of the sheet, each by its share: as smooth as the hand.
function blend(context, { name, side }, [x, y]) {
  const sheet = globalThis.aeSheets?.get(name);
  if (!sheet) return false;
  const [column, row] = [x * (side - 1), (1 - y) * (side - 1)];
  const [left, top] = [column, row].map((value) => Math.min(Math.floor(value), side - 2));
  context.globalCompositeOperation = "lighter";
  for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
    context.globalAlpha = (dx ? column - left : 1 - column + left) * (dy ? row - top : 1 - row + top);
    context.drawImage(sheet, 28 * (left + dx), 28 * (top + dy), 28, 28, 0, 0, 28, 28);
  }
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-over";
  return true;
}
