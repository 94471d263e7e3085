// A map of codes to walk on. All that follows the pointer is drawn here, from sheets of pictures
// that the browser has; Python hears of a place, a digit or an area when it is chosen.
//
// Places are parts of the frame, x to the right and y upwards, from 0 to 1. The frame's own units,
// those of the code, are what goes out.

const QUIET_MS = 600; // after so long without a key the place is chosen
const STEP = 0.02; // of the frame, for an arrow key
const NEAR = 0.03; // of the frame: a click chooses a digit that is no farther

const views = new WeakMap(); // parentElement -> view

export default function latentMap({ data: [data], parentElement, setStateValue }) {
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
  put(".rebuilt", fromSheet(data.rebuilt), nearest && data.honest ? `${view.facts[2 * index + 1]} % of its neighbours kept` : "", `Reconstruction of test digit ${index}`);
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
