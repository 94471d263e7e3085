// The drawing pad: strokes in, ink out to Python, pictures from Python back in.
//
// Streamlit calls the default export on every change of `data` and of the theme.
// A drawing outlives all of that (and a page switch) in `drawings`; a view is
// one mount of it on the screen.

const SIDE = 560; // the canvas, in its own pixels
const GRID = 56; // the ink that is sent; each value the mean of a block
const BLOCK = SIDE / GRID;
const REST_MS = 250; // so long after the pen the page may do heavier work

const drawings = new Map(); // name -> drawing
const views = new WeakMap(); // parentElement -> view

export default function drawingPad({ data: [data], parentElement, setStateValue, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view?.canvas.isConnected) {
    if (view) dismiss(view);
    view = mount(parentElement);
    views.set(parentElement, view);
  }
  view.sendInk = (ink) => setStateValue("ink", ink);
  view.sayRest = (number) => setTriggerValue("rest", number);
  view.sendPicture = (picture) => setTriggerValue("pasted", picture);
  receive(view, data);
  return whenGone(parentElement, () => dismiss(view));
}

function dismiss(view) {
  view.flight.stop();
  clearTimeout(view.restTimer);
  view.endPaste();
}

// --- the drawing: a list of marks, so that undo is to take back the last one ---

function drawingNamed(name) {
  if (!drawings.has(name)) {
    drawings.set(name, { marks: [], undone: [], number: 0, loaded: null, width: 50, erase: false, scribble: false });
  }
  return drawings.get(name);
}

function addMark(view, mark) {
  view.drawing.marks.push(mark);
  view.drawing.undone = [];
}

function isEmpty({ marks }) {
  return marks.length === 0 || marks.at(-1).kind === "clear";
}

function moveMark(view, from, to) {
  if (from.length === 0 || view.pen !== null) return;
  to.push(from.pop());
  repaint(view);
  changed(view);
}

function clear(view) {
  if (isEmpty(view.drawing) || view.pen !== null) return;
  addMark(view, { kind: "clear" });
  repaint(view);
  changed(view);
}

// --- painting ---

function repaint(view) {
  const { context } = view;
  const { marks } = view.drawing;
  context.fillStyle = "#000";
  context.fillRect(0, 0, SIDE, SIDE);
  const start = marks.findLastIndex(({ kind }) => kind !== "stroke");
  if (marks[start]?.kind === "picture") {
    paintPicture(context, marks[start].pixels, GRID);
    context.imageSmoothingEnabled = false; // blocks, so that the ink sent is the ink loaded
    context.drawImage(view.canvas, 0, 0, GRID, GRID, 0, 0, SIDE, SIDE);
  }
  view.noise.clearRect(0, 0, SIDE, SIDE);
  for (const stroke of marks.slice(start + 1)) paintStroke(view, stroke, 0);
}

// --- to Python ---

function changed(view) {
  clearTimeout(view.restTimer);
  showTools(view);
  view.flight.changed();
}

function post(view, number) {
  view.results.setAttribute("aria-busy", "true");
  view.results.dataset.sent = number;
  const { loaded } = view.drawing;
  view.sendInk({ number, loaded, pixels: base64Of(blockMeans(view.context, 0)), ...noiseIn(view) });
}

// Tells Python that the pen has come to rest, once for a change: what is too heavy for every
// update is done then.
function restLater(view) {
  clearTimeout(view.restTimer);
  if (view.pen !== null || view.flight.waitingFor !== 0 || view.drawing.number === view.rested) return;
  view.restTimer = setTimeout(() => {
    view.rested = view.drawing.number;
    view.sayRest(view.rested);
  }, REST_MS);
}

// --- from Python ---

function receive(view, data) {
  const drawing = drawingNamed(data.name);
  const isNew = view.drawing !== drawing;
  view.drawing = drawing;
  view.noisePen = data.noise_pen;
  view.flight.counter = drawing;
  const answered = view.flight.answers(data.number);
  const loads = data.load !== null && data.load.nonce !== drawing.loaded;
  if (loads) {
    drawing.loaded = data.load.nonce;
    view.pen = null; // a stroke under way ends here
    addMark(view, { kind: "picture", pixels: data.load.pixels });
  }
  if (isNew || answered) {
    view.flight.landed();
    view.results.setAttribute("aria-busy", "false");
  }
  if (isNew) view.rested = drawing.number; // the page was made for this ink
  if (isNew || loads) repaint(view);
  if (loads || (isNew && drawing.marks.length > 0 && data.number < drawing.number)) changed(view);
  else view.flight.sendIfDirty();
  showResults(view, data);
  showTools(view);
  view.message = data.message;
  showMessage(view);
  restLater(view);
}

