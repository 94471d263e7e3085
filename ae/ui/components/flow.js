// A flow in the page, as ae/nn/flow.py has it: from noise at t = 0 to a latent vector at t = 1, along
// the velocities that a network gives.

const CLASSES = 10;
const NO_CLASS = CLASSES;
const FREQUENCIES = [1, 2, 4, 8].map((factor) => factor * Math.PI);

// What the network takes: the point, cosines and sines of the time, and 1 in the place of the class.
function inputsOf(x, t, label) {
  const given = new Float32Array(x.length + 2 * FREQUENCIES.length + CLASSES + 1);
  given.set(x);
  FREQUENCIES.forEach((each, i) => {
    given[x.length + i] = Math.cos(each * t);
    given[x.length + FREQUENCIES.length + i] = Math.sin(each * t);
  });
  given[x.length + 2 * FREQUENCIES.length + label] = 1;
  return given;
}

function velocity(network, x, t, label, guidance = 1) {
  const own = network.flow.run(inputsOf(x, t, label)).slice();
  if (guidance === 1 || label === NO_CLASS) return own;
  const without = network.flow.run(inputsOf(x, t, NO_CLASS));
  return own.map((value, i) => without[i] + guidance * (value - without[i]));
}

// The points at all steps of Heun's method, the first one included; from 1 to 0 it goes backwards.
function followFlow(network, x, label, { steps, guidance = 1, from = 0, to = 1 }) {
  const path = [Float32Array.from(x)];
  const h = (to - from) / steps;
  for (let n = 0; n < steps; n++) {
    const [at, t] = [path[n], from + n * h];
    const first = velocity(network, at, t, label, guidance);
    const ahead = velocity(network, at.map((value, i) => value + h * first[i]), t + h, label, guidance);
    path.push(at.map((value, i) => value + (h * (first[i] + ahead[i])) / 2));
  }
  return path;
}

// Between standardised points and latent vectors.
const latentOf = (x, { mean, deviation }) => x.map((value, i) => value * deviation[i] + mean[i]);
const standardised = (z, { mean, deviation }) => z.map((value, i) => (value - mean[i]) / deviation[i]);

const className = (label) => (label === NO_CLASS ? "no class" : `class ${label}`);
