// What is drawn on maps of latent vectors: digits as points, and marks. Places are [x, y] in the
// canvas' own pixels.

function ring(context, [x, y], radius, dashes = []) {
  context.lineWidth = 3;
  context.setLineDash(dashes);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
  context.setLineDash([]);
}

// One standard deviation around the place of a VAE's z_mean.
function ellipse(context, [x, y], [across, down]) {
  context.lineWidth = 3;
  context.beginPath();
  context.ellipse(x, y, across, down, 0, 0, 2 * Math.PI);
  context.stroke();
}

// Four strokes from `inner` to `outer` pixels around a place.
function cross(context, [x, y], inner, outer) {
  context.lineWidth = 3;
  context.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(x + inner * dx, y + inner * dy);
    context.lineTo(x + outer * dx, y + outer * dy);
  }
  context.stroke();
}

// Where one's own drawing is. The word turns to the left where it would leave the map.
function own(context, [x, y]) {
  context.lineWidth = 4;
  context.beginPath();
  for (const [dx, dy] of [[0, -18], [18, 0], [0, 18], [-18, 0]]) context.lineTo(x + dx, y + dy);
  context.closePath();
  context.stroke();
  context.font = "600 26px sans-serif";
  const fits = x + 24 + context.measureText("yours").width < context.canvas.width;
  context.textAlign = fits ? "start" : "end";
  context.fillText("yours", fits ? x + 24 : x - 24, y + 9);
}

const aDigit = (label) => (label === 8 ? "an 8" : `a ${label}`);

// A box of two corners, or a lasso of more.
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

// --- points: each is written as its digit, so that colour alone never tells the class ---

const glyphs = new Map(); // thousands of points share a few pictures

function paintDigit(context, [x, y], label, colour, size) {
  const key = `${label} ${colour} ${size}`;
  if (!glyphs.has(key)) glyphs.set(key, glyph(label, colour, size));
  context.drawImage(glyphs.get(key), Math.round(x - size / 2), Math.round(y - size / 2));
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

// Ten hues of one lightness, which stand out from the page's ground alike.
const classColour = (label, dark) => `oklch(${dark ? 0.76 : 0.53} 0.15 ${36 * label + 20})`;

// From orange over grey to blue, which all common kinds of colour blindness tell apart.
function shareColour(percent) {
  const [from, to] = percent < 50 ? [[217, 115, 13], [140, 140, 150]] : [[140, 140, 150], [47, 111, 222]];
  const part = (percent % 50) / 50 + (percent === 100 ? 1 : 0);
  return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * part))})`;
}
