// The network in small, with real values of one digit. The same drawing as the layers of Inside.

const LOW = 2.4, HIGH = 4.6; // rem: the width of a layer with one value, and with the most

const shown = new Set(); // networks through which a digit has flowed: once is enough

function mount(view) {
  view.end = hear("network", (name) => name === view.data?.network && show(view));
}

function dismiss(view) {
  view.end();
}

function receive(view, data) {
  view.data = data;
  show(view);
}

function show(view) {
  const network = networkOf(view.data.network);
  view.find(".sizes").textContent = failureOf(view.data.network);
  if (!network) return;
  const { image, z, error } = reconstruct(network, Float32Array.from(bytesOf(view.data.pixels), (value) => value / 255));
  const input = { title: "Image", shape: [28, 28], isImage: true, result: { shape: [28, 28], values: image } };
  // What is decoded on the way, to be corrected, belongs to Inside, and so does z_log_var.
  const blocks = [input, ...groupsOf(network).flatMap(({ kind, blocks }) =>
    kind === "correction" ? [] : blocks.filter(({ isAside }) => !isAside).map((block) => ({ ...block, isLatent: kind === "latent" })))];
  const most = Math.log(Math.max(...blocks.map(({ result }) => result.values.length)));
  const row = view.find(".row");
  row.replaceChildren(...blocks.map((block, place) => figureOf(block, place, most)));
  row.style.setProperty("--count", blocks.length);
  row.ariaLabel = `The network: ${view.data.name}, from the image to the reconstruction`;
  row.classList.toggle("flows", !shown.has(view.data.network));
  shown.add(view.data.network);
  view.find(".sizes").textContent = `${image.length} pixels → ${z.length} values → ${image.length} pixels, squared error ${error.toFixed(1)}`;
}

function figureOf({ title, shape, result: { values }, isImage, isLatent }, place, most) {
  const plan = planOf(shape);
  const maps = strongest(values, plan);
  const canvas = made("canvas", "digit");
  canvas.setAttribute("role", "img");
  canvas.ariaLabel = `${title}: ${inWords(shape)} values`;
  paintMaps(paper(canvas, plan, maps.length), values, maps, isImage ? null : largestOf(values, plan, maps));
  const figure = made("figure", isLatent ? "latent" : "", canvas);
  figure.title = canvas.ariaLabel;
  figure.style.setProperty("--width", `${(LOW + ((HIGH - LOW) * Math.log(values.length)) / most).toFixed(2)}rem`);
  figure.style.setProperty("--place", place);
  return figure;
}

export default component({ mount, receive, dismiss });
