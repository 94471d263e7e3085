// When Python hears of a drawing, and of what a network has made of it: when the pen has come to rest.

const REST_MS = 300; // so long after the pen Python gets the ink
const LEAVING_MS = 1000; // until a link has led to another page
const BUSY_MS = 100; // until the page is asked again whether its script has ended

function restLater(view) {
  clearTimeout(view.restTimer);
  const wait = Math.max(REST_MS, view.quietUntil - performance.now());
  if (view.pen === null) view.restTimer = setTimeout(() => post(view), wait);
}

// Hand the ink to Python, once for a drawing and what has been made of it.
function post(view) {
  clearTimeout(view.restTimer);
  if (view.frame) look(view); // a page in the background paints no frame
  const { drawing, data } = view;
  const seen = lab.seen.get(data.name);
  const what = JSON.stringify([drawing.number, drawing.loaded, data.steps, seen?.network]);
  // Elements of a page that has been left stay until those of the next one come.
  if (what === view.posted || location.pathname !== view.path) return;
  if (isPageRunning()) {
    // What waits in Streamlit's queue would lead back to this page after it has been left.
    view.restTimer = setTimeout(() => post(view), BUSY_MS);
    return;
  }
  view.posted = what;
  store(data.name, drawing);
  const noise = view.noisePen ? { noise: base64Of(noiseOf(view)) } : {};
  const made = seen && { network: seen.network, z: floatsOf(seen.z), output: floatsOf(seen.output) };
  const { number, loaded } = drawing;
  view.setStateValue("ink", { number, loaded, pixels: base64Of(inkOf(view)), ...noise, ...made });
}

const isPageRunning = () =>
  !["notRunning", undefined].includes(document.querySelector("[data-test-script-state]")?.dataset.testScriptState);

const floatsOf = (values) => base64Of(new Uint8Array(values.buffer));

// Whoever presses something else on the page, or leaves it, wants it done with the newest ink. But
// what is sent after a link was pressed would lead back to this page: nothing is for a while.
function listenForLeaving(view) {
  const isElsewhere = (event) => view.pen === null && !event.composedPath().includes(view.root);
  const calm = () => (view.quietUntil = performance.now() + LEAVING_MS);
  const listeners = {
    pointerdown: (event) => {
      if (!isElsewhere(event)) return;
      if (!event.composedPath().some(({ localName }) => localName === "a")) post(view);
      calm();
      restLater(view);
    },
    keydown: (event) => {
      if (!isElsewhere(event) || !["Enter", " "].includes(event.key)) return;
      calm();
      restLater(view);
    },
    visibilitychange: () => document.hidden && post(view),
  };
  for (const kind in listeners) document.addEventListener(kind, listeners[kind], true);
  return () => {
    for (const kind in listeners) document.removeEventListener(kind, listeners[kind], true);
  };
}
