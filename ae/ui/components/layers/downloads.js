// What a layer shows as files: its maps as a picture, all activations as NumPy reads them.

const ENLARGED = 4; // pixels of the file for each value

function saveMaps(view) {
  const { close, seen } = view;
  if (!close || !seen) return;
  const { block } = close;
  const { values } = block.result;
  const canvas = made("canvas", "");
  const maps = Array.from({ length: block.plan.count }, (_, i) => i);
  paintMaps(paper(canvas, block.plan, maps.length), values, maps, block.isImage ? null : largestOf(values, block.plan, maps));
  const large = made("canvas", "");
  Object.assign(large, { width: ENLARGED * canvas.width, height: ENLARGED * canvas.height });
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  large.toBlob((blob) => save(blob, `${fileName(block.title)}.png`));
}

function saveValues(view) {
  if (!view.seen) return;
  const named = view.blocks.map((block) => [
    block.isInput ? "image" : `${block.part}-${fileName(block.name)}`,
    block.result.values,
    block.isInput ? [28, 28] : block.result.shape,
  ]);
  save(new Blob([archiveOf(named)]), "activations.npz");
}

const fileName = (title) => title.replace(/[^\w.()-]+/g, "_");

function save(blob, name) {
  const link = made("a", "");
  Object.assign(link, { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// --- .npz: a zip, not compressed, of .npy files. See numpy.lib.format and PKWARE's APPNOTE. ---

// named : [name, Float32Array, shape] of each array.
function archiveOf(named) {
  const [files, entries] = [[], []];
  let offset = 0;
  for (const [name, values, shape] of named) {
    const path = new TextEncoder().encode(`${name}.npy`);
    const content = arrayFile(values, shape);
    const facts = [0x0800, 0, 0, 0x21, crc32(content), content.length, content.length]; // 0x0800: UTF-8
    const local = zipHead(0x04034b50, [20, ...facts.slice(0, 4)], facts.slice(4), [path.length, 0]);
    entries.push(joined([
      zipHead(0x02014b50, [20, 20, ...facts.slice(0, 4)], facts.slice(4), [path.length, 0, 0, 0, 0, 0, 0]),
      numbers([[offset, 4]]), path,
    ]));
    files.push(local, path, content);
    offset += local.length + path.length + content.length;
  }
  const list = joined(entries);
  const end = numbers([[0x06054b50, 4], [0, 2], [0, 2], [named.length, 2], [named.length, 2], [list.length, 4], [offset, 4], [0, 2]]);
  return joined([...files, list, end]);
}

const zipHead = (magic, shorts, longs, rest) =>
  numbers([[magic, 4], ...shorts.map((n) => [n, 2]), ...longs.map((n) => [n, 4]), ...rest.map((n) => [n, 2])]);

// Little-endian numbers of so many bytes each.
const numbers = (pairs) =>
  Uint8Array.from(pairs.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255)));

function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

function arrayFile(values, shape) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const head = text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11) + "\n";
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return joined([Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY")), numbers([[1, 1], [0, 1], [head.length, 2]]), new TextEncoder().encode(head), bytes]);
}

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (crc ^ -1) >>> 0;
}
