// One layer, looked at closely: all its maps, one of them large, and the account of one of its values.

// view.close : {block, isOwn, map, isOwnMap, way, cursor}: whether somebody chose the block and the map.
// The cursor is the number of a place in the large picture, null for the strongest one there.

function mountCloser(view) {
  const { find } = view;
  Object.assign(view, {
    closer: find(".closer"),
    choice: find(".which-layer"),
    large: find(".large"),
    mark: find(".one .mark"),
    factor: find(".factor"),
    noise: find(".noise"),
    papers: [], // of all maps, in the order in which they stand
    close: null,
  });
  view.choice.addEventListener("change", () => choose(view, view.blocks[Number(view.choice.value)]));
  find(".order select").addEventListener("change", () => orderMaps(view));
  view.factor.addEventListener("input", () => change(view, Number(view.factor.value)));
  find(".off").addEventListener("click", () => change(view, factorNow(view) === 0 ? 1 : 0));
  view.noise.addEventListener("input", () => {
    view.changes.noise = Number(view.noise.value);
    changedByHand(view);
  });
  find(".undo-changes").addEventListener("click", () => {
    if (!view.seen?.changed) return;
    view.changes = noChanges();
    lab.moved.delete(view.data.drawing);
    tell("undo", view.data.drawing);
    changedByHand(view);
  });
  find(".save-maps").addEventListener("click", () => saveMaps(view));
  find(".save-values").addEventListener("click", () => saveValues(view));
  view.large.addEventListener("pointermove", (event) => pointAt(view, event));
  view.large.addEventListener("pointerdown", (event) => pointAt(view, event));
  view.large.addEventListener("keydown", (event) => walk(view, event));
}

const factorNow = ({ changes, close: { block, map } }) => factorOf(changes, block, map);

function change(view, factor) {
  view.close.cursor ??= indexOf(view); // the strongest one would be another then
  view.close.isOwnMap = true;
  turn(view.changes, view.close.block, view.close.map, factor);
  changedByHand(view);
}

function changedByHand(view) {
  if (!view.close) return;
  follow(view);
  if (view.seen) tell("changed", view.data.drawing);
  showTurn(view);
  tellLater(view);
}

// --- which layer, which map ---

function choose(view, block) {
  lookAt(view, block);
  view.close.isOwn = true;
}

function lookAt(view, block, map = null) {
  const isVector = block.shape.length === 1;
  view.close = { block, map: map ?? 0, isOwnMap: map !== null, way: waysOf(block)[0], cursor: isVector ? map : null };
  view.choice.value = view.blocks.indexOf(block);
  for (const each of view.blocks) each.element?.classList.toggle("looked-at", each === block);
  view.find(".kind").textContent = `${block.result.layer}, output ${inWords(block.result.shape)}, ${parametersInWords(block.result)}.`;
  const { count } = block.plan;
  view.find(".all").hidden = count === 1;
  const buttons = Array.from({ length: count > 1 ? count : 0 }, (_, i) => mapButton(view, i));
  view.papers = buttons.map((button) => paper(button.firstChild, block.plan, 1));
  view.find(".maps").replaceChildren(...buttons);
  followClosely(view);
  restClosely(view);
  tellLater(view);
}

function mapButton(view, map) {
  const button = made("button", "map", made("canvas", "digit"), made("span", "", map + 1));
  button.type = "button";
  button.addEventListener("click", () => chooseMap(view, map));
  return button;
}

function chooseMap(view, map) {
  Object.assign(view.close, { map, isOwnMap: true, cursor: null });
  followClosely(view);
  restClosely(view);
  tellLater(view);
}

// In the frame in which the pen moves: the maps, and the large one. The rest follows at rest.
function followClosely(view) {
  const { close, seen } = view;
  view.closer.hidden = !close;
  if (!close || !seen) return;
  const { block } = close;
  const { values } = block.result;
  const all = view.papers.map((_, i) => i);
  const most = block.isImage ? null : largestOf(values, block.plan, all);
  view.papers.forEach((each, i) => paintMaps(each, values, [i], most));
  paintLarge(view);
}

function restClosely(view) {
  const { close, seen } = view;
  if (!close || !seen) return;
  const { block } = close;
  if (!close.isOwnMap && block.plan.count > 1) close.map = brightest(block.result.values, block.plan);
  orderMaps(view);
  paintLarge(view);
  showTurn(view);
  tellOfValue(view);
}

function orderMaps(view) {
  const { close, seen } = view;
  if (!close || !seen) return;
  const { block } = close;
  const strong = strengths(block.result.values, block.plan);
  const places = new Map(byStrength(block.result.values, block.plan).map((map, i) => [map, i]));
  const isByStrength = view.find(".order select").value === "strength";
  [...view.find(".maps").children].forEach((button, i) => {
    const factor = factorOf(view.changes, block, i);
    const changed = factor === 1 ? "" : factor === 0 ? ", switched off" : `, times ${factor}`;
    button.ariaLabel = `Map ${i + 1}, mean strength ${number(strong[i])}${changed}`;
    button.ariaPressed = i === close.map;
    button.classList.toggle("is-off", factor === 0);
    button.lastChild.textContent = `${i + 1}${factor === 1 ? "" : factor === 0 ? " off" : ` ×${factor}`}`;
    button.style.order = isByStrength ? places.get(i) : i;
  });
}

// --- the large picture, and the place in it ---

// What the large picture shows: the layer's own map, or the map of its input that paints.
function largeOf({ close: { block, map, way, cursor } }) {
  if (way === "sees") return { values: block.result.values, plan: block.plan, map: block.plan.count > 1 ? map : 0, isImage: block.isImage };
  const source = sourceOf(block.result);
  const plan = planOf(source.shape);
  const painter = cursor === null ? largestAt(source.values, (i) => sees(block.result.operation, map, i % plan.count)) : cursor;
  return { values: source.values, plan, map: painter % plan.count, isImage: isPicture(source) };
}

