// The two layers of a drawing: the ink, and above it what the noise pen has drawn. Python gets both.

const SIDE = 560; // the canvas, in its own pixels
const GRID = 56; // the ink that is sent; each value the mean of a block
const BLOCK = SIDE / GRID;
const NOISE_WIDTH = 18; // a line that is thinner than any brush's
const NOISE_COLOUR = "#f29ad1"; // pink: the ink is white, and no other colour on the page is like it

// The eraser takes from both layers, a pen adds to its own. Pads share a drawing: on one without a
// noise pen the scribbles are not there.
const isHidden = ({ noisePen }, mark) => mark.scribble === true && !noisePen;

function paintStroke(view, stroke, from) {
  if (isHidden(view, stroke)) return;
  const { context, noise } = view;
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

function paintNoise(context, stroke, from) {
  context.globalCompositeOperation = stroke.erase ? "destination-out" : "source-over";
  paintSegments(context, stroke, from, NOISE_COLOUR);
  context.globalCompositeOperation = "source-over";
}

const pixelsOf = (context) => context.getImageData(0, 0, SIDE, SIDE).data;
// The ink is the same in red, green and blue. The noise pen's cover is in the alpha channel,
// whatever its colour.
const inkOf = ({ context }) => blockMeans(pixelsOf(context), 0);
const noiseOf = ({ noise }) => blockMeans(pixelsOf(noise), 3);

// Means of the blocks of one channel of RGBA pixels: GRID × GRID bytes.
function blockMeans(pixels, channel) {
  const sums = new Uint32Array(GRID * GRID);
  for (let y = 0, at = channel; y < SIDE; y++) {
    const row = Math.floor(y / BLOCK) * GRID;
    for (let column = 0; column < GRID; column++) {
      let sum = 0;
      for (const end = at + 4 * BLOCK; at < end; at += 4) sum += pixels[at];
      sums[row + column] += sum;
    }
  }
  const means = new Uint8Array(sums.length);
  for (let i = 0; i < means.length; i++) means[i] = Math.round(sums[i] / BLOCK ** 2);
  return means;
}
