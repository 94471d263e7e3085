// A latent vector of many values as squares: as the feature maps that the encoder gives, or as one
// block of squares. One value at a time is chosen there, and moved with the slider below.

// {height, width, count} of the maps, once the network is there.
function planOfCode({ data, z }) {
  const network = networkOf(data.network);
  const last = network && [...network.encoder.results.values()].filter(({ reshapes }) => !reshapes).at(-1);
  return planOf(last?.shape.length === 3 ? last.shape : [z.length]);
}

function showSquares(view) {
  const { data, squares, touched, z } = view;
  const plan = planOfCode(view);
  if (view.sheet?.plan.count !== plan.count || view.sheet.plan.width !== plan.width) {
    view.sheet = paper(squares, plan, plan.count);
  }
  const positions = z.map((_, index) => positionOf(view, index));
  paintMaps(view.sheet, positions, [...Array(plan.count).keys()], data.reach);
  const kind = plan.count > 1 ? `${plan.count} maps of ${plan.height} × ${plan.width}` : "a square for each";
  squares.ariaLabel = `${z.length} latent values, ${kind}. ${touched === null ? data.hint : inWords(view, touched)}`;
  const [mark, slider] = [view.find(".mark"), view.find(".one input")];
  mark.hidden = slider.parentElement.hidden = touched === null;
  if (touched === null) return;
  const [left, top] = squareOf(view.sheet, touched);
  const part = (value, whole) => `${(100 * value) / whole}%`;
  const { width, height } = squares;
  Object.assign(mark.style, { left: part(left, width), top: part(top, height), width: part(1, width), height: part(1, height) });
  Object.assign(slider, { min: -data.reach, max: data.reach, step: STEP, value: positionOf(view, touched) });
  slider.ariaLabel = `z ${touched + 1}`;
  slider.setAttribute("aria-valuetext", inWords(view, touched));
  slider.previousElementSibling.textContent = `z${touched + 1}`;
}

// Where the square of a value is, in pixels of the canvas; and the value at a place, or null.
function squareOf({ plan: { height, width, count }, across }, index) {
  const [map, pixel] = [index % count, Math.floor(index / count)];
  return [(map % across) * (width + GAP) + (pixel % width), Math.floor(map / across) * (height + GAP) + Math.floor(pixel / width)];
}

function valueAt({ plan: { height, width, count }, across }, x, y, size) {
  const [column, row] = [Math.floor(x / (width + GAP)), Math.floor(y / (height + GAP))];
  const [left, top] = [Math.floor(x) % (width + GAP), Math.floor(y) % (height + GAP)];
  const map = row * across + column;
  const index = (top * width + left) * count + map;
  const isSquare = left < width && top < height && column < across && map < count;
  return isSquare && index >= 0 && index < size ? index : null;
}

function listenToSquares(view) {
  const { squares } = view;
  const choose = ({ clientX, clientY }) => {
    const box = squares.getBoundingClientRect();
    const [x, y] = [((clientX - box.left) / box.width) * squares.width, ((clientY - box.top) / box.height) * squares.height];
    const index = valueAt(view.sheet, x, y, view.z.length);
    if (index !== null) touch(view, index);
  };
  squares.addEventListener("pointerdown", choose);
  squares.addEventListener("pointermove", (event) => event.buttons && choose(event));
  squares.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = squareOf(view.sheet, view.touched ?? 0);
    // a gap between maps is one pixel wide
    const found = [1, 2].map((far) => valueAt(view.sheet, x + far * step[0], y + far * step[1], view.z.length));
    touch(view, view.touched === null ? 0 : (found[0] ?? found[1] ?? view.touched));
  });
  view.find(".one input").addEventListener("input", ({ target }) => move(view, [[view.touched, Number(target.value)]]));
}
