// The snapshots of a training run. All of them are here: whatever moves the slider asks nobody.

const FRAME_MS = 350; // for a snapshot when it plays
const FAR_END = 65535; // a place's coordinate at the far end of the map
const GLYPH = 22; // pixels

function mount(view) {
  const { find } = view;
  Object.assign(view, { svg: find("svg"), map: find(".plot"), frame: 0 });
  view.player = new Player({
    slider: find("input"),
    button: find("button"),
    show: () => showSoon(view),
    frameMs: FRAME_MS,
  });
}

function dismiss(view) {
  view.player.pause();
  cancelAnimationFrame(view.frame);
}

function receive(view, data) {
  if (view.data !== data) {
    const { player, find } = view;
    const isSameRun = view.data?.title === data.title;
    const atEnd = !isSameRun || player.at === player.last; // snapshots that grow in number are followed
    if (!isSameRun) player.pause();
    view.data = data;
    unpack(view, data);
    const count = data.steps.length;
    find("input").max = count - 1;
    if (atEnd) player.at = count - 1;
    find(".player").hidden = find(".curve").hidden = count === 1;
    view.root.setAttribute("aria-label", data.title);
    find(".map figcaption").textContent = `Latent map of ${view.labels.length} test digits`;
    find(".curve figcaption").textContent = `Squared error at each snapshot, mean of the ${view.labels.length} digits. The snapshots stand at equal distances, whatever the steps between them`;
    layDigits(view);
    view.scale = count > 1 ? layCurve(view.svg, data) : null;
  }
  showSoon(view);
}

function unpack(view, { digits, reconstructions, places, labels, own }) {
  const placesOf = (base64) => new Uint16Array(bytesOf(base64).buffer);
  Object.assign(view, {
    digits: bytesOf(digits),
    reconstructions: bytesOf(reconstructions),
    places: placesOf(places),
    labels: bytesOf(labels),
    own: own && {
      image: bytesOf(own.image),
      reconstructions: bytesOf(own.reconstructions),
      places: placesOf(own.places),
    },
  });
}

function layDigits(view) {
  const digits = view.find(".digits");
  const wanted = view.digits.length / 784 + (view.own ? 1 : 0);
  if (digits.children.length === wanted) return; // what is there is painted anew, without a flicker
  const template = view.find("template").content.firstElementChild;
  digits.replaceChildren(...Array.from({ length: wanted }, () => template.cloneNode(true)));
}

function showSoon(view) {
  cancelAnimationFrame(view.frame);
  view.frame = requestAnimationFrame(() => {
    const { data, player, svg, scale, find } = view;
    const words = inWords(view, player.at);
    lab.snapshots.set(data.title, { at: player.at, step: grouped(data.steps[player.at]) });
    tell("snapshot", data.title);
    find("input").setAttribute("aria-valuetext", words);
    find(".snapshot").textContent = words;
    paintDigits(view);
    paintMap(view);
    if (!scale) return;
    moveDot(svg, scale, player.at, data.errors[player.at]);
    svg.setAttribute("aria-label", `Squared error over ${data.steps.length} snapshots. ${words}`);
  });
}

// --- words ---

const short = (value) => (value === null ? "not a number" : value.toFixed(value < 100 ? 2 : 1));
const grouped = (step) => step.toLocaleString("en");

// As ae.ui.train.form.duration says it.
const duration = (s) => (s < 100 ? `${s.toFixed(0)} s` : s < 6000 ? `${(s / 60).toFixed(0)} min` : `${(s / 3600).toFixed(1)} h`);

function inWords({ data: { steps, epochs, seconds, errors, pca }, labels }, i) {
  const time = seconds[i] === null ? "" : `, after ${duration(seconds[i])}`;
  const epoch = epochs[i] === null ? short(null) : Number(epochs[i].toFixed(2));
  return `Step ${grouped(steps[i])}, epoch ${epoch}${time}. Squared error of ${labels.length} test digits ` +
    `${short(errors[i])}; ${pca.name} ${short(pca.error)}`;
}

// --- pictures ---

const imageAt = (bytes, index) => bytes.subarray(784 * index, 784 * (index + 1));

function paintDigits(view) {
  const { digits, reconstructions, own, data, player: { at } } = view;
  const figures = view.find(".digits").children;
  const count = digits.length / 784, step = grouped(data.steps[at]);
  for (let n = 0; n < count; n++) {
    const alt = `Test digit no. ${n} above its reconstruction at step ${step}`;
    paintPair(figures[n], imageAt(digits, n), imageAt(reconstructions, at * count + n), alt, "");
  }
  if (!own) return;
  const alt = `Your drawing above its reconstruction at step ${step}, squared error ${short(data.own.errors[at])}`;
  paintPair(figures[count], own.image, imageAt(own.reconstructions, at), alt, "yours");
}

function paintPair(figure, above, below, alt, caption) {
  const canvas = figure.querySelector("canvas"), context = canvas.getContext("2d");
  paint(context, above, 28);
  paint(context, below, 28, 30); // two rows between them stay clear
  canvas.setAttribute("aria-label", alt);
  figure.querySelector("figcaption").textContent = caption;
}

// From a coordinate to pixels, with a margin: a glyph on the edge is seen whole.
const onMap = (value, size) => (0.02 + (0.96 * value) / FAR_END) * size;

function paintMap(view) {
  const { map, labels, places, data, player: { at } } = view;
  const context = map.getContext("2d"), size = map.width;
  const theme = themeOf(map);
  const placeOf = (x, y) => [onMap(x, size), size - onMap(y, size)];
  let outside = 0;
  context.clearRect(0, 0, size, size);
  labels.forEach((label, i) => {
    const [x, y] = places.subarray(2 * (labels.length * at + i));
    if (Math.min(x, y) === 0 || Math.max(x, y) === FAR_END) outside++;
    paintDigit(context, placeOf(x, y), label, classColour(label, theme.dark), GLYPH);
  });
  if (view.own) {
    context.strokeStyle = context.fillStyle = theme.own;
    own(context, placeOf(...view.own.places.subarray(2 * at, 2 * at + 2)));
  }
  const share = Math.round(100 * data.shares[at]);
  const beyond = outside ? ` ${outside} lie beyond its edge.` : "";
  view.find(".about").textContent = data.mapText.replace("{share}", `${share} %`) + beyond;
  map.setAttribute("aria-label", `Latent map of ${labels.length} test digits at step ${grouped(data.steps[at])}${view.own ? ", yours marked" : ""}.${beyond}`);
}

export default component({ mount, receive, dismiss });
