// Rows of digits: noisy, restored by each method, and clean. The noise follows its slider. Noisy is
// painted at once; networks take longer than a frame, so they follow row by row, each at the newest
// strength, with a pause after each digit in which the page can do other things.

const QUIET_MS = 600; // after so long without a change the result is read aloud

function mount(view) {
  Object.assign(view, { table: view.find(".rows"), rows: [], isWorking: false, last: 0, quietTimer: 0 });
  view.endings = [
    hear("network", () => follow(view)),
    hear("strength", () => {
      follow(view);
      speakLater(view);
    }),
  ];
}

function dismiss(view) {
  clearTimeout(view.quietTimer);
  for (const end of view.endings) end();
}

// strength : that of the rows that Python has restored
function receive(view, data) {
  Object.assign(view, { data, clean: imagesOf(data.clean), soiled: imagesOf(data.soiled), noises: noisesOf(data.noise) });
  view.rows = data.rows.map((row, index) => ({ ...row, element: elementOf(view, row, index), shown: null }));
  while (view.table.children.length > view.rows.length) view.table.lastElementChild.remove();
  for (const row of view.rows) {
    if (row.kind === "clean") show(view, row, view.clean, row.about);
    if (row.kind === "sent") paintRow(view, row, bytesOf(row.pixels), row.about);
  }
  follow(view);
}

// Bring everything to the newest strength: what takes no time at once, the networks soon.
function follow(view) {
  const strength = strengthNow(view.data?.strength);
  for (const row of view.rows) {
    if (row.kind === "noisy") showRestored(view, row, noisyAt(view, strength));
    if (row.kind === "sent") row.element.querySelector(".mark").hidden = strength === view.data.strength;
    const failure = lab.networks.get(row.network)?.failure;
    if (failure) note(row, `It cannot be used in this browser: ${failure}`);
  }
  work(view);
}

const noisyAt = ({ soiled, noises }, strength) => soiled.map((image, i) => corrupted(image, noises[i], strength));

// --- the networks ---

async function work(view) {
  if (view.isWorking) return;
  view.isWorking = true;
  view.table.setAttribute("aria-busy", true);
  for (let row = nextRow(view); row; row = nextRow(view)) await restore(view, row);
  view.table.setAttribute("aria-busy", false);
  view.isWorking = false;
}

// The row that has waited longest for the newest strength.
function nextRow({ rows, last, data, isGone }) {
  const strength = strengthNow(data?.strength);
  const isDue = ({ network, shown }) => shown !== strength && networkOf(network);
  const due = isGone ? [] : rows.filter(isDue);
  return due.find((row) => rows.indexOf(row) > last) ?? due[0];
}

async function restore(view, row) {
  const { data, rows } = view;
  const [network, strength] = [networkOf(row.network), strengthNow(data.strength)];
  view.last = rows.indexOf(row);
  const restored = [];
  for (const noisy of noisyAt(view, strength)) {
    restored.push(restoredBy(network, noisy));
    await pause();
    if (view.isGone || view.data !== data) return;
  }
  row.shown = strength;
  showRestored(view, row, restored);
}

// A timer would wait for 4 ms.
function pause() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}

// --- the screen ---

// Nodes are kept, and what they show, until there is something newer: nothing flickers.
function elementOf({ table, find, data: { names } }, { label }, index) {
  let element = table.children[index];
  if (element?.dataset.label !== label || element.querySelectorAll("canvas").length !== names.length) {
    const fresh = find("template").content.firstElementChild.cloneNode(true);
    fresh.dataset.label = fresh.querySelector("b").textContent = label;
    fresh.append(...names.map(newCell));
    if (element) element.replaceWith(fresh);
    else table.append(fresh);
    element = fresh;
  }
  table.style.setProperty("--columns", names.length);
  element.querySelectorAll("canvas").forEach((canvas, i) => canvas.setAttribute("aria-label", `${label}: ${names[i]}`));
  return element;
}

function newCell() {
  const cell = document.createElement("div");
  cell.setAttribute("role", "cell");
  const canvas = Object.assign(document.createElement("canvas"), { className: "digit", width: 28, height: 28 });
  canvas.setAttribute("role", "img");
  canvas.dataset.painted = false;
  cell.append(canvas);
  return cell;
}

function showRestored(view, row, images) {
  const psnr = images.reduce((sum, image, i) => sum + psnrOf(view.clean[i], image), 0) / images.length;
  row.psnr = `${psnr.toFixed(1)} dB`;
  show(view, row, images, row.about ? `${row.psnr}, ${row.about}` : row.psnr);
}

function show(view, row, images, words) {
  const bytes = new Uint8Array(784 * images.length);
  images.forEach((image, i) => bytes.set(greyOf(image), 784 * i));
  paintRow(view, row, bytes, words);
}

function paintRow(view, row, bytes, words) {
  row.element.querySelectorAll("canvas").forEach((canvas, i) => {
    paint(canvas.getContext("2d"), bytes.subarray(784 * i, 784 * (i + 1)), 28);
    canvas.dataset.painted = true;
  });
  note(row, words);
}

const note = ({ element }, words) => (element.querySelector("small").textContent = words);

function speakLater(view) {
  clearTimeout(view.quietTimer);
  view.quietTimer = setTimeout(() => {
    const figures = view.rows.filter(({ psnr }) => psnr).map(({ label, psnr }) => `${label} ${psnr}`);
    view.find(".unseen").textContent = `PSNR: ${figures.join(", ")}.`;
  }, QUIET_MS);
}

export default component({ mount, receive, dismiss });
