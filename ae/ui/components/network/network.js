// Gives a network, from the file of its graph, to the components of the page.

function loaded(file) {
  try {
    return load(file);
  } catch (error) {
    return { failure: error.message };
  }
}

export default provider("network", lab.networks, loaded);
