// The moments of a training. All of them are here: whatever moves the slider asks nobody.

const MOMENT_MS = 350, CALM_MS = 1000; // a moment when it plays; for who wants less motion
const BOX = { left: 42, right: 350, top: 12, bottom: 160 }; // of the curve, in its own units

const views = new WeakMap(); // parentElement -> view

export default function timeMachine({ data: [data], parentElement }) {
  let view = views.get(parentElement);
  if (!view?.root.isConnected) {
    if (view) dismiss(view);
    view = mount(parentElement);
    views.set(parentElement, view);
  }
  receive(view, data);
  return whenGone(parentElement, () => dismiss(view));
}

function mount(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = { find, root: find(".machine"), slider: find("input"), timer: 0, frame: 0, glyphs: new Map() };
  view.slider.addEventListener("input", () => {
    play(view, false);
    show(view);
  });
  find(".play").addEventListener("click", () => play(view, !view.timer));
  return view;
}

function dismiss(view) {
  clearInterval(view.timer);
  cancelAnimationFrame(view.frame);
}

const count = (view) => view.data.steps.length;
const at = (view) => Number(view.slider.value);

function receive(view, data) {
  if (view.data !== data) {
    const sameRun = view.data?.title === data.title;
    const atEnd = !sameRun || at(view) === count(view) - 1; // a film that grows is followed
    if (!sameRun) play(view, false);
    view.data = data;
    view.digits = bytesOf(data.digits);
    view.rebuilt = bytesOf(data.rebuilt);
    view.places = new Uint16Array(bytesOf(data.places).buffer);
    view.labels = bytesOf(data.labels);
    view.own = data.own && {
      image: bytesOf(data.own.image),
      rebuilt: bytesOf(data.own.rebuilt),
      places: new Uint16Array(bytesOf(data.own.places).buffer),
    };
    view.slider.max = count(view) - 1;
    if (atEnd) view.slider.value = count(view) - 1;
    view.find(".bar").hidden = view.find(".curve").hidden = count(view) === 1;
    view.root.setAttribute("aria-label", data.title);
    view.find(".count").textContent = view.labels.length;
    layDigits(view);
    layCurve(view);
  }
  show(view);
}

function layDigits(view) {
  const digits = view.find(".digits");
  const wanted = view.digits.length / 784 + (view.own ? 1 : 0);
  if (digits.children.length === wanted) return; // what is there is painted anew, without a flicker
  const template = view.find("template").content.firstElementChild;
  digits.replaceChildren(...Array.from({ length: wanted }, () => template.cloneNode(true)));
}

// --- time ---

function play(view, on) {
  clearInterval(view.timer);
  view.timer = 0;
  if (on) {
    if (at(view) === count(view) - 1) view.slider.value = 0;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    view.timer = setInterval(() => advance(view), calm ? CALM_MS : MOMENT_MS);
    show(view);
  }
  const button = view.find(".play");
  button.textContent = on ? "Pause" : "Play";
  button.setAttribute("aria-pressed", on);
}

function advance(view) {
  view.slider.value = at(view) + 1;
  show(view);
  if (at(view) === count(view) - 1) play(view, false);
}

function show(view) {
  cancelAnimationFrame(view.frame);
  view.frame = requestAnimationFrame(() => {
    const words = momentInWords(view);
    view.slider.setAttribute("aria-valuetext", words);
    view.find(".moment").textContent = words;
    paintDigits(view);
    paintMap(view);
    moveDot(view);
  });
}

// --- words ---

const short = (value) => (value === null ? "not a number" : value.toFixed(value < 100 ? 2 : 1));
const stepOf = (view) => view.data.steps[at(view)].toLocaleString("en");

function momentInWords(view) {
  const { epochs, seconds, errors, pca } = view.data, i = at(view);
  return `Step ${stepOf(view)}, epoch ${short(epochs[i])}, after ${seconds[i]?.toFixed(1)} s. ` +
    `Squared error ${short(errors[i])}; ${pca.name} ${short(pca.error)}`;
}

// --- pictures ---

function paintDigits(view) {
  const digits = view.find(".digits").children;
  const shown = view.digits.length / 784, from = at(view) * shown * 784;
  for (let n = 0; n < shown; n++) {
    paintPair(digits[n], view.digits.subarray(784 * n), view.rebuilt.subarray(from + 784 * n),
      `Test digit ${n} above its reconstruction at step ${stepOf(view)}`, "");
  }
  if (!view.own) return;
  paintPair(digits[shown], view.own.image, view.own.rebuilt.subarray(784 * at(view)),
    `Your drawing above its reconstruction at step ${stepOf(view)}, squared error ${short(view.data.own.errors[at(view)])}`, "yours");
}

