// From a noise vector to a digit: the flow's points at each step, and what the decoder makes of them.
// All of it is computed here, in the frame in which something moves.
//
// A noise vector of more than two dimensions is chosen on a plane: (u, v) stands for u · a + v · b + c,
// with three random vectors, scaled so that its values stay from N(0, 1).

const FRAME_MS = 300;
const QUIET_MS = 600; // after so long without a change the result is read aloud
const REACH = 3; // of the plane to each side
const STEP = 0.1; // of the arrow keys

function mount(view) {
  const { find } = view;
  Object.assign(view, { map: find(".plot"), frame: 0, quietTimer: 0, place: [0, 0], label: NO_CLASS, path: [] });
  view.player = new Player({
    slider: find("input"),
    button: find(".play"),
    show: () => showTime(view),
    frameMs: FRAME_MS,
  });
  view.buttons = classButtons(find(".classes"), [...Array(CLASSES + 1).keys()], (label) => {
    view.label = label;
    moved(view);
  });
  find(".another").addEventListener("click", () => {
    view.vectors = Array.from({ length: 3 }, () => Float32Array.from(view.data.mean, normal));
    view.place = view.data.mean.length === 2 ? [normal(), normal()].map((value) => clamp(value, -REACH, REACH)) : [0, 0];
    moved(view);
  });
  listen(view);
  view.endings = [hear("network", (name) => [view.data?.network, view.data?.flow].includes(name) && receive(view, view.data))];
}

function dismiss(view) {
  view.player.pause();
  cancelAnimationFrame(view.frame);
  clearTimeout(view.quietTimer);
  for (const end of view.endings) end();
}

function receive(view, data) {
  const before = view.data;
  view.data = data;
  if (before?.noise !== data.noise) {
    const all = new Float32Array(bytesOf(data.noise).buffer), size = data.mean.length;
    view.vectors = [0, 1, 2].map((n) => all.slice(n * size, (n + 1) * size));
    view.place = size === 2 ? Array.from(view.vectors[2], (value) => clamp(value, -REACH, REACH)) : [0, 0];
  }
  if (before?.label !== data.label) view.label = data.label;
  const slider = view.find("input");
  if (before?.steps !== data.steps) {
    slider.max = data.steps;
    view.player.at = data.steps;
    laySteps(view);
  }
  const ready = networkOf(data.network) && networkOf(data.flow);
  view.find(".shown").hidden = !ready;
  view.find(".waiting").textContent = ready ? "" : failureOf(data.network) || failureOf(data.flow) || "The networks are on their way.";
  if (ready) moved(view);
}

// Fills a group with a button for each class. Returns what shows which one is chosen.
function classButtons(group, labels, choose) {
  const buttons = labels.map((label) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label === NO_CLASS ? "No class" : label;
    button.setAttribute("aria-label", label === NO_CLASS ? "No class" : `Class ${label}`);
    button.addEventListener("click", () => choose(label));
    return button;
  });
  group.append(...buttons);
  return (chosen) => buttons.forEach((button, i) => button.setAttribute("aria-pressed", labels[i] === chosen));
}

function laySteps({ find, data: { steps } }) {
  find(".steps").replaceChildren(...Array.from({ length: steps + 1 }, (_, n) => {
    const figure = document.createElement("figure");
    figure.innerHTML = `<canvas class="digit" width="28" height="28" role="img"></canvas><figcaption>${(n / steps).toFixed(2)}</figcaption>`;
    return figure;
  }));
}

const timeOf = (step, steps) => `t = ${(step / steps).toFixed(2)}`;

// --- the noise vector ---

function noiseAt({ place: [u, v], vectors: [a, b, c] }) {
  if (c.length === 2) return Float32Array.of(u, v);
  const length = Math.sqrt(u ** 2 + v ** 2 + 1);
  return c.map((value, i) => (u * a[i] + v * b[i] + value) / length);
}

function listen(view) {
  const { map } = view;
  const follow = ({ clientX, clientY }) => {
    const box = map.getBoundingClientRect();
    move(view, [((2 * (clientX - box.left)) / box.width - 1) * REACH, (1 - (2 * (clientY - box.top)) / box.height) * REACH]);
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
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    move(view, view.place.map((value, i) => value + STEP * step[i]));
  });
}

function move(view, place) {
  view.place = place.map((value) => clamp(value, -REACH, REACH));
  moved(view);
}

function moved(view) {
  if (!view.frame) view.frame = requestAnimationFrame(() => show(view));
}

// --- what is shown ---

function show(view) {
  view.frame = 0;
  const { data, find, label } = view;
  const [network, flow] = [networkOf(data.network), networkOf(data.flow)];
  if (!network || !flow) return;
  view.path = followFlow(flow, noiseAt(view), label, data);
  view.pictures = view.path.map((x) => greyOf(network.decoder.run(latentOf(x, data)).slice()));
  tell("ran", data.network); // its results are those of another z now
  view.buttons(label);
  [...find(".steps").children].forEach((figure, n) => {
    const [canvas] = figure.children;
    paint(canvas.getContext("2d"), view.pictures[n], 28);
    canvas.setAttribute("aria-label", `Decoder output at ${timeOf(n, data.steps)}, ${className(label)}`);
  });
  showTime(view);
}

function showTime(view) {
  const { data, find, player: { at }, pictures, label } = view;
  if (!pictures?.[at]) return;
  const words = `${timeOf(at, data.steps)}, ${className(label)}`;
  const canvas = find(".now canvas");
  paint(canvas.getContext("2d"), pictures[at], 28);
  canvas.setAttribute("aria-label", `Decoder output at ${words}`);
  find(".now figcaption").textContent = words;
  find("input").setAttribute("aria-valuetext", timeOf(at, data.steps));
  [...find(".steps").children].forEach((figure, n) => figure.setAttribute("aria-current", n === at));
  showPlace(view);
  clearTimeout(view.quietTimer);
  view.quietTimer = setTimeout(() => (find(".unseen").textContent = `Decoder output: ${words}`), QUIET_MS);
}

const onMap = ([u, v], side) => [(0.5 + u / (2 * REACH)) * side, (0.5 - v / (2 * REACH)) * side];

function showPlace(view) {
  const { map, place, data, path, player: { at }, find } = view;
  const context = map.getContext("2d"), side = map.width;
  const { text, own } = themeOf(map);
  const inWords = place.map((value) => value.toFixed(2).replace("-", "−")).join(", ");
  context.clearRect(0, 0, side, side);
  Object.assign(context, { strokeStyle: text, globalAlpha: 0.25, lineWidth: 2 });
  context.strokeRect(0, side / 2, side, 0);
  context.strokeRect(side / 2, 0, 0, side);
  context.globalAlpha = 1;
  if (data.mean.length === 2) {
    context.strokeStyle = own;
    context.lineWidth = 4;
    context.beginPath();
    for (const x of path) context.lineTo(...onMap(x, side));
    context.stroke();
    ring(context, onMap(path[at], side), 12);
  }
  context.strokeStyle = text;
  cross(context, onMap(place, side), 4, 24);
  const what = data.mean.length === 2
    ? "Cross: the noise vector. Green line: its way to the latent vector, where the ring is at the time of the slider."
    : "Drag the cross, or move it with the arrow keys: each place on this plane is another noise vector.";
  find(".place").textContent = what;
  map.setAttribute("aria-label", `Noise vector at ${inWords}. ${what}`);
}

// Box & Muller, "A Note on the Generation of Random Normal Deviates" (1958).
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

export default component({ mount, receive, dismiss });
