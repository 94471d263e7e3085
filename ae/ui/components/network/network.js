// Gives a network, from the file of its graph, to the components of the page.

let isWarm = false;

function loaded(file) {
  try {
    const network = load(file);
    if (!isWarm && network.encoder) warmUp(network);
    return network;
  } catch (error) {
    return { failure: error.message };
  }
}

// The browser compiles what runs often: the first strokes would stutter.
function warmUp({ encoder, decoder }) {
  for (let run = 0; run < 3; run++) decoder.run(encoder.run(new Float32Array(784)));
  isWarm = true;
}

export default provider("network", lab.networks, loaded);
