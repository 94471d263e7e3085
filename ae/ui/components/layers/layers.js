// The network as a row of layers, and below it one of them looked at closely. What the pad has just
// had computed is painted in the same frame: canvases alone change while the pen moves.

const REST = 300; // ms after the last change the strongest maps are chosen anew, and Python is told
const NARROW = 5, WIDE = 7.5; // rem: the width of a block with one value, and with the most

function mount(view) {
  Object.assign(view, {
    row: view.find(".row"),
    waiting: view.find(".waiting"),
    blocks: [],
    shown: null, // the network whose blocks are there
    seen: null, // what the network has made of the drawing, without changes
    changes: noChanges(),
    timer: 0,
    tellTimer: 0,
    told: null, // what Python knows
  });
  mountCloser(view);
  mountCompared(view);
  view.endings = [
    hear("seen", (name) => name === view.data?.drawing && follow(view, true)),
    hear("network", (name) => view.data && name === nameOf(view) && follow(view)),
    hear("ran", (name) => view.data && name === nameOf(view) && follow(view)),
  ];
}

// The network, or that of the snapshot at the slider of a time machine.
const nameOf = ({ data: { networks, of } }) => networks[lab.snapshots.get(of)?.at ?? networks.length - 1];

function dismiss(view) {
  clearTimeout(view.timer);
  clearTimeout(view.tellTimer);
  for (const end of view.endings) end();
}

function receive(view, data) {
  view.data = data;
  follow(view);
}

// isFresh : the pad has just had the network run.
function follow(view, isFresh = false) {
  const { drawing } = view.data;
  const name = nameOf(view);
  const network = networkOf(name);
  const seen = lab.seen.get(drawing);
  view.seen = network && seen?.network === name ? seen : null;
  if (network && network !== view.shown) build(view, network);
  say(view, failureOf(name) || (view.seen ? "" : "Draw a digit, and each layer shows what it makes of it."));
  clearTimeout(view.timer);
  if (!view.seen) return wipe(view);
  run(view, network, isFresh);
  for (const block of view.blocks) {
    block.maps ??= strongest(block.result.values, block.plan);
    paintBlock(block);
  }
  followClosely(view);
  view.timer = setTimeout(() => rest(view), REST);
}

// Have the network's results be those with the changes, and keep those without.
function run(view, { encoder, decoder }, isFresh) {
  const { changes, blocks, seen, row } = view;
  const changed = isChanged(changes);
  if (!isFresh) decoder.run(encoder.run(seen.image));
  blocks[0].result.values = noisy(seen.image, changes.noise);
  row.classList.toggle("changed", changed);
  for (const block of blocks) block.plain = changed ? (block.isInput ? seen.image : block.result.values.slice()) : null;
  if (changed) {
    const mapsOf = (part) => (name) => mapsIn(blocks.find((block) => block.part === part && block.name === name));
    const z = encoder.run(blocks[0].result.values, editsOf(changes.encoder, mapsOf("encoder")));
    view.output = decoder.run(z, editsOf(changes.decoder, mapsOf("decoder")));
  } else view.output = seen.output;
  showCompared(view, changed);
}

function say({ waiting }, text) {
  if (waiting.textContent !== text) waiting.textContent = text;
}

function wipe(view) {
  for (const block of view.blocks) {
    block.maps = null;
    wipePaper(block.paper);
    wipePaper(block.twin);
    block.paper.canvas.ariaLabel = `${block.title}: nothing drawn yet`;
  }
  view.row.classList.remove("changed");
  showCompared(view, false);
  view.closer.hidden = true;
}

// Choose the strongest maps, and say which they are: while the pen moves they stay in their places.
function rest(view) {
  for (const block of view.blocks) {
    block.maps = strongest(block.result.values, block.plan);
    paintBlock(block);
    block.paper.canvas.ariaLabel = labelOf(block);
    if (block.plain) block.twin.canvas.ariaLabel = `${labelOf(block)}, without your changes`;
    if (block.which) block.which.textContent = whichOf(block);
  }
  restClosely(view);
}

function paintBlock({ result: { values }, plain, plan, maps, isImage, paper, twin }) {
  const most = isImage ? null : Math.max(...[values, plain ?? values].map((each) => largestOf(each, plan, maps)));
  paintMaps(paper, values, maps, most);
  if (plain) paintMaps(twin, plain, maps, most);
}

function labelOf({ title, plan, maps, isImage }) {
  if (isImage) return `${title}: a picture of ${inWords([plan.height, plan.width])} pixels`;
  if (plan.count === 1) return `${title}: its values as squares`;
  return `${title}: its strongest feature maps, ${maps.map((map) => map + 1).join(", ")} of ${plan.count}`;
}

const whichOf = ({ plan, maps }) =>
  `map${maps.length > 1 ? "s" : ""} ${maps.map((map) => map + 1).join(", ")} of ${plan.count}`;

// --- with the changes and without ---

function mountCompared(view) {
  const titles = ["Without your changes", "With your changes", "Difference"];
  view.compared = view.find(".compared");
  view.compared.append(...titles.map((title) => {
    const canvas = made("canvas", "digit");
    Object.assign(canvas, { width: 28, height: 28 });
    canvas.setAttribute("role", "img");
    return made("figure", "", made("figcaption", "", title), canvas, made("p", ""));
  }));
}

