// A map of latent vectors to walk on. The network of the page decodes what is at the pointer in the
// frame in which it moves; Python hears of a place, a digit or an area when it is chosen.

const QUIET_MS = 600; // after so long without a key the place is chosen
const STEP = 0.02; // of the frame, for an arrow key
const NEAR = 0.03; // of the frame: a click chooses a digit that is no farther
const MOST_CORNERS = 40; // of a lasso
const OWN_DRAWING = "own";
const BLENDED = 5; // digits whose latent vectors give that of a place where there is no way back

function mount(view) {
  const { find } = view;
  Object.assign(view, {
    main: find(".main canvas"),
    other: find(".other canvas"),
    spoken: find(".unseen"),
    tool: "walk",
    token: null,
    look: {}, // what Python knows: at and area in units of the frame, and the digit's number
    place: null, // of the pointer; at first that of a digit, so that there is something to see
    path: null, // of the box or lasso that is being drawn
    near: null, // the digits nearest to the place, the nearest first
    layers: new Map(), // canvas -> its points, painted once
    spreads: new Map(), // what -> what the network makes of it
    quietTimer: 0,
    spokenTimer: 0,
    frame: 0,
  });
  view.endings = ["network", "vectors", "sheet"].map((kind) => hear(kind, () => paintSoon(view)));
  find(".tools").addEventListener("click", ({ target }) => {
    if (target.dataset.tool) choose(view, target.dataset.tool);
    else if (target.classList.contains("clear")) send(view, {});
  });
  listen(view);
}

function dismiss(view) {
  for (const end of view.endings) end();
  clearTimeout(view.quietTimer);
  clearTimeout(view.spokenTimer);
  cancelAnimationFrame(view.frame);
}

// --- from Python ---

function receive(view, data) {
  if (view.data !== data) {
    view.data = data;
    view.points = new Uint16Array(bytesOf(data.points).buffer); // x, y, and x, y on the other map
    view.facts = bytesOf(data.facts); // class, and percent of the true neighbours that are kept
    view.layers.clear();
    view.spreads.clear();
  }
  if (view.token !== data.token) {
    view.token = data.token;
    view.look = data.start;
    view.place = view.look.at ? partsOf(data.frame, view.look.at) : pointAt(view.points, 0, 0);
    view.path = null;
  }
  view.find(".main figcaption").textContent = data.title;
  view.find(".other figcaption").textContent = data.otherTitle;
  view.find(".legend").innerHTML = data.byPreservation
    ? `Neighbourhood preservation: <span class="scale">0 %<i style="background:linear-gradient(90deg, ${[0, 50, 100].map(shareColour)})"></i>100 %</span>`
    : "Each small digit is one test digit. Its shape and its colour show its class.";
  view.other.setAttribute("aria-label", data.otherAlt);
  choose(view, view.tool);
}

// --- to Python ---

function send(view, look) {
  clearTimeout(view.quietTimer);
  view.look = look;
  view.path = null;
  const { at = null, digit = null, area = null } = look;
  view.setStateValue("look", { token: view.token, at, digit, area });
  paintSoon(view);
}

function choosePlace(view) {
  const { near: [nearest], place, data } = view;
  const isNear = nearest.square <= NEAR ** 2;
  send(view, { ...view.look, at: unitsOf(data.frame, place), digit: isNear ? nearest.index : null });
}

function chooseArea(view) {
  const { path, data } = view;
  if (!path || path.length < 2) return;
  send(view, { ...view.look, area: thinned(path, MOST_CORNERS).map((place) => unitsOf(data.frame, place)) });
}

// A path with `most` places at most, the first and the last among them.
const thinned = (path, most) =>
  path.length <= most ? path : Array.from({ length: most }, (_, i) => path[Math.round((i * (path.length - 1)) / (most - 1))]);

// --- pointer and keys ---