function showResults({ results, template }, { pictures, number }) {
  // Nodes are kept from frame to frame: nothing flickers.
  while (results.children.length > pictures.length) results.lastElementChild.remove();
  while (results.children.length < pictures.length) results.append(template.content.cloneNode(true));
  pictures.forEach(({ label, pixels, caption }, i) => {
    const [title, canvas, text] = results.children[i].children;
    title.textContent = label;
    text.textContent = caption;
    canvas.setAttribute("aria-label", caption ? `${label}: ${caption}` : label);
    paintPicture(canvas.getContext("2d"), pixels, 28);
  });
  results.dataset.number = number;
}

// The message is read aloud: only when the pen is up, never for ink of the past,
// and once.
function showMessage({ messageElement, message, pen, flight }) {
  if (pen !== null || flight.waitingFor !== 0 || messageElement.textContent === message) return;
  messageElement.textContent = message;
}

function showTools({ root, canvas, drawing, find, noisePen }) {
  const start = drawing.marks.findLastIndex(({ kind }) => kind !== "stroke");
  const count = drawing.marks.length - 1 - start;
  const strokes = count === 1 ? "1 stroke" : `${count} strokes`;
  const picture = drawing.marks[start]?.kind === "picture" ? "a picture and " : "";
  root.classList.toggle("inked", !isEmpty(drawing));
  canvas.setAttribute("aria-label", `Drawing area, ${isEmpty(drawing) ? "empty" : picture + strokes}`);
  // aria-disabled and not disabled: a button that gets disabled loses the focus
  find(".undo").setAttribute("aria-disabled", drawing.marks.length === 0);
  find(".redo").setAttribute("aria-disabled", drawing.undone.length === 0);
  find(".clear").setAttribute("aria-disabled", isEmpty(drawing));
  find(".eraser").setAttribute("aria-pressed", drawing.erase);
  showNoisePen({ find, drawing, noisePen });
  find(`[name=brush][value="${drawing.width}"]`).checked = true;
}

// --- the screen ---

function mount(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const canvas = find(".ink");
  const view = {
    find,
    canvas,
    root: find(".lab"),
    results: find(".results"),
    template: find("template"),
    messageElement: find(".message"),
    // read back at every update: keep the bitmap where the processor can reach it
    context: canvas.getContext("2d", { willReadFrequently: true }),
    noise: find(".noise").getContext("2d", { willReadFrequently: true }),
    noisePen: false, // whether there is one
    drawing: null,
    pen: null, // pointerId of the pen that is down
    rested: 0, // number of the ink that Python has been told to be at rest
    restTimer: 0,
  };
  view.flight = new Flight((number) => post(view, number));
  listenToPen(view);
  listenToTools(view);
  view.endPaste = listenToPaste((picture) => view.sendPicture(picture));
  return view;
}

function listenToPen(view) {
  const { canvas } = view;
  const place = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) * SIDE) / box.width, ((clientY - box.top) * SIDE) / box.height];
  };
  const extend = (events) => {
    const stroke = view.stroke;
    const from = stroke.points.length;
    stroke.points.push(...events.map(place));
    paintStroke(view, stroke, from);
    changed(view);
  };
  canvas.addEventListener("pointerdown", (event) => {
    const eraserEnd = event.button === 5;
    if (view.pen !== null || (event.button !== 0 && !eraserEnd)) return;
    canvas.setPointerCapture(event.pointerId);
    view.pen = event.pointerId;
    const erase = view.drawing.erase || eraserEnd;
    const scribble = view.noisePen && view.drawing.scribble && !erase;
    const width = scribble ? NOISE_WIDTH : view.drawing.width;
    view.stroke = { kind: "stroke", width, erase, scribble, points: [] };
    addMark(view, view.stroke);
    extend([event]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== view.pen) return;
    const events = event.getCoalescedEvents?.() ?? [];
    extend(events.length > 0 ? events : [event]);
  });
  const lift = (event) => {
    if (event.pointerId !== view.pen) return;
    view.pen = null; // every point is on its way already
    showMessage(view);
    restLater(view);
  };
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) canvas.addEventListener(type, lift);
  canvas.addEventListener("contextmenu", (event) => {
    if (view.pen !== null) event.preventDefault(); // a long press is a slow stroke
  });
}

function listenToTools(view) {
  const undo = () => moveMark(view, view.drawing.marks, view.drawing.undone);
  const redo = () => moveMark(view, view.drawing.undone, view.drawing.marks);
  view.find(".undo").addEventListener("click", undo);
  view.find(".redo").addEventListener("click", redo);
  view.find(".clear").addEventListener("click", () => clear(view));
  view.find(".eraser").addEventListener("click", () => {
    view.drawing.erase = !view.drawing.erase;
    view.drawing.scribble = false;
    showTools(view);
  });
  listenToNoisePen(view);
  view.find(".brushes").addEventListener("change", (event) => {
    view.drawing.width = Number(event.target.value);
  });
  view.root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || view.pen !== null) return;
    event.preventDefault();
    event.shiftKey ? redo() : undo();
  });
}