function showCompared({ compared, seen, output }, changed) {
  compared.hidden = !changed;
  if (!changed) return;
  const difference = output.map((value, i) => value - seen.output[i]);
  const error = (picture) => `squared error ${squaredError(seen.image, picture).toFixed(1)}`;
  const shown = [
    [greyOf(seen.output), error(seen.output)],
    [greyOf(output), `${error(output)}, against the drawing`],
    [signed(difference), "orange brighter, blue darker"],
  ];
  shown.forEach(([bytes, words], i) => {
    const [title, canvas, text] = compared.children[i].children;
    paint(canvas.getContext("2d"), bytes, 28);
    if (text.textContent !== words) text.textContent = words;
    canvas.ariaLabel = `${title.textContent}: ${words}`;
  });
}

// --- Python, at rest ---

function tellLater(view) {
  clearTimeout(view.tellTimer);
  view.tellTimer = setTimeout(() => tellNow(view), REST);
}

function tellNow(view) {
  if (!view.data.tells) return;
  const chosen = chosenIn(view, view.close);
  const text = JSON.stringify(chosen);
  if (text === view.told) return;
  view.told = text;
  view.setStateValue("chosen", chosen);
}

const chosenIn = ({ changes }, { block, isOwn, map, isOwnMap }) => ({
  layer: isOwn ? addressOf(block) : "",
  map: isOwnMap ? `${map + 1}` : "",
  changes: changesInText(changes),
});

const addressOf = ({ part, name }) => `${part}/${name}`;

// --- the blocks of a network, made once ---

function build(view, network) {
  const isFirst = view.shown === null, before = view.close;
  view.shown = network;
  const groups = groupsOf(network);
  const input = { title: "Image", shape: [28, 28], isImage: true, isInput: true, result: { shape: [28, 28] } };
  groups[0].blocks.unshift(input);
  view.blocks = groups.flatMap(({ blocks }) => blocks);
  const sizes = view.blocks.map(({ result: { shape } }) => shape.reduce((a, b) => a * b, 1));
  const largest = Math.log(Math.max(...sizes));
  view.blocks.forEach((block, i) => {
    block.width = NARROW + ((WIDE - NARROW) * Math.log(sizes[i])) / largest;
    block.plan = planOf(block.shape);
  });
  view.row.replaceChildren(...groups.map((group) => groupElement(view, group)));
  const looked = view.blocks.filter(({ isInput, isRepeated }) => !isInput && !isRepeated);
  view.choice.replaceChildren(...groups.map(({ heading, blocks }) => {
    const group = made("optgroup", "");
    group.label = heading;
    group.append(...blocks.filter((block) => looked.includes(block)).map((block) => new Option(block.title, view.blocks.indexOf(block))));
    return group;
  }));
  const isSnapshot = view.data.of && before;
  start(view, looked, isFirst ? view.data.start : isSnapshot ? chosenIn(view, before) : { layer: "", map: "", changes: "" });
  if (isSnapshot) Object.assign(view.close, { way: before.way, cursor: before.cursor });
}

// With what the URL says. Another model begins anew, another snapshot does not.
function start(view, looked, { layer, map, changes }) {
  view.changes = changesFrom(changes, looked);
  const block = looked.find((each) => addressOf(each) === layer) ?? looked[0];
  const isMap = Number.isInteger(Number(map)) && map >= 1 && map <= mapsIn(block);
  view.close = null;
  lookAt(view, block, isMap ? map - 1 : null);
  view.close.isOwn = addressOf(block) === layer;
  view.told ??= JSON.stringify(chosenIn(view, view.close)); // what the URL says is not told again
}

function groupElement(view, { heading, kind, blocks }) {
  const inner = made("div", "", ...blocks.map((block) => blockElement(view, block)));
  return made("div", `group ${kind}`, made("p", "heading", heading), inner);
}

function blockElement(view, block) {
  const { title, result, isInput, isRepeated, plan, width } = block;
  const maps = Math.min(plan.count, MOST_MAPS);
  [block.paper, block.twin] = ["", "twin"].map((name) => {
    const canvas = made("canvas", `digit ${name}`);
    canvas.setAttribute("role", "img");
    canvas.ariaLabel = title;
    return paper(canvas, plan, maps);
  });
  const facts = [made("p", "muted", inWords(result.shape))];
  if (!isInput) facts.unshift(made("p", "muted", isRepeated ? "by the decoder" : result.layer));
  if (!isInput && !isRepeated) facts.push(made("p", "muted", parametersInWords(result)));
  if (plan.count > 1) facts.push((block.which = made("p", "muted", "")));
  const name = isInput || isRepeated ? title : lookButton(view, block);
  const element = made("figure", "block", made("figcaption", "", name), block.paper.canvas,
    made("p", "without muted", "without changes:"), block.twin.canvas, made("div", "facts", ...facts));
  element.style.setProperty("--width", `${width.toFixed(2)}rem`);
  return (block.element = element);
}

function lookButton(view, block) {
  const button = made("button", "look", block.title);
  button.type = "button";
  button.title = "Look closer at this layer";
  button.addEventListener("click", () => {
    choose(view, block);
    if (view.seen) view.closer.scrollIntoView({ block: "nearest" });
  });
  return button;
}

export default component({ mount, receive, dismiss });
