// Gives latent vectors, one after the other in a Float32Array, to the components of the page.

const valuesOf = (bytes) => new Float32Array(bytes.slice().buffer); // begins at a multiple of 4

export default provider("vectors", lab.vectors, valuesOf);
