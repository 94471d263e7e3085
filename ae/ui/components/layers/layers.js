// The network as a row of layers, and below it one of them looked at closely. What the pad has just
// had computed is painted in the same frame: canvases alone change while the pen moves.

const REST = 300; // ms after the last change the strongest maps are chosen anew, and Python is told
const NARROW = 30; // percent of a block's width: the picture of one value; that of the most has all of it

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
    hear("moved", (name) => name === view.data?.drawing && changedByHand(view)),
  ];
}

// The network, or that of the snapshot at the slider of a time machine.
const nameOf = ({ data: { networks, of } }) => networks[lab.snapshots.get(of)?.at ?? networks.length - 1];

function dismiss(view) {
  clearTimeout(view.timer);
  clearTimeout(view.tellTimer);
  for (const end of view.endings) end();
  if (!view.seen?.changed) return;
  view.seen.changed = null; // other pages show the network as it was trained
  tell("changed", view.data.drawing);
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
function run(view, network, isFresh) {
  const { changes, blocks, seen, row } = view;
  const moved = movedIn(view);
  const changed = isChanged(changes) || moved.size > 0;
  if (!isFresh) runThrough(network, seen.image);
  blocks[0].result.values = noisy(seen.image, changes.noise);
  row.classList.toggle("changed", changed);
  for (const block of blocks) block.plain = changed ? (block.isInput ? seen.image : block.result.values.slice()) : null;
  seen.changed = null;
  if (changed) {
    const mapsOf = (part) => (name) => mapsIn(blocks.find((block) => block.part === part && block.name === name));
    const edits = editsOf(changes.encoder, mapsOf("encoder"));
    if (moved.size > 0) addMoved(edits, view.z.name, moved);
    const output = runThrough(network, blocks[0].result.values, edits, editsOf(changes.decoder, mapsOf("decoder"))).slice();
    seen.changed = { output, error: squaredError(seen.image, output) };
  }
  showCompared(view);
}

function runThrough({ encoder, decoder, z_log_var: head }, image, encoderEdits, decoderEdits) {
  const z = encoder.run(image, encoderEdits);
  head?.run(encoder.results.get(head.takes).values);
  return decoder.run(z, decoderEdits);
}

// The latent values that bars on the page have moved, if that was for this drawing and network.
function movedIn({ data: { drawing }, seen }) {
  const { z, values } = lab.moved.get(drawing) ?? {};
  const isOfThis = z?.length === seen.z.length && z.every((value, i) => value === seen.z[i]);
  return isOfThis ? values : new Map();
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
  showCompared(view);
  view.closer.hidden = true;
}

// Choose the strongest maps, and say which they are: while the pen moves they stay in their places.
function rest(view) {
  run(view, view.shown, false); // others on the page have had the network decode, too
  for (const block of view.blocks) {
    block.maps = strongest(block.result.values, block.plan);
    paintBlock(block);
    block.paper.canvas.ariaLabel = block.paper.canvas.title = labelOf(block);
    if (block.plain) block.twin.canvas.ariaLabel = `${labelOf(block)}, without your changes`;
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

function showCompared({ compared, seen }) {
  const changed = seen?.changed;
  compared.hidden = !changed;
  if (!changed) return;
  const { output, error } = changed;
  const difference = output.map((value, i) => value - seen.output[i]);
  const shown = [
    [greyOf(seen.output), `squared error ${seen.error.toFixed(1)}`],
    [greyOf(output), `squared error ${error.toFixed(1)}`],
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
  view.z = groups.find(({ kind }) => kind === "latent").blocks[0];
  const input = { title: "Image", shape: [28, 28], isImage: true, isInput: true, result: { shape: [28, 28] } };
  groups[0].blocks.unshift(input);
  view.blocks = groups.flatMap(({ blocks }) => blocks);
  const sizes = view.blocks.map(({ result: { shape } }) => shape.reduce((a, b) => a * b, 1));
  const largest = Math.log(Math.max(...sizes));
  view.blocks.forEach((block, i) => {
    block.share = NARROW + ((100 - NARROW) * Math.log(sizes[i])) / largest;
    block.plan = planOf(block.shape);
  });
  // As many blocks fit a line as the encoder, z and the decoder have together, or a correction.
  const onWay = (isOnWay) => groups.map(({ kind, blocks }) => ((kind !== "correction") === isOnWay ? blocks.length : 0));
  view.row.style.setProperty("--blocks", Math.max(onWay(true).reduce((a, b) => a + b), ...onWay(false).map((count) => count + 0.5)));
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
  const { title, result, isInput, isRepeated, plan, share } = block;
  const maps = Math.min(plan.count, MOST_MAPS);
  [block.paper, block.twin] = ["", "twin"].map((name) => {
    const canvas = made("canvas", `digit ${name}`);
    canvas.setAttribute("role", "img");
    canvas.ariaLabel = title;
    return paper(canvas, plan, maps);
  });
  const facts = [made("p", "", inWords(result.shape))];
  if (!isInput) facts.unshift(made("p", "", ...(isRepeated ? ["by the decoder"] : breakable(result.layer))));
  if (!isInput && !isRepeated) facts.push(made("p", "", parametersInWords(result)));
  const canLook = !isInput && !isRepeated;
  const element = made("figure", `block${canLook ? " can-look" : ""}`,
    made("div", "frame", block.paper.canvas),
    made("p", "without", "without changes:"), made("div", "frame twin", block.twin.canvas),
    made("figcaption", "", ...(canLook ? [lookButton(block)] : breakable(title))), made("div", "facts muted", ...facts));
  element.style.setProperty("--share", `${share.toFixed(1)}%`);
  if (canLook) element.addEventListener("click", () => {
    choose(view, block);
    if (view.seen) view.closer.scrollIntoView({ block: "nearest" });
  });
  return (block.element = element);
}

// For keys; the whole block takes a click.
function lookButton({ title }) {
  const button = made("button", "look", ...breakable(title));
  button.type = "button";
  button.title = "Look closer at this layer";
  return button;
}

export default component({ mount, receive, dismiss });
