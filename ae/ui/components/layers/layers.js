// The network as a row of layers. What the pad has just had computed is painted in the same frame:
// one canvas a block, nothing else of the page changes while the pen moves.

const REST = 300; // ms after the last change the strongest maps are chosen anew
const NARROW = 5, WIDE = 7.5; // rem: the width of a block with one value, and with the most

function mount(view) {
  Object.assign(view, {
    row: view.find(".row"),
    waiting: view.find(".waiting"),
    blocks: [],
    shown: null, // the network whose blocks are there
    timer: 0,
  });
  view.endings = [
    hear("seen", (name) => name === view.data?.drawing && follow(view)),
    hear("network", (name) => name === view.data?.network && follow(view)),
  ];
}

function dismiss(view) {
  clearTimeout(view.timer);
  for (const end of view.endings) end();
}

function receive(view, data) {
  view.data = data;
  follow(view);
}

function follow(view) {
  const { network: name, drawing } = view.data;
  const network = networkOf(name);
  if (network && network !== view.shown) build(view, network);
  const seen = lab.seen.get(drawing);
  const isSeen = network && seen?.network === name;
  say(view, failureOf(name) || (isSeen ? "" : "Draw a digit, and each layer shows what it makes of it."));
  clearTimeout(view.timer);
  if (!isSeen) return wipe(view);
  for (const block of view.blocks) {
    if (block.isInput) block.result = { values: seen.image };
    block.maps ??= strongest(block.result.values, block.plan);
    paintBlock(block);
  }
  view.timer = setTimeout(() => rest(view), REST);
}

function say({ waiting }, text) {
  if (waiting.textContent !== text) waiting.textContent = text;
}

function wipe({ blocks }) {
  for (const block of blocks) {
    block.maps = null;
    block.pixels.data.fill(0);
    block.context.clearRect(0, 0, block.canvas.width, block.canvas.height);
    block.canvas.ariaLabel = `${block.title}: nothing drawn yet`;
  }
}

// Choose the strongest maps, and say which they are: while the pen moves they stay in their places.
function rest({ blocks }) {
  for (const block of blocks) {
    block.maps = strongest(block.result.values, block.plan);
    paintBlock(block);
    block.canvas.ariaLabel = labelOf(block);
    if (block.which) block.which.textContent = whichOf(block);
  }
}

function labelOf({ title, plan, maps, isImage }) {
  if (isImage) return `${title}: a picture of ${inWords([plan.height, plan.width])} pixels`;
  if (plan.count === 1) return `${title}: its values as squares`;
  return `${title}: its strongest feature maps, ${maps.map((map) => map + 1).join(", ")} of ${plan.count}`;
}

const whichOf = ({ plan, maps }) =>
  `map${maps.length > 1 ? "s" : ""} ${maps.map((map) => map + 1).join(", ")} of ${plan.count}`;

// --- the blocks of a network, made once ---

function build(view, network) {
  view.shown = network;
  const groups = groupsOf(network);
  const input = { title: "Image", shape: [28, 28], isImage: true, isInput: true, result: { shape: [28, 28] } };
  groups[0].blocks.unshift(input);
  view.blocks = groups.flatMap(({ blocks }) => blocks);
  const sizes = view.blocks.map(({ result: { shape } }) => shape.reduce((a, b) => a * b, 1));
  const largest = Math.log(Math.max(...sizes));
  view.blocks.forEach((block, i) => (block.width = NARROW + ((WIDE - NARROW) * Math.log(sizes[i])) / largest));
  view.row.replaceChildren(...groups.map(groupElement));
  view.blocks.forEach(layOut);
}

function groupElement({ heading, kind, blocks }) {
  const inner = made("div", "", ...blocks.map(blockElement));
  return made("div", `group ${kind}`, made("p", "heading", heading), inner);
}

function blockElement(block) {
  const { title, result, isInput, isRepeated, shape, width } = block;
  block.canvas = made("canvas", "digit");
  block.canvas.setAttribute("role", "img");
  block.canvas.ariaLabel = title;
  const facts = [made("p", "muted", inWords(result.shape))];
  if (!isInput) facts.unshift(made("p", "muted", isRepeated ? "by the decoder" : result.layer));
  if (!isInput && !isRepeated) facts.push(made("p", "muted", parametersInWords(result)));
  if (planOf(shape).count > 1) facts.push((block.which = made("p", "muted", "")));
  const element = made("figure", "block", made("figcaption", "", title), block.canvas, made("div", "facts", ...facts));
  element.style.setProperty("--width", `${width.toFixed(2)}rem`);
  return element;
}

function made(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

export default component({ mount, receive, dismiss });
