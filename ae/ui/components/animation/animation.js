// Films of equal length side by side, with one slider and one button. Nothing moves by itself.

const FRAME_MS = 80;

const views = new WeakMap(); // parentElement -> view

export default function film({ data: [data], parentElement }) {
  let view = views.get(parentElement);
  if (!view?.root.isConnected) {
    if (view) clearInterval(view.timer);
    view = mount(parentElement);
    views.set(parentElement, view);
  }
  receive(view, data);
  return whenGone(parentElement, () => clearInterval(view.timer));
}

function mount(parentElement) {
  const find = (selector) => parentElement.querySelector(selector);
  const view = { root: find(".film"), find, slider: find("input"), timer: 0, way: 1 };
  view.slider.addEventListener("input", () => {
    play(view, false);
    show(view);
  });
  find(".play").addEventListener("click", () => play(view, !view.timer));
  return view;
}

function receive(view, data) {
  view.films = data.films.map(({ label, pixels }) => ({ label, bytes: bytesOf(pixels) }));
  view.count = data.count;
  view.slider.max = data.count - 1;
  const screens = view.find(".screens");
  const template = view.find("template").content;
  screens.replaceChildren(...data.films.map(({ label }) => {
    const figure = template.cloneNode(true).firstElementChild;
    figure.querySelector("figcaption").textContent = label;
    return figure;
  }));
  show(view);
}

function play(view, on) {
  clearInterval(view.timer);
  view.timer = on ? setInterval(() => advance(view), FRAME_MS) : 0;
  const button = view.find(".play");
  button.textContent = on ? "Pause" : "Play";
  button.setAttribute("aria-pressed", on);
}

function advance(view) {
  const at = Number(view.slider.value);
  if (at + view.way < 0 || at + view.way >= view.count) view.way = -view.way;
  view.slider.value = at + view.way;
  show(view);
}

function show(view) {
  const at = Number(view.slider.value);
  view.films.forEach(({ label, bytes }, index) => {
    const canvas = view.find(".screens").children[index].querySelector("canvas");
    const context = canvas.getContext("2d");
    const image = context.createImageData(28, 28);
    for (let i = 0; i < 784; i++) {
      image.data.fill(bytes[784 * at + i], 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    canvas.setAttribute("aria-label", `${label}: frame ${at + 1} of ${view.count}`);
  });
  view.find("output").textContent = `${at + 1} of ${view.count}`;
}
