// A VAE's posterior q(z | image): its means and standard deviations while the pen moves, and at rest
// samples of z, what the decoder makes of them, and the KL divergence of each dimension.

const REST = 300; // ms
const SAMPLES = 64; // that mean and spread of the reconstructions are taken of
const SHOWN = 6; // of them
const REACH = 2; // of the plot at least, to both sides of 0

function mount(view) {
  Object.assign(view, { canvas: view.find(".plot"), pictures: view.find(".pictures"), noise: null, timer: 0 });
  view.pictures.append(...["From z_mean", "Mean of all", "Their spread", ...Array.from({ length: SHOWN }, (_, i) => `Sample ${i + 1}`)].map(picture));
  view.find("button").addEventListener("click", () => {
    view.noise = null;
    sample(view);
  });
  view.resized = new ResizeObserver(() => view.seen && plot(view));
  view.resized.observe(view.canvas);
  view.endings = [
    hear("seen", (name) => name === view.data?.drawing && follow(view)),
    hear("network", (name) => name === view.data?.network && follow(view)),
  ];
}

function dismiss(view) {
  view.resized.disconnect();
  clearTimeout(view.timer);
  for (const end of view.endings) end();
}

function receive(view, data) {
  view.data = data;
  follow(view);
}

function picture(title) {
  const figure = document.createElement("figure");
  figure.innerHTML = `<figcaption>${title}</figcaption><canvas class="digit" width="28" height="28" role="img"></canvas><p></p>`;
  return figure;
}

function follow(view) {
  const { network, drawing } = view.data;
  const seen = lab.seen.get(drawing);
  view.seen = seen?.network === network && seen.deviation ? seen : null;
  view.find(".shown").hidden = !view.seen;
  view.find(".waiting").textContent = view.seen ? "" : failureOf(network) || "Draw a digit to see its posterior.";
  clearTimeout(view.timer);
  if (!view.seen) return;
  plot(view);
  view.timer = setTimeout(() => sample(view), REST);
}

// --- means and standard deviations ---

function plot({ canvas, seen: { z, deviation } }) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (width === 0) return; // it has just left the page
  Object.assign(canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
  const context = canvas.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  const { text, own } = themeOf(canvas);
  const reach = z.reduce((most, mean, i) => Math.max(most, Math.abs(mean) + deviation[i]), REACH);
  const [left, bottom] = [24, height - 16]; // room for words
  const at = (value) => (bottom * (reach - value)) / (2 * reach);
  const fill = (colour, alpha, ...box) => {
    Object.assign(context, { fillStyle: colour, globalAlpha: alpha });
    context.fillRect(...box);
  };
  fill(text, 0.1, left, at(1), width - left, at(-1) - at(1));
  fill(text, 0.6, left, at(0), width - left, 1);
  context.globalAlpha = 1;
  context.font = "12px sans-serif";
  context.textBaseline = "middle";
  for (const level of [-1, 0, 1]) context.fillText(`${level}`.replace("-", "−"), 2, at(level));
  const apart = (width - left) / z.length;
  const every = Math.max(1, Math.ceil(26 / apart)); // the names that fit
  context.textAlign = "center";
  for (let i = 0; i < z.length; i += every) context.fillText(`z${i + 1}`, left + (i + 0.5) * apart, bottom + 8);
  z.forEach((mean, i) => {
    const x = left + (i + 0.5) * apart;
    const [high, low] = [at(mean + deviation[i]), at(mean - deviation[i])];
    fill(own, 1, x - 1.5, high, 3, low - high);
    for (const end of [high, low]) fill(own, 1, x - clamp(apart / 4, 2, 10), end - 1, 2 * clamp(apart / 4, 2, 10), 2);
    context.fillStyle = text;
    context.beginPath();
    context.arc(x, at(mean), 4, 0, 2 * Math.PI);
    context.fill();
  });
  const words = Array.from(z, (mean, i) => `z${i + 1} ${number(mean)} ± ${number(deviation[i])}`);
  canvas.ariaLabel = `z_mean ± σ of ${z.length} dimensions: ${words.slice(0, 8).join(", ")}${z.length > 8 ? ", …" : ""}`;
}