function choose(view, tool) {
  view.tool = tool;
  view.path = null;
  for (const button of view.root.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
  view.find(".hint").textContent = view.data.hints[tool];
  paintSoon(view);
}

function placeIn(box, { clientX, clientY }) {
  return [(clientX - box.left) / box.width, 1 - (clientY - box.top) / box.height].map((part) => clamp(part, 0, 1));
}

function listen(view) {
  const { main } = view;
  main.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    main.setPointerCapture(event.pointerId);
    view.place = placeIn(main.getBoundingClientRect(), event);
    view.path = view.tool === "walk" ? null : [view.place];
    paintSoon(view);
  });
  main.addEventListener("pointermove", (event) => {
    const drags = main.hasPointerCapture(event.pointerId);
    view.place = placeIn(main.getBoundingClientRect(), event);
    if (drags && view.tool === "box") view.path = [view.path[0], view.place];
    if (drags && view.tool === "lasso") view.path.push(view.place);
    paintSoon(view);
  });
  main.addEventListener("pointerup", (event) => {
    if (event.button !== 0) return;
    if (view.tool === "walk") choosePlace(view);
    else chooseArea(view);
  });
  main.addEventListener("pointercancel", () => {
    view.path = null;
    paintSoon(view);
  });
  main.addEventListener("pointerleave", () => {
    if (!view.look.at) return;
    view.place = partsOf(view.data.frame, view.look.at); // back to what is told below the map
    paintSoon(view);
  });
  main.addEventListener("keydown", (event) => onKey(view, event));
}

function onKey(view, event) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (way) {
    const step = event.shiftKey ? STEP / 4 : STEP;
    view.place = view.place.map((part, axis) => clamp(part + step * way[axis], 0, 1));
    if (view.path) view.path = [view.path[0], view.place];
    clearTimeout(view.quietTimer);
    if (view.tool === "walk") view.quietTimer = setTimeout(() => choosePlace(view), QUIET_MS);
  } else if (event.key === "Enter" || event.key === " ") {
    if (view.tool === "walk") choosePlace(view);
    else if (view.path) chooseArea(view);
    else view.path = [view.place, view.place];
  } else if (event.key === "Escape" && view.path) {
    view.path = null;
  } else return;
  event.preventDefault();
  paintSoon(view);
}

// --- the screen ---

function paintSoon(view) {
  cancelAnimationFrame(view.frame);
  view.frame = requestAnimationFrame(() => {
    view.near = nearestTo(view.points, view.place, BLENDED);
    paintMap(view, view.main, 0);
    paintMap(view, view.other, 2);
    paintPictures(view);
    view.main.setAttribute("aria-label", `${view.data.alt} ${whereInWords(view)}`);
    speakLater(view);
  });
}

function paintMap(view, canvas, offset) {
  const { data, near, place, look } = view;
  const size = canvas.width, context = canvas.getContext("2d");
  const theme = themeOf(canvas);
  if (view.layers.get(canvas)?.text !== theme.text) view.layers.set(canvas, paintedPoints(view, size, offset, theme));
  context.clearRect(0, 0, size, size);
  context.drawImage(view.layers.get(canvas).canvas, 0, 0);
  context.strokeStyle = context.fillStyle = theme.text;
  const at = ([x, y]) => [x * size, (1 - y) * size];
  ring(context, at(pointAt(view.points, near[0].index, offset)), 14);
  if (offset) return;
  cross(context, at(place), 18, 34);
  if (look.at) ring(context, at(partsOf(data.frame, look.at)), 22, [5, 5]);
  paintSpread(view, context, look.digit);
  const path = view.path ?? look.area?.map((corner) => partsOf(data.frame, corner));
  if (path) outline(context, path.map(at));
  context.strokeStyle = context.fillStyle = theme.own;
  if (data.own) own(context, at(partsOf(data.frame, data.own)));
  if (data.own) paintSpread(view, context, OWN_DRAWING);
}

// The posterior of a VAE of two dimensions: z_mean ± σ of a chosen digit or of one's own drawing.
function paintSpread(view, context, what) {
  const network = networkOf(view.data.network);
  if (what === null || what === undefined || !network?.z_log_var || network.latent_dim !== 2) return;
  const { frame } = view.data, { canvas: { width: size } } = context;
  if (!view.spreads.has(what)) {
    const image = what === OWN_DRAWING ? bytesOf(view.data.ownPixels) : digitOf(view.data, what);
    if (!image) return;
    view.spreads.set(what, reconstruct(network, Float32Array.from(image, (value) => value / 255)));
  }
  const { z, deviation } = view.spreads.get(what);
  const [x, y] = partsOf(frame, Array.from(z));
  ellipse(context, [x * size, (1 - y) * size], frame.map(([from, to], i) => (deviation[i] * size) / (to - from)));
}

