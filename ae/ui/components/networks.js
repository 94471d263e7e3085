// What the components of a page share: networks, what these have made of each drawing, pictures and
// latent vectors. Each component's script is a module of its own: they meet on globalThis.

// networks : name -> {encoder, decoder, latent_dim}, as engine.js loads it, or {failure}
// seen : name of a drawing -> {network, image, z, deviation, output, error}, as `reconstruct` returns it, and whose network;
//   `changed` with the {output, error} of a network that is changed on the page
// moved : name of a drawing -> {z, values}: a Map of the latent values that bars have moved, and from which z
// sheets : name -> ImageBitmap of many digits
// vectors : name -> Float32Array, one latent vector after the other
// snapshots : title of a time machine -> {at, step}, where its slider is
const lab = (globalThis.aeLab ??= {
  networks: new Map(),
  seen: new Map(),
  moved: new Map(),
  sheets: new Map(),
  vectors: new Map(),
  snapshots: new Map(),
  events: new EventTarget(),
});

// Kinds: "network", "sheet" and "vectors" with their names; with the name of a drawing "seen",
// "moved", "changed" for `seen.changed`, and "undo" for all that is moved; "snapshot" with the title of
// a time machine; "ran" with the name of a network whose results are no longer those of a drawing.
const tell = (kind, detail) => lab.events.dispatchEvent(new CustomEvent(kind, { detail }));

// Call a listener with what is told. Returns what ends it.
function hear(kind, listener) {
  const call = ({ detail }) => listener(detail);
  lab.events.addEventListener(kind, call);
  return () => lab.events.removeEventListener(kind, call);
}

// The network, or undefined as long as it hasn't arrived or cannot be used.
function networkOf(name) {
  const network = lab.networks.get(name);
  return network?.failure ? undefined : network;
}

// Why there is no network: nothing to say while it is on its way.
function failureOf(name) {
  const failure = lab.networks.get(name)?.failure;
  return failure ? `The model cannot be used in this browser: ${failure}` : "";
}

// Encode and decode an image, Float32Array (784). The arrays are the caller's own. A VAE that has kept
// its z_log_var also gives the standard deviations of z.
function reconstruct(network, image) {
  const z = network.encoder.run(image).slice();
  const deviation = network.z_log_var && deviationOf(network);
  const output = network.decoder.run(z).slice();
  return { image, z, deviation, output, error: squaredError(image, output) };
}

// After a run of the encoder.
const deviationOf = ({ encoder, z_log_var: head }) =>
  head.run(encoder.results.get(head.takes).values).map((value) => Math.exp(value / 2));