function paintPair(figure, above, below, alt, caption) {
  const canvas = figure.querySelector("canvas"), context = canvas.getContext("2d");
  const image = context.createImageData(28, 58); // two rows between them stay clear
  for (let i = 0; i < 784; i++) {
    for (const [bytes, start] of [[above, 0], [below, 4 * 28 * 30]]) {
      image.data.fill(bytes[i], start + 4 * i, start + 4 * i + 3);
      image.data[start + 4 * i + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  canvas.setAttribute("aria-label", alt);
  figure.querySelector("figcaption").textContent = caption;
}

function paintMap(view) {
  const canvas = view.find(".map canvas"), context = canvas.getContext("2d"), size = canvas.width;
  const many = view.labels.length, from = 2 * many * at(view);
  const on = (value) => (0.02 + 0.96 * value / 65535) * size; // a glyph on the edge is seen whole
  let outside = 0;
  context.clearRect(0, 0, size, size);
  for (let i = 0; i < many; i++) {
    const x = view.places[from + 2 * i], y = view.places[from + 2 * i + 1], label = view.labels[i];
    if (Math.min(x, y) === 0 || Math.max(x, y) === 65535) outside++;
    if (!view.glyphs.has(label)) view.glyphs.set(label, glyph(label, `hsl(${label * 36} 65% 52%)`, 22));
    context.drawImage(view.glyphs.get(label), on(x) - 11, size - on(y) - 11);
  }
  if (view.own) {
    const [x, y] = view.own.places.subarray(2 * at(view), 2 * at(view) + 2);
    context.strokeStyle = context.fillStyle = getComputedStyle(view.root).color;
    own(context, [on(x), size - on(y)]);
  }
  const share = Math.round(100 * view.data.shares[at(view)]);
  const beyond = outside ? ` ${outside} lie beyond its edge.` : "";
  view.find(".about").textContent = view.data.mapText.replace("{share}", `${share} %`) + beyond;
  canvas.setAttribute("aria-label", `Map of the codes of ${many} test digits at step ${stepOf(view)}${view.own ? ", yours marked" : ""}.${beyond}`);
}

// --- the curve: moments at equal distances, as on the slider, over the error's logarithm ---

function layCurve(view) {
  const { errors, steps, pca } = view.data;
  if (steps.length === 1) return;
  const known = [...errors.filter((error) => error > 0), pca.error];
  const [low, high] = [Math.log10(Math.min(...known)) - 0.06, Math.log10(Math.max(...known)) + 0.06];
  view.x = (i) => BOX.left + (i / (steps.length - 1)) * (BOX.right - BOX.left);
  view.y = (error) => BOX.bottom - ((Math.log10(error) - low) / (high - low)) * (BOX.bottom - BOX.top);
  const svg = view.find("svg"), parts = [];
  const add = (tag, attributes, text = "") => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    part.textContent = text;
    parts.push(part);
  };
  for (let power = Math.floor(low); power <= high; power++) {
    for (const factor of [1, 2, 5]) {
      const error = factor * 10 ** power, y = view.y(error);
      if (y < BOX.top || y > BOX.bottom) continue;
      add("line", { class: "rule", x1: BOX.left, x2: BOX.right, y1: y, y2: y });
      add("text", { x: BOX.left - 6, y: y + 4, "text-anchor": "end" }, `${Number(error.toPrecision(1))}`);
    }
  }
  const labelled = [...new Set([0, 1 / 3, 2 / 3, 1].map((part) => Math.round(part * (steps.length - 1))))];
  for (const i of labelled) add("text", { x: view.x(i), y: BOX.bottom + 15, "text-anchor": i ? "middle" : "start" }, steps[i].toLocaleString("en"));
  add("text", { x: (BOX.left + BOX.right) / 2, y: BOX.bottom + 29, "text-anchor": "middle" }, "step");
  const level = view.y(pca.error);
  add("line", { class: "pca", x1: BOX.left, x2: BOX.right, y1: level, y2: level });
  // Above the line where the curve is below it, which is to the right.
  add("text", { x: BOX.right, y: level < BOX.top + 14 ? level + 13 : level - 5, "text-anchor": "end" }, pca.name);
  const points = errors.flatMap((error, i) => (error > 0 ? [[view.x(i), view.y(error)]] : []));
  add("polyline", { class: "line", points: points.join(" ") });
  for (const [cx, cy] of points) add("circle", { class: "dot", cx, cy, r: 2.5 });
  add("circle", { class: "here", r: 6 });
  svg.replaceChildren(...parts);
  view.find(".curve figcaption").textContent = `Squared error of the ${view.labels.length} digits at each moment`;
}

function moveDot(view) {
  const { errors, steps } = view.data;
  if (steps.length === 1) return;
  const error = errors[at(view)], dot = view.find(".here");
  dot.style.visibility = error > 0 ? "visible" : "hidden";
  if (error > 0) {
    dot.setAttribute("cx", view.x(at(view)));
    dot.setAttribute("cy", view.y(error));
  }
  view.find("svg").setAttribute("aria-label", `Squared error over ${steps.length} moments. ${momentInWords(view)}`);
}
