// The drawing pad: strokes in, ink out to Python, pictures from Python back in.
//
// A drawing outlives every change of the data and of the theme, and a switch of pages, in
// `drawings`; a view is one mount of it on the screen.

const REST_MS = 250; // so long after the pen the page may do heavier work

const drawings = new Map(); // name -> drawing

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

// Only what follows the last picture, or the last clearing, is seen.
const startOf = (marks) => marks.findLastIndex(({ kind }) => kind !== "stroke");
const seenBy = (view, marks) => marks.filter((mark) => !isHidden(view, mark));

function isEmpty(view) {
  const marks = seenBy(view, view.drawing.marks);
  return marks.length === 0 || marks.at(-1).kind === "clear";
}

function inWords(view) {
  if (isEmpty(view)) return "empty";
  const marks = seenBy(view, view.drawing.marks);
  const start = startOf(marks);
  const count = marks.length - 1 - start;
  const picture = marks[start]?.kind === "picture" ? "a picture and " : "";
  return `${picture}${count === 1 ? "1 stroke" : `${count} strokes`}`;
}

function moveMark(view, from, to) {
  if (seenBy(view, from).length === 0 || view.pen !== null) return;
  do to.push(from.pop());
  while (isHidden(view, to.at(-1)));
  repaint(view);
  changed(view);
}

const undo = (view) => moveMark(view, view.drawing.marks, view.drawing.undone);
const redo = (view) => moveMark(view, view.drawing.undone, view.drawing.marks);

function clear(view) {
  if (isEmpty(view) || view.pen !== null) return;
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
  const start = startOf(marks);
  if (marks[start]?.kind === "picture") {
    paint(context, bytesOf(marks[start].pixels), GRID);
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
  const noise = view.noisePen ? { noise: base64Of(noiseOf(view)) } : {};
  const { loaded } = view.drawing;
  view.setStateValue("ink", { number, loaded, pixels: base64Of(inkOf(view)), ...noise });
}

// Tells Python that the pen has come to rest, once for a change: what is too heavy for every
// update is done then.
function restLater(view) {
  clearTimeout(view.restTimer);
  if (view.pen !== null || view.flight.waitingFor !== 0 || view.drawing.number === view.rested) return;
  view.restTimer = setTimeout(() => {
    view.rested = view.drawing.number;
    view.setTriggerValue("rest", view.rested);
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

function showResults({ results, find }, { pictures, number }) {
  // Nodes are kept from frame to frame: nothing flickers.
  const figure = find("template").content.firstElementChild;
  while (results.children.length > pictures.length) results.lastElementChild.remove();
  while (results.children.length < pictures.length) results.append(figure.cloneNode(true));
  pictures.forEach(({ label, pixels, caption }, i) => {
    const [title, canvas, text] = results.children[i].children;
    title.textContent = label;
    text.textContent = caption;
    canvas.setAttribute("aria-label", caption ? `${label}: ${caption}` : label);
    paint(canvas.getContext("2d"), bytesOf(pixels), 28);
  });
  results.dataset.number = number;
}

// The message is read aloud: only when the pen is up, never for ink of the past,
// and once.
function showMessage({ messageElement, message, pen, flight }) {
  if (pen !== null || flight.waitingFor !== 0 || messageElement.textContent === message) return;
  messageElement.textContent = message;
}

function showTools(view) {
  const { root, canvas, drawing, find, noisePen } = view;
  root.classList.toggle("inked", !isEmpty(view));
  canvas.setAttribute("aria-label", `Drawing area, ${inWords(view)}`);
  find(".undo").setAttribute("aria-disabled", seenBy(view, drawing.marks).length === 0);
  find(".redo").setAttribute("aria-disabled", seenBy(view, drawing.undone).length === 0);
  find(".clear").setAttribute("aria-disabled", isEmpty(view));
  find(".eraser").setAttribute("aria-pressed", drawing.erase);
  find(".noise-pen").hidden = !noisePen;
  find(".noise-pen").setAttribute("aria-pressed", drawing.scribble);
  find(`[name=brush][value="${drawing.width}"]`).checked = true;
}

// --- the screen ---

function mount(view) {
  const { find } = view;
  const canvas = find(".ink");
  Object.assign(view, {
    canvas,
    results: find(".results"),
    messageElement: find(".message"),
    // read back at every update: keep the bitmap where the processor can reach it
    context: canvas.getContext("2d", { willReadFrequently: true }),
    noise: find(".noise").getContext("2d", { willReadFrequently: true }),
    noisePen: false, // whether there is one
    drawing: null,
    pen: null, // pointerId of the pen that is down
    rested: 0, // number of the ink that Python has been told to be at rest
    restTimer: 0,
    flight: new Flight((number) => post(view, number)),
    endPaste: listenToPaste((picture) => view.setTriggerValue("pasted", picture)),
  });
  listenToPen(view);
  listenToTools(view);
}

function dismiss(view) {
  view.flight.stop();
  clearTimeout(view.restTimer);
  view.endPaste();
}

// Where a pointer is, in the canvas' own pixels.
const placeIn = (box, { clientX, clientY }) =>
  [((clientX - box.left) * SIDE) / box.width, ((clientY - box.top) * SIDE) / box.height];

function newStroke({ drawing, noisePen }, erase) {
  const scribble = noisePen && drawing.scribble && !erase;
  return { kind: "stroke", width: scribble ? NOISE_WIDTH : drawing.width, erase, scribble, points: [] };
}

function listenToPen(view) {
  const { canvas } = view;
  const extend = (events) => {
    const { points } = view.stroke;
    const from = points.length;
    const box = canvas.getBoundingClientRect();
    points.push(...events.map((event) => placeIn(box, event)));
    paintStroke(view, view.stroke, from);
    changed(view);
  };
  canvas.addEventListener("pointerdown", (event) => {
    const eraserEnd = event.button === 5;
    if (view.pen !== null || (event.button !== 0 && !eraserEnd)) return;
    canvas.setPointerCapture(event.pointerId);
    view.pen = event.pointerId;
    view.stroke = newStroke(view, view.drawing.erase || eraserEnd);
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
  const { find } = view;
  // The eraser and the noise pen: one of them, or neither.
  const toggle = (tool, other) => {
    view.drawing[tool] = !view.drawing[tool];
    view.drawing[other] = false;
    showTools(view);
  };
  find(".undo").addEventListener("click", () => undo(view));
  find(".redo").addEventListener("click", () => redo(view));
  find(".clear").addEventListener("click", () => clear(view));
  find(".eraser").addEventListener("click", () => toggle("erase", "scribble"));
  find(".noise-pen").addEventListener("click", () => toggle("scribble", "erase"));
  find(".brushes").addEventListener("change", (event) => {
    view.drawing.width = Number(event.target.value);
  });
  view.root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || view.pen !== null) return;
    event.preventDefault();
    if (event.shiftKey) redo(view);
    else undo(view);
  });
}

export default component({ mount, receive, dismiss });
