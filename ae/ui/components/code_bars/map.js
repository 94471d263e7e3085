// A latent vector of two dimensions as a place on a map.

function whereOnMap(view) {
  const [a, b] = [0, 1].map((index) => valueOf(view, index).toFixed(2));
  return `z = (${a}, ${b}). ${view.data.hint}`;
}

// From positions to the map's own pixels, and back: the mean is in the middle.
const placeOf = ([a, b], reach, side) => [(0.5 + a / (2 * reach)) * side, (0.5 - b / (2 * reach)) * side];
const positionsAt = (box, { clientX, clientY }, reach) => [
  ((2 * (clientX - box.left)) / box.width - 1) * reach,
  (1 - (2 * (clientY - box.top)) / box.height) * reach,
];

function showMap(view) {
  const { map, data } = view;
  const context = map.getContext("2d"), side = map.width;
  const theme = themeOf(map);
  if (view.layer?.points !== data.map || view.layer.text !== theme.text) {
    view.layer = { canvas: paintedPoints(side, bytesOf(data.map), theme.dark), points: data.map, text: theme.text };
  }
  context.clearRect(0, 0, side, side);
  context.drawImage(view.layer.canvas, 0, 0);
  context.strokeStyle = theme.own;
  ring(context, placeOf(view.z, data.reach, side), 13);
  if (view.sigma) ellipse(context, placeOf(view.z, data.reach, side), view.sigma.map((each) => (each * side) / (2 * data.reach)));
  context.strokeStyle = theme.text;
  cross(context, placeOf([positionOf(view, 0), positionOf(view, 1)], data.reach, side), 4, 24);
  map.setAttribute("aria-label", `Latent map of test digits. ${whereOnMap(view)}`);
}

// bytes : x, y and label of each point
function paintedPoints(side, bytes, dark) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  for (let i = 0; i < bytes.length; i += 3) {
    const [x, y, label] = bytes.subarray(i, i + 3);
    paintDigit(context, [(x / 255) * side, (1 - y / 255) * side], label, classColour(label, dark), 16);
  }
  return canvas;
}

function listenToMap(view) {
  const { map } = view;
  const follow = (event) => {
    const positions = positionsAt(map.getBoundingClientRect(), event, view.data.reach);
    move(view, [...positions.entries()]);
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
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 1], ArrowDown: [1, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    move(view, [[step[0], positionOf(view, step[0]) + step[1] * STEP]]);
  });
}
