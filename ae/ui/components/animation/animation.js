// Animations of equal length side by side, with one slider and one button.

const FRAME_MS = 80;

function mount(view) {
  view.player = new Player({
    slider: view.find("input"),
    button: view.find("button"),
    show: () => show(view),
    frameMs: FRAME_MS,
    bounces: true,
  });
}

function receive(view, data) {
  view.animations = data.animations.map(({ label, pixels }) => ({ label, bytes: bytesOf(pixels) }));
  view.find("input").max = data.count - 1;
  const figure = view.find("template").content.firstElementChild;
  view.find(".screens").replaceChildren(...view.animations.map(({ label }) => {
    const screen = figure.cloneNode(true);
    screen.querySelector("figcaption").textContent = label;
    return screen;
  }));
  show(view);
}

function show({ find, animations, player: { at, last } }) {
  const frame = `frame ${at + 1} of ${last + 1}`;
  find(".screens").querySelectorAll("canvas").forEach((canvas, index) => {
    const { label, bytes } = animations[index];
    paint(canvas.getContext("2d"), bytes.subarray(784 * at, 784 * (at + 1)), 28);
    canvas.setAttribute("aria-label", `${label}: ${frame}`);
  });
  find("output").textContent = `${at + 1} of ${last + 1}`;
}

export default component({ mount, receive, dismiss: ({ player }) => player.pause() });
