// Gives a network to the components of the page, for as long as its element is there: Streamlit
// does not send again what has not changed, so what is thrown away earlier would be gone for good.

// data : 32 characters, the name filled up with spaces, and then the file of the graph.
function receive(view, data) {
  const name = new TextDecoder().decode(data.subarray(0, 32)).trim();
  if (view.name === name) return;
  release(view);
  view.name = name;
  view.network = loaded(data.subarray(32));
  lab.networks.set(name, view.network);
  tell("network", name);
}

function loaded(file) {
  try {
    return load(file);
  } catch (error) {
    return { failure: error.message };
  }
}

function release({ name, network }) {
  // another element may have brought the same network since
  if (network && lab.networks.get(name) === network) lab.networks.delete(name);
}

export default component({ receive, dismiss: release });
