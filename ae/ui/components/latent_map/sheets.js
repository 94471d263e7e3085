// The sheets of pictures that `sprites` has put on the window. A map asks for one by its name each
// time that it paints, and paints anew at every "ae-sheet" event, for a sheet comes when it comes.

const sheetNamed = (name) => globalThis.aeSheets?.get(name);

// The picture number `index` of a sheet, or false where the sheet has not arrived.
function paintFromSheet(context, name, index, columns) {
  const sheet = sheetNamed(name);
  if (!sheet) return false;
  const [left, top] = [28 * (index % columns), 28 * Math.floor(index / columns)];
  context.drawImage(sheet, left, top, 28, 28, 0, 0, 28, 28);
  return true;
}

// The four pictures around a place, parts of the frame, of a sheet with side × side of them, and
// the weight of each: bilinear interpolation.
function corners(side, [x, y]) {
  const [column, row] = [x * (side - 1), (1 - y) * (side - 1)];
  const [left, top] = [column, row].map((value) => Math.min(Math.floor(value), side - 2));
  return [[0, 0], [1, 0], [0, 1], [1, 1]].map(([dx, dy]) => ({
    index: (top + dy) * side + left + dx,
    weight: (dx ? column - left : 1 - column + left) * (dy ? row - top : 1 - row + top),
  }));
}

// What is decoded at a place, as smooth as the hand, or false where the sheet has not arrived.
function paintBlend(context, { name, side }, place) {
  if (!sheetNamed(name)) return false;
  context.globalCompositeOperation = "lighter";
  for (const { index, weight } of corners(side, place)) {
    context.globalAlpha = weight;
    paintFromSheet(context, name, index, side);
  }
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-over";
  return true;
}
