// A latent vector as bars that can be moved. The network of the page decodes it in the frame in which
// a bar moves; the vector is that of a drawing on the page, or the mean of the test digits.
//
// Changes are kept as long as the latent vector that they change: a new drawing (or model) starts
// without changes. Positions are in standard deviations from the mean of the test digits; `reach`
// is where the bars end.

const STEP = 0.1;
const QUIET_MS = 600; // after so long without a change the result is read aloud
const NAME_MS = 150; // after so long without a change every bar gets its words
const NARROWEST = 24; // pixels of a bar that a finger meets
const MANY = 32; // bars that are lower on a phone, so that more rows are seen

const kept = new Map(); // name of a drawing -> {of, changes, touched}: outlives a switch of pages

function mount(view) {
  const { find } = view;
  Object.assign(view, {
    bars: find(".bars"),
    levels: find(".levels"), // behind the bars
    places: [], // of the bars, on it
    theme: null, // its colours
    named: null, // the bar that was touched when all got their names
    map: find(".plot"),
    squares: find(".squares"),
    sheet: null, // their layout, see maps.js
    pictures: find(".pictures"),
    spoken: find(".unseen"),
    frame: 0,
    quietTimer: 0,
    nameTimer: 0,
    layer: null, // the map without its cross, painted once
    resized: new ResizeObserver(() => view.z && formOf(view) === "bars" && relay(view)),
  });
  view.bars.addEventListener("input", ({ target }) => {
    move(view, [[Number(target.dataset.index), Number(target.value)]]);
  });
  view.bars.addEventListener("focusin", ({ target }) => touch(view, Number(target.dataset.index)));
  view.bars.addEventListener("keydown", (event) => walkAlong(view, event));
  find("button").addEventListener("click", () => reset(view));
  view.resized.observe(find(".values"));
  listenToMap(view);
  listenToSquares(view);
  view.endings = [
    // in the frame in which the drawing was looked at
    hear("seen", (name) => name === view.data?.drawing && follow(view)),
    hear("network", (name) => name === view.data?.network && follow(view)),
    hear("undo", (name) => name === view.data?.drawing && reset(view)),
  ];
}

function dismiss(view) {
  view.resized.disconnect();
  clearTimeout(view.quietTimer);
  clearTimeout(view.nameTimer);
  cancelAnimationFrame(view.frame);
  for (const end of view.endings) end();
}

// --- changes ---

function move(view, pairs) {
  const { reach } = view.data;
  for (const [index, position] of pairs) view.changes.set(index, clamp(position, -reach, reach));
  view.touched = pairs[0][0];
  changed(view);
}

function touch(view, index) {
  if (view.touched === index) return;
  view.touched = index;
  changed(view);
}

function reset(view) {
  if (view.changes.size === 0) return;
  view.changes.clear();
  changed(view);
}

function changed(view) {
  const { of, changes, touched } = view;
  kept.set(view.data.drawing, { of, changes, touched });
  if (!view.frame) view.frame = requestAnimationFrame(() => {
    show(view);
    tellMoved(view);
  });
  speakLater(view);
}

// For components that show more of the network than its output.
function tellMoved(view) {
  const { seen, changes, data: { drawing } } = view;
  if (!seen) return;
  lab.moved.set(drawing, { z: seen.z, values: new Map([...changes.keys()].map((index) => [index, valueOf(view, index)])) });
  tell("moved", drawing);
}

const positionOf = ({ z, changes }, index) => changes.get(index) ?? z[index];
const valueOf = (view, index) => view.data.mean[index] + positionOf(view, index) * view.data.deviation[index];

// Left and right go from bar to bar: one stop for the Tab key, however many bars there are.
function walkAlong(view, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const count = view.z.length;
  const index = (Number(event.target.dataset.index) + step + count) % count;
  view.bars.children[index].focus();
}

// --- the latent vector that is shown ---

function receive(view, data) {
  Object.assign(view, { data, theme: null });
  follow(view);
  if (view.touched !== null) tell("ran", data.network); // to show what that dimension changes
}