// --- samples ---

function sample(view) {
  const { seen } = view;
  const network = networkOf(view.data.network);
  if (!seen || !network) return;
  const { z, deviation, image, output } = seen;
  if (view.noise?.[0].length !== z.length) view.noise = Array.from({ length: SAMPLES }, () => Array.from(z, normal));
  const made = view.noise.map((noise) => network.decoder.run(noise.map((e, i) => z[i] + deviation[i] * e)).slice());
  tell("ran", view.data.network); // its results are those of another z now
  const mean = image.map((_, i) => made.reduce((sum, each) => sum + each[i], 0) / SAMPLES);
  const spread = image.map((_, i) => Math.sqrt(made.reduce((sum, each) => sum + (each[i] - mean[i]) ** 2, 0) / SAMPLES));
  const most = Math.max(...spread);
  const error = (values) => `error ${squaredError(image, values).toFixed(1)}`;
  show(view, 0, output, error(output));
  show(view, 1, mean, error(mean));
  show(view, 2, spread.map((value) => value / Math.max(most, 1e-6)), `SD up to ${most.toFixed(2)}`);
  made.slice(0, SHOWN).forEach((each, i) => show(view, 3 + i, each, error(each)));
  const errors = made.map((each) => squaredError(image, each));
  view.find(".errors").textContent =
    `${SAMPLES} samples of z: their squared error is ${(errors.reduce((a, b) => a + b) / SAMPLES).toFixed(1)} on average.`;
  showDivergence(view);
}

function show({ pictures }, place, values, words) {
  const [title, canvas, text] = pictures.children[place].children;
  paint(canvas.getContext("2d"), greyOf(values), 28);
  text.textContent = words;
  canvas.ariaLabel = `${title.textContent}: ${words}`;
}

// Box & Muller, "A Note on the Generation of Random Normal Deviates" (1958).
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

// --- the divergence from the prior ---

// Of N(mean, σ²) from N(0, 1) in nats: Kingma & Welling, "Auto-Encoding Variational Bayes" (2014),
// appendix B.
const divergence = (mean, deviation) => 0.5 * (mean ** 2 + deviation ** 2 - 2 * Math.log(deviation) - 1);

function showDivergence(view) {
  const { seen: { z, deviation }, data: { active }, noise, find } = view;
  const nats = Array.from(z, (mean, i) => divergence(mean, deviation[i]));
  const order = [...nats.keys()].sort((a, b) => nats[b] - nats[a]);
  find("tbody").replaceChildren(...order.map((i) => {
    const row = document.createElement("tr");
    row.innerHTML = `<th scope="row">z${i + 1}</th>` + [number(z[i]), number(deviation[i]), nats[i].toFixed(3), active[i] ? "yes" : "no"].map((text) => `<td>${text}</td>`).join("");
    return row;
  }));
  const total = nats.reduce((sum, each) => sum + each, 0);
  find(".sum").textContent =
    `The dimensions add up to a KL divergence of ${total.toFixed(2)} nats (${(total / Math.LN2).toFixed(1)} bits): so much does z tell of this digit. ` +
    activityInWords(active);
  const [i] = order, [{ [i]: e }] = noise;
  find(".formula").textContent =
    `A sample: z = z_mean + σ · ε, with ε from N(0, 1). For z${i + 1} of sample 1: ` +
    `${number(z[i])} + ${number(deviation[i])} · ${e < 0 ? `(${number(e)})` : number(e)} = ${number(z[i] + deviation[i] * e)}.`;
}

function activityInWords(active) {
  const [all, count] = [active.length, active.filter(Boolean).length];
  if (count === all) return `All ${all} dimensions are active: their z_mean depends on the image.`;
  return `Active: ${count} of ${all} dimensions; z_mean of the others hardly depends on the image.`;
}

const number = (value) => value.toFixed(2).replace("-", "−");

export default component({ mount, receive, dismiss });
