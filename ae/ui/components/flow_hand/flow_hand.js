// A drawing's way back along a flow to a noise vector, without a class, and from there forwards with
// each class.

const REST = 300; // ms

function mount(view) {
  Object.assign(view, { seen: null, timer: 0 });
  view.pictures = [NO_CLASS, ...Array(CLASSES).keys()].map((label) => {
    const figure = document.createElement("figure");
    const [words, alt] = label === NO_CLASS ? ["Yours, back", "Your digit, there and back"] : [label, `Your hand, class ${label}`];
    figure.innerHTML = `<canvas class="digit" width="28" height="28" role="img" aria-label="${alt}"></canvas><figcaption>${words}</figcaption>`;
    view.find(".pictures").append(figure);
    return { label, context: figure.firstChild.getContext("2d") };
  });
  view.endings = [
    hear("seen", (name) => name === view.data?.drawing && follow(view)),
    hear("network", (name) => [view.data?.network, view.data?.flow].includes(name) && follow(view)),
  ];
}

function dismiss(view) {
  clearTimeout(view.timer);
  for (const end of view.endings) end();
}

function receive(view, data) {
  view.data = data;
  follow(view);
}

function follow(view) {
  const { network, flow, drawing } = view.data;
  const seen = lab.seen.get(drawing);
  view.seen = seen?.network === network && networkOf(flow) ? seen : null;
  view.find(".shown").hidden = !view.seen;
  view.find(".waiting").textContent = view.seen ? "" : failureOf(network) || failureOf(flow) || "Draw a digit.";
  clearTimeout(view.timer);
  if (view.seen) view.timer = setTimeout(() => show(view), REST);
}

function show({ data, seen, pictures, find }) {
  const [network, flow] = [networkOf(data.network), networkOf(data.flow)];
  if (!seen || !network || !flow) return;
  const { steps } = data;
  const noise = followFlow(flow, standardised(seen.z, data), NO_CLASS, { steps, from: 1, to: 0 }).at(-1);
  for (const { label, context } of pictures) {
    const end = followFlow(flow, noise, label, { steps }).at(-1);
    paint(context, greyOf(network.decoder.run(latentOf(end, data))), 28);
  }
  tell("ran", data.network); // its results are no longer those of the drawing
  const length = Math.sqrt(noise.reduce((sum, value) => sum + value ** 2, 0));
  find(".about").textContent =
    `Backwards, your digit leads to a noise vector of length ${length.toFixed(1)}; ` +
    `random ones have about ${Math.sqrt(noise.length).toFixed(1)}. Forwards from there, with each class:`;
}

export default component({ mount, receive, dismiss });