// Show what the page's network has made of the drawing; without a drawing, the mean.
function follow(view) {
  const { network, drawing, mean, deviation } = view.data;
  const seen = lab.seen.get(drawing);
  view.seen = seen?.network === network ? seen : null;
  view.z = mean.map((each, i) => (view.seen ? (view.seen.z[i] - each) / deviation[i] : 0));
  view.sigma = view.seen?.deviation && Array.from(view.seen.deviation, (each, i) => each / deviation[i]);
  view.of = JSON.stringify([network, view.z]);
  const before = kept.get(drawing);
  view.changes = before?.of === view.of ? before.changes : new Map();
  view.touched = before?.touched < mean.length ? before.touched : null;
  show(view);
}

function show(view) {
  cancelAnimationFrame(view.frame);
  view.frame = 0;
  showValues(view);
  showPictures(view);
}

function showPictures(view) {
  const { decoder } = networkOf(view.data.network) ?? {};
  if (!decoder) return;
  const { seen, changes } = view;
  const values = view.z.map((_, index) => valueOf(view, index));
  const target = seen?.image ?? decoder.run(view.data.mean).slice();
  const output = seen && changes.size === 0 ? seen.output : decoder.run(seen ? valuesOf(view) : values).slice();
  const name = seen ? "your digit" : "the mean latent vector's picture";
  const error = `error ${squaredError(target, output).toFixed(1)}`;
  // The mean's own picture has no error: it is what the others are compared with.
  const isMean = !seen && changes.size === 0;
  view.message = isMean ? "It is the mean latent vector's picture" : `Squared ${error} against ${name}`;
  const caption = isMean ? name : `${error}; green: ${name}`;
  showPicture(view, ".decoded", overlaid(output, target), caption, `Decoder output. ${view.message}`);
  showChange(view, decoder, values);
}

// The drawing's own values, but for those that are moved: rounding them would change the picture.
const valuesOf = (view) => view.seen.z.map((value, index) => (view.changes.has(index) ? valueOf(view, index) : value));

// The pixels that the touched dimension changes, from 1 standard deviation below to 1 above.
function showChange(view, decoder, values) {
  const { touched: index, data } = view;
  view.find(".what").textContent = `What ${index === null ? "one dimension" : `z${index + 1}`} changes`;
  if (index === null) {
    const what = { bars: "Move a bar", map: "Move the cross", squares: "Choose a square" }[formOf(view)];
    return showPicture(view, ".moved", null, `${what}.`, `${what} to see which pixels change`);
  }
  const at = (step) =>
    decoder.run(values.map((value, i) => (i === index ? value + step * data.deviation[i] : value))).map((v) => clamp(v, 0, 1));
  const [lower, upper] = [at(-1), at(1)];
  const change = upper.map((value, i) => value - lower[i]);
  const largest = change.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const by = `${Math.round(100 * largest)} % of white`;
  showPicture(
    view,
    ".moved",
    signed(change.map((value) => value / Math.max(largest, 1e-6))),
    `z${index + 1} + 2 SD: orange brighter, blue darker, by up to ${by}`,
    `The pixels that z${index + 1} changes: raising it by 2 standard deviations makes orange pixels brighter and blue ones darker, by up to ${by}`,
  );
}

function showPicture(view, selector, bytes, caption, alt) {
  const canvas = view.find(selector);
  canvas.setAttribute("aria-label", alt);
  canvas.nextElementSibling.textContent = caption;
  const context = canvas.getContext("2d");
  canvas.dataset.painted = bytes !== null;
  if (bytes) paint(context, bytes, 28);
  else context.clearRect(0, 0, 28, 28);
}

function speakLater(view) {
  clearTimeout(view.quietTimer);
  view.quietTimer = setTimeout(() => {
    const { spoken, changes, message } = view;
    if (changes.size > 0 && spoken.textContent !== message) spoken.textContent = message;
  }, QUIET_MS);
}

// --- the screen ---

// What the latent vector is shown as.
const formOf = ({ data }) => (data.map !== null ? "map" : data.mean.length > data.most_bars ? "squares" : "bars");

function showValues(view) {
  const { data, bars, map, squares, touched, changes } = view;
  const form = formOf(view);
  const forms = { bars: bars.parentElement, map, squares: view.find(".field") };
  for (const each in forms) forms[each].hidden = each !== form;
  ({ map: showMap, squares: showSquares, bars: showBars })[form](view);
  view.find("button").setAttribute("aria-disabled", changes.size === 0);
  view.find(".readout").textContent = form === "map" ? whereOnMap(view) : touched === null ? data.hint : inWords(view, touched);
}

