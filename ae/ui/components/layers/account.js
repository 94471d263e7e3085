// The account of one value of a layer, in real numbers: what it sees, with which weights, and what
// comes of that; or the other way round, what one value of the input paints.

const WAYS = { sees: "what one value sees", paints: "what one input value paints" };

// The ways in which a block can be told of, the one that is shown first in front.
function waysOf({ result: { operation, layer }, shape }) {
  const { op } = operation ?? {};
  if (op === "pool") return ["sees"];
  if (op === "dense") return shape.length > 1 && shape.at(-1) > 4 && shape.length < 3 ? ["paints", "sees"] : ["sees"];
  if (op === "conv") return layer === "Conv2DTranspose" ? ["paints", "sees"] : ["sees", "paints"];
  return ["sees"];
}

// The result that a block reads, before it was only made flat.
function sourceOf({ from: [before] }) {
  while (before.reshapes && before.shape.length === 1) [before] = before.from;
  return before;
}

// Whether it is the image, which is shown in grey.
function isPicture(source) {
  while (source.reshapes) [source] = source.from;
  return !source.operation && source.values.length === 784;
}

// Elements that tell of value number `index`: of the block's values, or of its input's if it paints.
function accountOf(block, { way, map, index, factor }) {
  const { operation } = block.result;
  if (way === "paints") return paintingOf(block, map, index);
  if (operation.op === "pool") return poolingOf(block, index);
  if (operation.op === "conv") return windowOf(block, index, factor);
  if (operation.op === "dense") return templateOf(block, index, factor);
  return plainOf(block, index, factor);
}

// --- convolution: a patch of each input map times the kernel ---

function windowOf(block, index, factor) {
  const { result } = block;
  const { terms, bias } = sumOf(result, index);
  const source = sourceOf(result);
  const valueOf = ({ from }) => (from < 0 ? 0 : source.values[from]);
  const sums = new Map();
  for (const term of terms) sums.set(term.map, (sums.get(term.map) ?? 0) + valueOf(term) * term.weight);
  const map = [...sums].reduce((best, each) => (Math.abs(each[1]) > Math.abs(best[1]) ? each : best))[0];
  const own = terms.filter((term) => term.map === map);
  const plan = planOf(source.shape);
  const name = plan.count > 1 ? `Map ${map + 1} of its input` : "Its input";
  const parts = [
    figureOf(name, source, map, boxOf(own)),
    tableOf("Patch", own, valueOf, { isLight: isPicture(source) }),
    sign("×"),
    tableOf("Kernel", own, ({ weight }) => weight),
    sign("="),
    tableOf("Products", own, (term) => valueOf(term) * term.weight),
  ];
  const total = [...sums.values()].reduce((sum, each) => sum + each, bias);
  const all = sums.size > 1 ? `It is the map that counts most here. All ${sums.size} maps: ${number(total - bias)}. ` : "";
  const text = `Rounded, the products add up to ${number(sums.get(map))}. ${all}${endOf(block, index, total, bias, factor)}`;
  return [made("div", "sum", ...parts), made("p", "", text)];
}

function endOf({ result: { operation, values } }, index, total, bias, factor) {
  const [activation] = operation.activation ?? [];
  const steps = [`Plus the bias ${number(bias)} this is ${number(total)}.`];
  if (activation && factor === 1) steps.push(`The activation makes of it ${activation}(${number(total)}) = ${number(values[index])}.`);
  if (factor !== 1) steps.push(`After ${activation ? `the activation ${activation} and ` : ""}your change, times ${factor}: ${number(values[index])}.`);
  return steps.join(" ");
}

// --- pooling: the largest of a window ---

function poolingOf({ result }, index) {
  const source = sourceOf(result);
  const window = pooledFrom(result, index);
  const valueOf = ({ from }) => source.values[from];
  const best = window.reduce((most, each) => (valueOf(each) > valueOf(most) ? each : most));
  const { map } = placeIn(source.shape, window[0].from);
  const rows = [...new Set(window.map(({ row }) => row))], columns = [...new Set(window.map(({ column }) => column))];
  const where = `row ${rows.indexOf(best.row) + 1}, column ${columns.indexOf(best.column) + 1}`;
  return [
    made("div", "sum", figureOf(`Map ${map + 1} of its input`, source, map, boxOf(window)), tableOf("Window", window, valueOf, { winner: best })),
    made("p", "", `The largest of the ${window.length} values wins: ${number(valueOf(best))}, in ${where} of the window.`),
  ];
}

// --- dense: each value of the input times a weight ---

function templateOf(block, index, factor) {
  const { result } = block;
  const { terms, bias } = sumOf(result, index);
  const source = sourceOf(result);
  const [weights, products] = [0, 1].map(() => new Float32Array(source.values.length));
  let [above, below] = [0, 0];
  for (const { from, weight } of terms) {
    weights[from] = weight;
    products[from] = weight * source.values[from];
    if (products[from] > 0) above += products[from];
    else below += products[from];
  }
  const plan = planOf(source.shape);
  const maps = strongest(products, plan);
  const which = plan.count > 1 ? `, maps ${maps.map((map) => map + 1).join(", ")} of ${plan.count}` : "";
  const part = (name, values, isLight) => canvasOf(name, plan, values, maps, isLight ? null : undefined);
  const text = `Products above 0 add up to ${number(above)}, those below 0 to ${number(below)}. ${endOf(block, index, above + below + bias, bias, factor)}`;
  return [
    made("div", "sum",
      part(`Its input${which}`, source.values, isPicture(source)), sign("×"),
      part(`Its ${weights.length.toLocaleString("en")} weights${which}`, weights), sign("="),
      part(`Products${which}`, products)),
    made("p", "", text),
  ];
}