// Whether a map sees a map of its input: in a convolution of several groups it does not see all.
function sees({ op, groups, phases, shape }, map, before) {
  if (op !== "conv") return true;
  const seen = phases[0].kernel.shape[3];
  return Math.floor(before / seen) === Math.floor((map * groups) / shape[2]);
}

function largestAt(values, isMeant) {
  let best = -1;
  values.forEach((value, i) => isMeant(i) && (best < 0 || Math.abs(value) > Math.abs(values[best])) && (best = i));
  return best;
}

// The number of the value that the account is of.
function indexOf(view) {
  const { values, plan, map } = largeOf(view);
  const { cursor } = view.close;
  return cursor !== null && cursor < values.length ? cursor : largestAt(values, (i) => i % plan.count === map);
}

function paintLarge(view) {
  const { values, plan, map, isImage } = largeOf(view);
  const { canvas } = view.largePaper ?? {};
  if (!canvas || view.largePaper.plan !== plan) view.largePaper = paper(view.large, plan, 1);
  paintMaps(view.largePaper, values, [map], isImage ? null : largestOf(values, plan, [map]));
}

function placeMark(view) {
  const { plan } = largeOf(view);
  const pixel = Math.floor(indexOf(view) / plan.count);
  view.mark.hidden = false;
  place(view.mark, { top: Math.floor(pixel / plan.width), left: pixel % plan.width, height: 1, width: 1 }, plan);
}

function pointAt(view, { clientX, clientY }) {
  const box = view.large.getBoundingClientRect();
  const { plan } = largeOf(view);
  const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  moveTo(view, clamp(Math.floor(y * plan.height), 0, plan.height - 1), clamp(Math.floor(x * plan.width), 0, plan.width - 1));
}

function moveTo(view, row, column) {
  if (!view.seen) return;
  const { values, plan, map } = largeOf(view);
  const index = (row * plan.width + column) * plan.count + map;
  if (index >= values.length || index === view.close.cursor) return;
  view.close.cursor = index;
  if (view.close.block.shape.length === 1 && view.close.way === "sees") {
    Object.assign(view.close, { map: index, isOwnMap: true }); // the values of a vector are turned one by one
    showTurn(view);
    tellLater(view);
  }
  tellOfValue(view);
}

function walk(view, event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!step || !view.seen) return;
  event.preventDefault();
  const { plan } = largeOf(view);
  const pixel = Math.floor(indexOf(view) / plan.count);
  const [row, column] = [Math.floor(pixel / plan.width) + step[0], (pixel % plan.width) + step[1]];
  moveTo(view, clamp(row, 0, plan.height - 1), clamp(column, 0, plan.width - 1));
}

// --- in words ---

const mapInWords = ({ plan, shape, result }, map) =>
  plan.count > 1 ? `Map ${map + 1} of ${plan.count}` : shape.length === 1 ? `Value ${map + 1} of ${result.values.length}` : "Its one map";

function showTurn(view) {
  const { close, changes, find } = view;
  find(".undo-changes").ariaDisabled = !view.seen?.changed;
  view.noise.value = changes.noise;
  view.noise.ariaValueText = `standard deviation ${changes.noise.toFixed(2)}`;
  if (!close) return;
  const { block } = close;
  find(".turn").hidden = Boolean(block.isAside);
  const isVector = block.shape.length === 1;
  const map = isVector && close.way === "sees" ? indexOf(view) : close.map;
  close.map = map;
  const factor = factorOf(changes, block, map);
  view.factor.min = isVector ? -3 : 0;
  view.factor.value = factor;
  view.factor.ariaLabel = `Strength of ${mapInWords(block, map).toLowerCase()}`;
  find(".turn output").textContent = `${mapInWords(block, map)}: times ${factor}`;
  find(".off").ariaPressed = factor === 0;
  find(".off").textContent = factor === 0 ? "Switch on" : "Switch off";
}

function tellOfValue(view) {
  const { close, changes, find } = view;
  const { block, way } = close;
  const index = indexOf(view);
  const { plan, values, map } = largeOf(view);
  paintLarge(view);
  placeMark(view);
  const pixel = Math.floor(index / plan.count);
  const isFlat = way === "sees" ? block.shape.length === 1 : sourceOf(block.result).shape.length === 1;
  const where = isFlat ? `value ${index + 1}` : `row ${Math.floor(pixel / plan.width) + 1}, column ${(pixel % plan.width) + 1}`;
  const what = way === "sees" ? mapInWords(block, close.map) : `Its input${plan.count > 1 ? `, map ${map + 1}` : ""}`;
  find(".chosen figcaption").textContent = what;
  find(".chosen p").textContent = `${where}: ${number(values[index])}`;
  view.large.ariaLabel = `${what}. Marked: ${where}, ${number(values[index])}. Arrow keys move the mark.`;
  const factor = factorOf(changes, block, close.map);
  find(".account").replaceChildren(...wayChoice(view), ...accountOf(block, { way, map: close.map, index, factor }));
}

// Which way round the layer is told of, where there are two.
function wayChoice(view) {
  const ways = waysOf(view.close.block);
  if (ways.length === 1) return [];
  const select = made("select", "", ...ways.map((way) => new Option(WAYS[way], way, false, way === view.close.way)));
  select.addEventListener("change", () => {
    Object.assign(view.close, { way: select.value, cursor: null });
    tellOfValue(view);
    view.find(".account select").focus();
  });
  return [made("label", "", "Show ", select)];
}
