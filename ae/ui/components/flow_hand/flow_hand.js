// A drawing's way back along a flow to a noise vector, and from there forwards with each class.

const REST = 300; // ms

function mount(view) {
  Object.assign(view, { label: null, seen: null, timer: 0 });
  view.buttons = classButtons(view.find(".classes"), [...Array(CLASSES).keys()], (label) => {
    view.label = label;
    show(view);
  });
  view.pictures = [...Array(CLASSES).keys()].map((label) => {
    const figure = document.createElement("figure");
    figure.innerHTML = `<canvas class="digit" width="28" height="28" role="img"></canvas><figcaption></figcaption>`;
    view.find(".pictures").append(figure);
    return figure;
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

// The drawing is another one now: when the pen has rested, its class is guessed anew.
function follow(view) {
  const { network, flow, drawing } = view.data;
  const seen = lab.seen.get(drawing);
  view.seen = seen?.network === network && networkOf(flow) ? seen : null;
  view.find(".shown").hidden = !view.seen;
  view.find(".waiting").textContent = view.seen ? "" : failureOf(network) || failureOf(flow) || "Draw a digit.";
  clearTimeout(view.timer);
  if (!view.seen) return;
  view.timer = setTimeout(() => {
    view.label = guess(view);
    show(view);
  }, REST);
}

const backwards = ({ data, seen }, label) =>
  followFlow(networkOf(data.flow), standardised(seen.z, data), label, { steps: data.steps, from: 1, to: 0 }).at(-1);

// The class from which the way back ends nearest to where noise is likeliest: the shortest vector.
function guess(view) {
  const lengths = [...Array(CLASSES).keys()].map((label) => backwards(view, label).reduce((sum, value) => sum + value ** 2, 0));
  return lengths.indexOf(Math.min(...lengths));
}

function show(view) {
  const { data, label } = view;
  const [network, flow] = [networkOf(data.network), networkOf(data.flow)];
  if (!view.seen || !network || !flow || label === null) return;
  const noise = backwards(view, label);
  view.buttons(label);
  view.pictures.forEach((figure, each) => {
    const end = followFlow(flow, noise, each, { steps: data.steps }).at(-1);
    const [canvas, caption] = figure.children;
    paint(canvas.getContext("2d"), greyOf(network.decoder.run(latentOf(end, data))), 28);
    caption.textContent = each === label ? `${each} (back)` : `${each}`;
    canvas.setAttribute("aria-label", each === label ? `Your ${each}, there and back` : `Your hand, class ${each}`);
    figure.setAttribute("aria-current", each === label);
  });
  tell("ran", data.network); // its results are no longer those of the drawing
  const length = Math.sqrt(noise.reduce((sum, value) => sum + value ** 2, 0));
  view.find(".about").textContent =
    `Backwards as a ${label}, your digit leads to a noise vector of length ${length.toFixed(1)}; ` +
    `random ones have about ${Math.sqrt(noise.length).toFixed(1)}. Forwards from there, with each class:`;
}

export default component({ mount, receive, dismiss });
