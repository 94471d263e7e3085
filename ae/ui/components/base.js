// What every component has in common. Streamlit takes a component's script as one text: `register`
// in base.py puts this file in front of it. Each component is a module: names here are its own.

// --- the life of a component ---

// A component's default export. Streamlit calls that on every change of the data and of the theme:
// `mount` gets the first of these calls, `receive` all of them, and `dismiss` follows when the
// element has left the page. `view` is what the component remembers meanwhile.
function component({ mount = () => {}, receive, dismiss = () => {} }) {
  const views = new WeakMap(); // parentElement -> view
  const end = (view) => {
    if (view.isGone) return;
    view.isGone = true;
    dismiss(view);
  };
  return ({ data, parentElement, setStateValue, setTriggerValue }) => {
    let view = views.get(parentElement);
    if (!view?.root.isConnected) {
      if (view) end(view);
      const find = (selector) => parentElement.querySelector(selector);
      view = { find, root: find("section") };
      views.set(parentElement, view);
      mount(view);
    }
    Object.assign(view, { setStateValue, setTriggerValue });
    receive(view, data instanceof Uint8Array ? data : data[0]);
    // Cleanup also runs for a call that a newer one has superseded: stop only when detached.
    return () => setTimeout(() => view.root.isConnected || end(view));
  };
}

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

// --- the theme, for what is painted: a canvas knows no var() ---

// Of a canvas of class "plot": the colours of text and of one's own drawing, and whether the theme
// is a dark one.
function themeOf(canvas) {
  const text = getComputedStyle(canvas.parentElement).color;
  return { text, own: getComputedStyle(canvas).color, dark: isLight(text) };
}

// Whether a computed colour, as "rgb(1, 2, 3)", is nearer to white than to black. It is empty where
// an observer calls once more for a canvas that has just left the page.
function isLight(colour) {
  const [red, green, blue] = (colour.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 127;
}

// --- time ---

const CALM = 3; // times as slow, for whoever wants less motion

// Moves a slider when its button is pressed: to the end, or there and back until it is pressed
// again. Nothing plays unasked.
class Player {
  constructor({ slider, button, show, frameMs, bounces = false }) {
    Object.assign(this, { slider, button, show, frameMs, bounces, way: 1, timer: 0 });
    slider.addEventListener("input", () => {
      this.pause();
      show();
    });
    button.addEventListener("click", () => (this.timer ? this.pause() : this.play()));
  }
  get at() {
    return Number(this.slider.value);
  }
  set at(frame) {
    this.slider.value = frame;
  }
  get last() {
    return Number(this.slider.max);
  }
  play() {
    if (!this.bounces && this.at === this.last) this.at = 0;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM : 1;
    this.timer = setInterval(() => this.advance(), calm * this.frameMs);
    this.button.textContent = "Pause";
    this.show();
  }
  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.button.textContent = "Play";
  }
  advance() {
    if (this.bounces) this.way = wayFrom(this.at, this.last, this.way);
    this.at += this.way; // a slider stops at its ends
    this.show();
    if (!this.bounces && this.at === this.last) this.pause();
  }
}

// The way to go on from a frame: it turns at both ends.
const wayFrom = (at, last, way) => (at + way < 0 || at + way > last ? -way : way);
