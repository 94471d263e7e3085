// Digits, and below them what the network of the page makes of each: one a frame, so that the page
// answers meanwhile. The digits are there at once, the network arrives when it arrives.

const WAITING = "…";

function receive(view, data) {
  view.data = data;
  const { columns } = data;
  const half = Math.ceil(columns.length / 2);
  view.find(".rows").style.setProperty("--columns", half);
  view.find(".rows").replaceChildren(groupOf(view, columns.slice(0, half)), groupOf(view, columns.slice(half)));
  begin(view);
}

function groupOf(view, columns) {
  const group = document.createElement("div");
  group.className = "group";
  group.append(view.find(".labels").content.cloneNode(true));
  for (const { pixels, head, name } of columns) {
    const column = view.find(".column").content.cloneNode(true);
    const [title, original, reconstruction, error] = column.children;
    title.textContent = head;
    original.setAttribute("aria-label", capitalized(name));
    paint(original.getContext("2d"), bytesOf(pixels), 28);
    reconstruction.dataset.painted = false;
    reconstruction.setAttribute("aria-label", `Reconstruction of ${name}, not there yet`);
    error.textContent = WAITING;
    group.append(column);
  }
  return group;
}

const capitalized = (text) => text[0].toUpperCase() + text.slice(1);

// Fill the row of reconstructions from its beginning, if the network is there.
function begin(view) {
  cancelAnimationFrame(view.frame);
  view.find(".message").textContent = failureOf(view.data.network);
  const network = networkOf(view.data.network);
  if (network) view.frame = requestAnimationFrame(() => fill(view, network, 0));
}

function fill(view, network, index) {
  const { pixels, name } = view.data.columns[index];
  const { output, error } = reconstruct(network, Float32Array.from(bytesOf(pixels), (value) => value / 255));
  const canvas = view.root.querySelectorAll(".reconstruction")[index];
  paint(canvas.getContext("2d"), greyOf(output), 28);
  canvas.dataset.painted = true;
  canvas.setAttribute("aria-label", `Reconstruction of ${name}, squared error ${error.toFixed(1)}`);
  canvas.nextElementSibling.textContent = error.toFixed(1);
  const next = index + 1;
  if (next < view.data.columns.length) view.frame = requestAnimationFrame(() => fill(view, network, next));
}

function mount(view) {
  view.frame = 0; // in which the next digit is reconstructed
  view.end = hear("network", (name) => name === view.data.network && begin(view));
}

function dismiss(view) {
  cancelAnimationFrame(view.frame);
  view.end();
}

export default component({ mount, receive, dismiss });