// The bars are painted in each frame; the sliders above them, which are slow, follow at rest.
function showBars(view) {
  const { bars, data, touched, z } = view;
  const isNew = bars.children.length !== z.length;
  if (isNew) {
    bars.replaceChildren(...z.map((_, index) => newBar(index, data.reach)));
    layBars(view); // it asks for a width: not in every frame
  }
  paintBars(view);
  const nameAll = () => z.forEach((_, index) => nameBar(view, index));
  clearTimeout(view.nameTimer);
  view.nameTimer = setTimeout(nameAll, NAME_MS);
  if (isNew || view.named !== touched) nameAll();
  else if (touched !== null) nameBar(view, touched);
  view.named = touched;
}

function nameBar(view, index) {
  const { touched } = view;
  const bar = view.bars.children[index];
  bar.value = positionOf(view, index);
  bar.tabIndex = index === (touched ?? 0) ? 0 : -1;
  bar.setAttribute("aria-current", index === touched);
  bar.setAttribute("aria-valuetext", inWords(view, index));
  bar.title = inWords(view, index);
}

// A bar grows from the middle, the mean of the test digits, up or down: the side alone tells the
// sign. The line in the colour of one's own drawing is where the drawing has a moved value.
function paintBars(view) {
  const { levels, places, data, z, changes } = view;
  view.theme ??= themeOf(levels);
  const { text, own } = view.theme;
  const context = levels.getContext("2d");
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.clearRect(0, 0, levels.width, levels.height);
  const fill = (colour, alpha, ...box) => {
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    context.fillRect(...box);
  };
  z.forEach((original, index) => {
    const { left, top, width, height } = places[index];
    const position = positionOf(view, index);
    const { low, high, was } = barHeights(position, original, data.reach);
    const [from, across] = [left + width / 10, 0.8 * width];
    const at = (percent) => top + height * (1 - percent / 100);
    fill(text, 0.06, from, top, across, height);
    fill(text, 0.55, from, at(high), across, at(low) - at(high));
    fill(text, 0.75, left, at(50), width, 1);
    if (view.sigma) {
      const [from, to] = [1, -1].map((side) => at(50 + (50 * clamp(original + side * view.sigma[index], -data.reach, data.reach)) / data.reach));
      fill(own, 0.8, left + width / 2 - 1, from, 2, to - from); // z_mean ± σ of a VAE
    }
    if (changes.has(index)) fill(own, 1, left, at(was) - 1.5, width, 3);
    fill(text, 1, left, clamp(at(position < 0 ? low : high) - 2, top, top + height - 4), width, 4);
  });
}

// As few rows as fit, all but the last of the same length.
function columnsFor(count, width) {
  const rows = Math.ceil(count / Math.max(1, Math.floor(width / NARROWEST)));
  return Math.ceil(count / rows);
}

function layBars(view) {
  const { bars, levels, z, find } = view;
  bars.style.setProperty("--columns", columnsFor(z.length, find(".values").clientWidth));
  bars.classList.toggle("many", z.length >= MANY);
  levels.width = bars.clientWidth * devicePixelRatio;
  levels.height = bars.clientHeight * devicePixelRatio;
  view.places = [...bars.children].map(({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) => ({
    left: offsetLeft, top: offsetTop, width: offsetWidth, height: offsetHeight,
  }));
}

function relay(view) {
  layBars(view);
  paintBars(view);
}

function newBar(index, reach) {
  const bar = document.createElement("input");
  Object.assign(bar, { type: "range", min: -reach, max: reach, step: STEP });
  bar.dataset.index = index;
  bar.setAttribute("aria-label", `z ${index + 1}`);
  bar.setAttribute("aria-orientation", "vertical");
  return bar;
}

// In percent of the slider from below: the two ends of a bar, and where the drawing has it.
function barHeights(position, original, reach) {
  const height = (value) => 50 + (50 * clamp(value, -reach, reach)) / reach;
  return { low: height(Math.min(0, position)), high: height(Math.max(0, position)), was: height(original) };
}

function inWords(view, index) {
  const position = positionOf(view, index);
  const distance = Math.abs(position).toFixed(1);
  const where = Number(distance) === 0 ? "at" : `${distance} standard deviations (SD) ${position < 0 ? "below" : "above"}`;
  return `z${index + 1} = ${valueOf(view, index).toFixed(2)}, ${where} the mean of the test digits`;
}

export default component({ mount, receive, dismiss });
