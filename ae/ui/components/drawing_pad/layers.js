// The two layers of a drawing: the ink, and above it what the noise pen has drawn. Python gets both.

const NOISE_WIDTH = 18; // of the canvas' 560 pixels: a line that is thinner than any brush's
const NOISE_COLOUR = "#ffa63d";

// The eraser takes from both layers, a pen adds to its own.
function paintStroke({ context, noise }, stroke, from) {
  if (!stroke.scribble) paintSegments(context, stroke, from, stroke.erase ? "#000" : "#fff");
  if (stroke.scribble || stroke.erase) paintNoise(noise, stroke, from);
}

// Segment by segment, live and in a repaint alike: both give the same pixels.
function paintSegments(context, { points, width }, from, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = width;
  context.lineCap = "round";
  for (let i = from; i < points.length; i++) {
    const [x, y] = points[i];
    context.beginPath();
    if (i === 0) {
      context.arc(x, y, width / 2, 0, 2 * Math.PI); // a tap is a dot
      context.fill();
    } else {
      context.moveTo(...points[i - 1]);
      context.lineTo(x, y);
      context.stroke();
    }
  }
}

// Means of the blocks of one channel: the ink is the same in red, green and blue.
function blockMeans(context, channel) {
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  const sums = new Uint32Array(GRID * GRID);
  for (let y = 0; y < SIDE; y++) {
    const row = Math.floor(y / BLOCK) * GRID;
    for (let x = 0; x < SIDE; x++) sums[row + Math.floor(x / BLOCK)] += data[4 * (y * SIDE + x) + channel];
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / BLOCK ** 2));
}

// The strokes' cover is in the alpha channel, whatever their colour.
function paintNoise(context, stroke, from) {
  context.globalCompositeOperation = stroke.erase ? "destination-out" : "source-over";
  paintSegments(context, stroke, from, NOISE_COLOUR);
  context.globalCompositeOperation = "source-over";
}

// What of a message the noise pen adds: nothing where there is no such pen.
const noiseIn = (view) => (view.noisePen ? { noise: base64Of(blockMeans(view.noise, 3)) } : {});

function listenToNoisePen(view) {
  view.find(".noise-pen").addEventListener("click", () => {
    view.drawing.scribble = !view.drawing.scribble;
    view.drawing.erase = false;
    showTools(view);
  });
}

function showNoisePen({ find, drawing, noisePen }) {
  const button = find(".noise-pen");
  button.hidden = !noisePen;
  button.setAttribute("aria-pressed", drawing.scribble);
}
