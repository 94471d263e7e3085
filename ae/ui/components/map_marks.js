// What is drawn on the map's canvases: points, marks, and the digit at a place.

function ring(context, [x, y], radius, dashes) {
  context.lineWidth = 3;
  context.setLineDash(dashes);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
  context.setLineDash([]);
}

function cross(context, [x, y]) {
  context.lineWidth = 2;
  context.beginPath();
  for (const [dx, dy] of [[1, 0], [0, 1]]) {
    for (const side of [-1, 1]) {
      context.moveTo(x + 18 * side * dx, y + 18 * side * dy);
      context.lineTo(x + 34 * side * dx, y + 34 * side * dy);
    }
  }
  context.stroke();
}

function own(context, [x, y]) {
  context.lineWidth = 4;
  context.beginPath();
  for (const [dx, dy] of [[0, -18], [18, 0], [0, 18], [-18, 0]]) context.lineTo(x + dx, y + dy);
  context.closePath();
  context.stroke();
  context.font = "600 26px sans-serif";
  context.fillText("yours", x + 24, y + 9);
}

function outline(context, corners) {
  const [[x0, y0], [x1, y1]] = [corners[0], corners[corners.length - 1]];
  const around = corners.length === 2 ? [[x0, y0], [x1, y0], [x1, y1], [x0, y1]] : corners;
  context.lineWidth = 3;
  context.setLineDash([10, 6]);
  context.beginPath();
  for (const [x, y] of around) context.lineTo(x, y);
  context.closePath();
  context.stroke();
  context.globalAlpha = 0.12;
  context.fill();
  context.globalAlpha = 1;
  context.setLineDash([]);
}

// The points without marks, painted once. Each is written as its digit: class is never told by
// colour alone.
function paintedPoints(view, canvas, offset, text) {
  const layer = document.createElement("canvas");
  layer.width = layer.height = canvas.width;
  const context = layer.getContext("2d");
  const { points, facts } = view;
  const count = points.length / 4;
  const size = Math.round((canvas.width / 960) * Math.max(13, 26 - 4 * Math.log10(count)));
  const glyphs = new Map();
  for (let i = 0; i < count; i++) {
    const [label, share] = [facts[2 * i], facts[2 * i + 1]];
    const colour = view.data.honest ? shareColour(share) : `hsl(${label * 36} 65% 52%)`;
    const key = `${label} ${colour}`;
    if (!glyphs.has(key)) glyphs.set(key, glyph(label, colour, size));
    const x = (points[4 * i + offset] / 65535) * layer.width, y = (1 - points[4 * i + offset + 1] / 65535) * layer.width;
    context.drawImage(glyphs.get(key), Math.round(x - size / 2), Math.round(y - size / 2));
  }
  return { canvas: layer, text };
}

function glyph(label, colour, size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  context.font = `600 ${size}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(label, size / 2, size / 2 + 1);
  return canvas;
}

// From orange over grey to blue, which all common kinds of colour blindness tell apart.
function shareColour(percent) {
  const [from, to] = percent < 50 ? [[217, 115, 13], [140, 140, 150]] : [[140, 140, 150], [47, 111, 222]];
  const part = (percent % 50) / 50 + (percent === 100 ? 1 : 0);
  return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * part))})`;
}

// The four nearest places of the sheet, each by its share: as smooth as the hand.
function blend(context, { name, side }, [x, y]) {
  const sheet = globalThis.aeSheets?.get(name);
  if (!sheet) return false;
  const [column, row] = [x * (side - 1), (1 - y) * (side - 1)];
  const [left, top] = [column, row].map((value) => Math.min(Math.floor(value), side - 2));
  context.globalCompositeOperation = "lighter";
  for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
    context.globalAlpha = (dx ? column - left : 1 - column + left) * (dy ? row - top : 1 - row + top);
    context.drawImage(sheet, 28 * (left + dx), 28 * (top + dy), 28, 28, 0, 0, 28, 28);
  }
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-over";
  return true;
}
