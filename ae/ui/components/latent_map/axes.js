// The axes of a map whose coordinates mean something: round values along two edges, and their names.

const MOST_TICKS = 6; // on each axis
const EDGE = 0.012; // of the canvas: the length of a tick
const FREE = 0.1; // of an axis, kept free for the name at its far end

// Round values in a range, at most MOST_TICKS: multiples of 1, 2 or 5 times a power of ten.
function roundValues(low, high) {
  const power = 10 ** Math.floor(Math.log10((high - low) / MOST_TICKS));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => (high - low) / each <= MOST_TICKS);
  const first = Math.ceil(low / step), last = Math.floor(high / step);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

// frame : of the map, the ends of each axis. names : of the first axis, or of both
function paintAxes(context, { frame, names }, size, { text, dark }) {
  const edge = EDGE * size, font = Math.round(size / 38);
  Object.assign(context, { strokeStyle: text, fillStyle: text, font: `${font}px sans-serif`, lineWidth: 2 });
  names.forEach((name, axis) => {
    const place = (part) => (axis ? [0, (1 - part) * size] : [part * size, size]);
    const inwards = axis ? [edge, 0] : [0, -edge];
    Object.assign(context, axis ? { textAlign: "left", textBaseline: "middle" } : { textAlign: "center", textBaseline: "bottom" });
    for (const value of roundValues(...frame[axis])) {
      const part = partsOf([frame[axis]], [value])[0];
      if (part < FREE / 2 || part > 1 - FREE) continue;
      const [x, y] = place(part);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + inwards[0], y + inwards[1]);
      context.stroke();
      write(context, String(value).replace("-", "−"), [x + 1.6 * inwards[0], y + 1.6 * inwards[1]], dark);
    }
    Object.assign(context, axis ? { textBaseline: "top" } : { textAlign: "right" });
    context.font = `bold ${Math.round(1.2 * font)}px sans-serif`;
    write(context, axis ? `${name} ↑` : `${name} →`, axis ? [edge, edge] : [size - edge, size - edge], dark);
    context.font = `${font}px sans-serif`;
  });
}

// With an edge in the colour of the page: digits may lie below it.
function write(context, words, [x, y], dark) {
  context.save();
  Object.assign(context, { strokeStyle: dark ? "#0f141c" : "#ffffff", lineWidth: 6, lineJoin: "round" });
  context.strokeText(words, x, y);
  context.restore();
  context.fillText(words, x, y);
}
