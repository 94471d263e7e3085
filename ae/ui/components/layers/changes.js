// What is changed in the network to see what that does: feature maps times a factor, noise on the
// input. All runs without changes come first, and are kept to be shown beside those with them.

const noChanges = () => ({ encoder: new Map(), decoder: new Map(), noise: 0 });

const isChanged = ({ encoder, decoder, noise }) => encoder.size + decoder.size + noise > 0;

const factorOf = (changes, { part, name }, map) => changes[part]?.get(name)?.get(map) ?? 1;

function turn(changes, { part, name }, map, factor) {
  const maps = changes[part].get(name) ?? new Map();
  if (factor === 1) maps.delete(map);
  else maps.set(map, factor);
  if (maps.size > 0) changes[part].set(name, maps);
  else changes[part].delete(name);
}

// What `run` of the engine takes. mapsOf : how many maps the result of a name has.
const editsOf = (changed, mapsOf) =>
  new Map([...changed].map(([name, maps]) => [name, ({ values }) => {
    const count = mapsOf(name);
    for (const [map, factor] of maps) {
      for (let i = map; i < values.length; i += count) values[i] *= factor;
    }
  }]));

// Latent values that bars have moved, as a further edit. moved : a Map from their indices.
function addMoved(edits, name, moved) {
  const before = edits.get(name);
  edits.set(name, (result) => {
    before?.(result);
    for (const [index, value] of moved) result.values[index] = value;
  });
}

// --- the same noise for every picture, so that it stands still while the pen moves ---

const NOISE = (() => {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647; // Park & Miller
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  return Float32Array.from({ length: 784 }, normal);
})();

const noisy = (image, strength) =>
  strength ? image.map((value, i) => clamp(value + strength * NOISE[i], 0, 1)) : image;

// --- as a text, for the URL: "encoder/conv2d/3/0" for each map, and "noise/0.4" ---

function changesInText({ noise, ...parts }) {
  const all = Object.entries(parts).flatMap(([part, layers]) =>
    [...layers].flatMap(([name, maps]) =>
      [...maps].map(([map, factor]) => [part, encodeURIComponent(name), map + 1, factor].join("/"))));
  return [...all, ...(noise ? [`noise/${noise}`] : [])].join(",");
}

// Reads it; what makes no sense for these blocks is left out.
function changesFrom(text, blocks) {
  const changes = noChanges();
  for (const each of text.split(",")) {
    const [part, name, map, factor] = each.split("/");
    if (part === "noise") changes.noise = clamp(Number(name) || 0, 0, 1);
    const block = blocks.find((known) => known.part === part && encodeURIComponent(known.name) === name);
    const isMap = Number.isInteger(Number(map)) && map >= 1 && map <= (block ? mapsIn(block) : 0);
    if (isMap && !block.isAside && factor >= -3 && factor <= 3) turn(changes, block, map - 1, Number(factor));
  }
  return changes;
}

// How many maps a block has that can be turned: those of a vector are its values.
const mapsIn = ({ shape }) => (shape.length === 1 ? shape[0] : (shape[2] ?? 1));