// --- painting: one value of the input times the kernel, added to the output ---

function paintingOf(block, map, index) {
  const { result } = block;
  const source = sourceOf(result);
  const value = source.values[index];
  const count = mapsIn(block);
  let painted = paintedBy(result, index, map);
  if (result.operation.op === "dense") {
    const columns = planOf(block.shape);
    painted = painted.filter(({ to }) => to % columns.count === map);
    const weights = new Float32Array(result.values.length);
    for (const { to, weight } of painted) weights[to] = weight;
    return [
      made("div", "sum", canvasOf(`Value ${index + 1} of the input paints this`, columns, weights, [map])),
      made("p", "", `The value is ${number(value)}: so many times this picture is added to the output, to what the other ${(source.values.length - 1).toLocaleString("en")} values add.`),
    ];
  }
  if (painted.length === 0) return [made("p", "", "This input value has no part in this map.")];
  const to = count > 1 ? `map ${map + 1} of its output` : "its output";
  return [
    made("div", "sum",
      made("p", "value", `${number(value)} ×`),
      tableOf("Kernel", painted, ({ weight }) => weight), sign("="),
      tableOf("Painted patch", painted, ({ weight }) => value * weight),
      figureOf(`It is added to ${to}`, result, map, boxOf(painted), block.isImage)),
    made("p", "", `The input value ${number(value)} paints a patch of ${inWords(sizeOf(painted))} pixels. Patches that overlap are added.`),
  ];
}

// --- anything else: what goes in and what comes out ---

function plainOf({ result }, index, factor) {
  const { operation, values, from } = result;
  // A gather puts the values into another order.
  const inputs = (operation.op === "gather" ? [] : from).filter((each) => each.values.length === values.length).map((each) => number(each.values[index]));
  const [activation] = operation.activation ?? [];
  const between = { add: " + ", subtract: " − ", multiply: " × ", maximum: " or ", minimum: " or " }[operation.function];
  const what = activation ? `${activation}(${inputs[0]})` : between ? inputs.join(between) : inputs.length ? `In: ${inputs.join(", ")}; out` : "The value";
  return [made("p", "", `${what} = ${number(values[index])}${factor === 1 ? "" : `, after your change: times ${factor}`}.`)];
}

// --- its parts ---

const number = (value) => value.toFixed(2).replace("-", "−").replace(/^−(0\.00)$/, "$1");
const sign = (text) => made("span", "sign", text);

function sizeOf(places) {
  const { height, width } = boxOf(places);
  return [height, width];
}

function boxOf(places) {
  const [rows, columns] = [places.map(({ row }) => row), places.map(({ column }) => column)];
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  return { top, left, height: Math.max(...rows) - top + 1, width: Math.max(...columns) - left + 1 };
}

// A table of what stands in a window. winner : the cell that is marked.
function tableOf(caption, cells, valueOf, { winner, isLight = false } = {}) {
  const { top, left, height, width } = boxOf(cells);
  const most = isLight ? 1 : Math.max(1e-9, ...cells.map((cell) => Math.abs(valueOf(cell))));
  const at = new Map(cells.map((cell) => [(cell.row - top) * width + cell.column - left, cell]));
  const rows = Array.from({ length: height }, (_, row) => made("tr", "", ...Array.from({ length: width }, (_, column) => {
    const cell = at.get(row * width + column);
    const element = made("td", cell && cell === winner ? "winner" : "", cell ? number(valueOf(cell)) : "");
    if (cell) colour(element, valueOf(cell) / most, isLight);
    return element;
  })));
  const table = made("table", "", made("caption", "", caption), made("tbody", "", ...rows));
  table.style.setProperty("--across", width);
  return table;
}

function colour(element, value, isLight) {
  const end = value < 0 ? DARKER : BRIGHTER;
  const share = clamp(Math.abs(value), 0, 1);
  const rgb = UNCHANGED.map((grey, c) => (isLight ? share : grey + share * (end[c] - grey)));
  const [red, green, blue] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue; // of WCAG 2
  element.style.background = `rgb(${rgb.map((part) => Math.round(255 * part)).join(" ")})`;
  element.style.color = luminance > 0.179 ? "#000" : "#fff";
}

// A picture of one map, with a frame around a part of it.
function figureOf(caption, source, map, box, isImage = isPicture(source)) {
  const plan = planOf(source.shape);
  const figure = canvasOf(caption, plan, source.values, [map], isImage ? null : undefined);
  const mark = made("i", "mark");
  place(mark, box, plan);
  figure.querySelector(".stage").append(mark);
  return figure;
}

function place(mark, { top, left, height, width }, plan) {
  const percent = (part, all) => `${(100 * part) / all}%`;
  Object.assign(mark.style, {
    top: percent(top, plan.height), left: percent(left, plan.width),
    height: percent(height, plan.height), width: percent(width, plan.width),
  });
}

// most : as `paintMaps` takes it; the largest value if it is not given.
function canvasOf(caption, plan, values, maps, most = largestOf(values, plan, maps)) {
  const canvas = made("canvas", "digit");
  canvas.setAttribute("role", "img");
  canvas.ariaLabel = caption;
  paintMaps(paper(canvas, plan, maps.length), values, maps, most);
  return made("figure", "", made("figcaption", "", caption), made("div", "stage", canvas));
}
