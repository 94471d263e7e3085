// The drawing pad: strokes in, and beside them what the networks of the page make of the ink, in the
// frame in which the pen moves. Python hears of the ink when the pen has come to rest.
//
// A drawing outlives every change of the data and of the theme, and a switch of pages, in
// `drawings`, and a reload of the page in the browser's storage for this tab; a view is one mount of
// it on the screen.

const drawings = new Map(); // name -> drawing

// --- the drawing: a list of marks, so that undo is to take back the last one ---

function drawingNamed(name) {
  if (!drawings.has(name)) {
    drawings.set(name, { marks: [], undone: [], number: 0, loaded: null, width: 50, erase: false, scribble: false, ...storedOf(name) });
  }
  return drawings.get(name);
}

// What was drawn before the page was reloaded. A page that is opened anew begins without a drawing.
function storedOf(name) {
  if (performance.getEntriesByType("navigation")[0]?.type !== "reload") return {};
  try {
    return JSON.parse(sessionStorage.getItem(`drawing ${name}`)) ?? {};
  } catch {
    return {}; // a browser that stores nothing
  }
}

function store(name, { marks, number, loaded }) {
  try {
    sessionStorage.setItem(`drawing ${name}`, JSON.stringify({ marks, number, loaded }));
  } catch {
    // no room, or a browser that stores nothing: the drawing does not outlive a reload
  }
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

// --- what the networks make of it ---

function changed(view) {
  view.drawing.number++;
  showTools(view);
  lookSoon(view);
  restLater(view);
}

function lookSoon(view) {
  if (!view.frame) view.frame = requestAnimationFrame(() => look(view));
}

function look(view) {
  cancelAnimationFrame(view.frame);
  view.frame = 0;
  const form = formOf(view);
  const { pictures, message } = form ? WORK[view.data.work.kind](view, form) : nothingSeen(view);
  showResults(view, pictures);
  view.message = message;
  showMessage(view);
}

function showResults({ results, find, drawing }, pictures) {
  // Nodes are kept from frame to frame: nothing flickers.
  const figure = find("template").content.firstElementChild;
  while (results.children.length > pictures.length) results.lastElementChild.remove();
  while (results.children.length < pictures.length) results.append(figure.cloneNode(true));
  pictures.forEach(({ label, values, caption }, i) => {
    const [title, canvas, text] = results.children[i].children;
    title.textContent = label;
    text.textContent = caption;
    canvas.setAttribute("aria-label", caption ? `${label}: ${caption}` : label);
    paint(canvas.getContext("2d"), greyOf(values), 28);
  });
  results.dataset.number = drawing.number;
}

// --- from Python ---

function receive(view, data) {
  const drawing = drawingNamed(data.name);
  const isNew = view.drawing !== drawing;
  Object.assign(view, { data, drawing, noisePen: data.noise_pen });
  view.find(".hint span").textContent = data.hint;
  view.root.classList.toggle("compact", data.compact);
  const loads = data.load !== null && data.load.nonce !== drawing.loaded && !(data.load.isStart && drawing.marks.length > 0);
  if (loads) {
    drawing.loaded = data.load.nonce;
    view.pen = null; // a stroke under way ends here
    view.root.classList.remove("drawing");
    addMark(view, { kind: "picture", pixels: data.load.pixels, isStart: data.load.isStart });
    drawing.number++;
  }
  if (isNew || loads) repaint(view);
  showTools(view);
  look(view);
  if (!isNew || drawing.marks.length > 0) restLater(view);
}

// The message is read aloud: only when the pen is up, never for ink of the past,
// and once.
function showMessage({ messageElement, message, pen }) {
  if (pen !== null || messageElement.textContent === message) return;
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
    frame: 0, // in which the networks look at the ink
    posted: null, // what Python has been told of
    restTimer: 0,
    quietUntil: 0,
    path: location.pathname,
  });
  view.endings = [
    listenToPaste((picture) => view.setTriggerValue("pasted", picture)),
    hear("network", () => {
      lookSoon(view);
      restLater(view);
    }),
    hear("snapshot", (title) => title === view.data?.work.of && lookSoon(view)),
    hear("strength", () => lookSoon(view)), // of the noise
    hear("changed", (name) => name === view.data?.name && lookSoon(view)),
    listenForLeaving(view),
  ];
  listenToPen(view);
  listenToTools(view);
}

function dismiss(view) {
  clearTimeout(view.restTimer);
  cancelAnimationFrame(view.frame);
  for (const end of view.endings) end();
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
    view.root.classList.add("drawing");
    view.stroke = newStroke(view, view.drawing.erase || eraserEnd);
    if (view.drawing.marks.at(-1)?.isStart && !view.stroke.erase) {
      addMark(view, { kind: "clear" }); // one's own drawing takes the place of the example
      repaint(view);
    }
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
    view.pen = null;
    view.root.classList.remove("drawing");
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