// The bytes of a digit on the sheet, as soon as that has arrived.
function digitOf(data, index) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  const context = canvas.getContext("2d"), paintOn = shows(data, index);
  if (!paintOn) return null;
  paintOn(context);
  return context.getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0);
}

// The points without marks; the fewer there are, the larger they are.
function paintedPoints({ points, facts, data }, size, offset, theme) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  const count = points.length / 4;
  const glyphSize = Math.round((size / 960) * Math.max(13, 26 - 4 * Math.log10(count)));
  for (let i = 0; i < count; i++) {
    const [label, share] = [facts[2 * i], facts[2 * i + 1]];
    const [x, y] = pointAt(points, i, offset);
    const colour = data.byPreservation ? shareColour(share) : classColour(label, theme.dark);
    paintDigit(context, [x * size, (1 - y) * size], label, colour, glyphSize);
  }
  if (!offset) paintAxes(context, data, size, theme);
  return { canvas, text: theme.text };
}

// --- the pictures ---

function paintPictures(view) {
  const { data, near: [{ index }], facts } = view;
  const what = aDigit(facts[2 * index]);
  const kept = data.byPreservation ? `${facts[2 * index + 1]} % of its neighbours kept` : "";
  const network = networkOf(data.network), vectors = lab.vectors.get(data.vectors);
  const z = network && vectors && vectorAt(vectors, network.latent_dim, index);
  put(view, ".here", decodes(network, vectorHere(view, network, vectors)), whereInWords(view), "Decoder output at this place");
  put(view, ".nearest", shows(data, index), `${what}, no. ${index}`, `Test digit no. ${index} (${what}), the nearest on the map`);
  put(view, ".reconstruction", decodes(network, z), kept, `Reconstruction of test digit no. ${index}`);
  const told = view.find(".failure"), failure = failureOf(data.network);
  if (told.textContent !== failure) told.textContent = failure; // it is read aloud once
}

// The latent vector at the pointer, or undefined as long as what it is made of has not arrived.
function vectorHere({ data, place, near }, network, vectors) {
  if (data.plane) return onPlane(data.plane, exactUnitsOf(data.frame, place));
  return network && vectors && between(vectors, network.latent_dim, near);
}

// What paints a picture, or null as long as it cannot be.
const decodes = (network, z) => (network && z ? (context) => paint(context, greyOf(network.decoder.run(z)), 28) : null);

function shows({ digits, columns }, index) {
  const sheet = lab.sheets.get(digits);
  const [left, top] = [28 * (index % columns), 28 * Math.floor(index / columns)];
  return sheet ? (context) => context.drawImage(sheet, left, top, 28, 28, 0, 0, 28, 28) : null;
}

function put(view, selector, paintOn, caption, alt) {
  const canvas = view.find(`${selector} canvas`), context = canvas.getContext("2d");
  context.clearRect(0, 0, 28, 28);
  paintOn?.(context);
  canvas.dataset.painted = paintOn !== null;
  canvas.setAttribute("aria-label", alt);
  const missing = failureOf(view.data.network) ? "no picture" : "loading the picture";
  canvas.nextElementSibling.textContent = paintOn ? caption : missing;
}

// After a pause: at every frame it would be a stream of words.
function speakLater(view) {
  clearTimeout(view.spokenTimer);
  view.spokenTimer = setTimeout(() => {
    const { spoken, near, facts } = view;
    const words = [whereInWords(view), `Nearest: ${aDigit(facts[2 * near[0].index])}`];
    spoken.textContent = words.filter(Boolean).join(". ");
  }, QUIET_MS);
}

function whereInWords({ place, data }) {
  const units = unitsOf(data.frame, place);
  return data.names.map((name, axis) => `${name} = ${units[axis].toFixed(1)}`).join(", ");
}

export default component({ mount, receive, dismiss });
