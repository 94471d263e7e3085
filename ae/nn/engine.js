// Runs what `graph.py` writes, one image at a time. It knows no page: numbers in, numbers out.
// Values lie in the order of Keras: rows, columns, channels.

// Read a graph, an ArrayBuffer or Uint8Array. Returns {encoder, decoder, latent_dim}: networks, and
// the number of latent dimensions.
export function load(file) {
  const bytes = new Uint8Array(file.buffer ?? file, file.byteOffset, file.byteLength);
  const text = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  if (text(0, 8) !== "aegraph\x01") throw new Error("Expected a graph of this version's form.");
  const end = 12 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  const { weights, parts } = JSON.parse(text(12, end));
  const half = weights.dtype === "float16";
  const length = end + weights.count * (half ? 2 : 4);
  if (bytes.length !== length) throw new Error("The graph is cut off.");
  const stored = bytes.slice(end).buffer; // a copy: an array has to begin at a multiple of 4
  const block = half ? fromHalf(new Uint16Array(stored)) : new Float32Array(stored);
  const { take, multiplied } = memoryFor(block.length + total(Object.values(parts), roomOf));
  const all = take(block.length);
  all.set(block);
  for (const name in parts) parts[name] = network(parts[name], all, take, multiplied);
  return { ...parts, latent_dim: parts.encoder?.output.length };
}

// What gives arrays from a memory of so many numbers, and the product of arrays in it.
function memoryFor(numbers) {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(numbers / 16384) });
    let used = 0;
    const take = (n) => new Float32Array(memory.buffer, 4 * (used += n) - 4 * n, n);
    return { take, multiplied: vectorised(memory) };
  } catch {
    return { take: (n) => new Float32Array(n), multiplied: multiply };
  }
}

// How many numbers a part needs besides its weights.
const roomOf = ({ input, operations }) =>
  size(input) + total(operations, ({ shape, phases = [] }) => size(shape) + total(phases, windowOf));
// What the pixels of a row see: the columns of a phase times the values of one filter.
const windowOf = ({ kernel, down, size: [, m] }) => m * kernel.shape[3] * down.length;

// One part of a graph: {run, output, results}. The results are a Map from each operation's name to
// its {layer, shape, values}.
function network({ input, operations, output }, block, take, multiplied) {
  const weight = ({ at, shape }) => block.subarray(at, at + size(shape));
  const all = [{ shape: input, values: take(size(input)) }];
  const results = new Map();
  const steps = operations.map((operation) => {
    const { name, layer, op, in: inputs, shape, activation } = operation;
    const y = take(size(shape));
    results.set(name, { layer, shape, values: y });
    all.push(results.get(name));
    if (!OPERATIONS[op]) {
      throw new Error(`The layer "${name}" (${layer}) needs "${op}". Reload the page.`);
    }
    const xs = inputs.map((number) => all[number].values);
    const compute = OPERATIONS[op](operation, y, xs, all[inputs[0]].shape, weight, take, multiplied);
    if (!activation) return { name, compute };
    const [kind, a, b, c, d] = activation;
    const f = ACTIVATIONS[kind];
    const activate = (value) => f(value, a, b, c, d);
    return { name, compute: () => (compute(), each(y, activate)) };
  });

  // Return the output for some numbers. The next run overwrites it and all results. Edits are a Map
  // too: each may change the result of its operation before that is used, as to switch a map off.
  function run(numbers, edits) {
    const [n, x] = [numbers.length, all[0].values];
    if (n !== x.length) throw new Error(`Expected ${x.length} values. Received: ${n}.`);
    x.set(numbers);
    for (const { name, compute } of steps) {
      compute();
      edits?.get(name)?.(results.get(name));
    }
    return all[output].values;
  }
  return { run, results, output: all[output].values };
}

// Each takes an operation, the place y of its result, its inputs, the first one's shape, and ways to
// its weights, to memory and to a product. Returns a function that computes y. Memory is taken here
// alone.
const OPERATIONS = {
  copy: (_, y, [x]) => () => y.set(x),

  dense({ kernel, bias }, y, [x], _, weight, take, multiplied) {
    const [n, k] = kernel.shape;
    const [filters, b] = [weight(kernel), weight(bias)];
    return () => multiplied(x, filters, b, 0, y, 0, n, x.length / k, n, k);
  },

  // What the pixels of a row see is laid out as a matrix, to be multiplied with the filters. Groups
  // of filters see their own channels. A phase gives pixels that are `spacing` apart, from `to` on.
  conv({ phases, strides, spacing, groups, bias, shape }, y, [x], before, weight, take, multiplied) {
    const [, columns, count] = shape;
    const [channels, n, b] = [before[2], count / groups, weight(bias)];
    const ready = phases.map((phase) => {
      const { kernel, down, right, to, size: [rows, m] } = phase;
      const from = seen(before, strides, down, right, rows, m);
      const [filters, kc] = [weight(kernel), kernel.shape[3]];
      const k = kc * down.length;
      return { filters, from, to, rows, m, kc, k, window: take(windowOf(phase)) };
    });
    return () => {
      for (const { filters, from, to, rows, m, kc, k, window } of ready) {
        for (let row = 0; row < rows; row++) {
          for (let first = 0, own = 0; first < count; first += n, own += kc) {
            for (let look = (row * m * k) / kc, at = 0; at < m * k; look++) {
              let place = from[look] * channels + own;
              for (const end = at + kc; at < end; ) window[at++] = place < 0 ? 0 : x[place++];
            }
            const place = ((row * spacing[0] + to[0]) * columns + to[1]) * count + first;
            multiplied(window, filters, b, first, y, place, spacing[1] * count, m, n, k);
          }
        }
      }
    };
  },

  pool({ down, right, strides, shape: [rows, columns, n] }, y, [x], before) {
    const from = seen(before, strides, down, right, rows, columns);
    const largest = (_, i) => {
      let most = -Infinity;
      let look = Math.floor(i / n) * down.length;
      for (const end = look + down.length; look < end; look++) {
        if (from[look] >= 0) most = Math.max(most, x[from[look] * n + (i % n)]);
      }
      return most;
    };
    return () => each(y, largest);
  },

  gather({ over, strides }, y, [x]) {
    const from = indices(over, strides);
    return () => each(y, (_, i) => x[from[i]]);
  },

  // x * scale + offset where x is below a limit.
  affine({ scale, offset, over, strides, below = Infinity }, y, [x], _, weight) {
    const [a, b, at] = [weight(scale), weight(offset), indices(over, strides)];
    return () => each(y, (_, i) => (x[i] < below ? x[i] * a[at[i]] + b[at[i]] : x[i]));
  },

  merge({ function: name, over, strides }, y, xs) {
    const f = MERGES[name];
    const at = strides.map((apart) => indices(over, apart));
    return () => {
      each(y, (_, i) => xs[0][at[0][i]]);
      for (let k = 1; k < xs.length; k++) each(y, (value, i) => f(value, xs[k][at[k][i]]));
    };
  },

  concatenate: ({ outer }, y, xs) => () => {
    for (let block = 0, to = 0; block < outer; block++) {
      for (const x of xs) {
        for (let i = 0, n = x.length / outer; i < n; i++) y[to++] = x[block * n + i];
      }
    }
  },

  // Functions of groups of n values. `of` has the group of each value.
  group({ function: name, over, strides, groups, epsilon }, y, [x]) {
    const of = indices(over, strides);
    const n = x.length / groups;
    const [a, b] = [new Float64Array(groups), new Float64Array(groups)];
    const fold = (into, f, start = 0) => {
      into.fill(start);
      x.forEach((v, i) => (into[of[i]] = f(into[of[i]], v, of[i])));
    };
    const give = (f) => each(y, (_, i) => f(x[i], of[i]));
    return {
      normalize() {
        fold(a, (sum, v) => sum + v / n);
        fold(b, (sum, v, g) => sum + (v - a[g]) ** 2 / n);
        give((v, g) => (v - a[g]) / Math.sqrt(b[g] + epsilon));
      },
      unit() {
        fold(a, (sum, v) => sum + v * v);
        give((v, g) => v * Math.min(a[g] ** -0.5, 1e12));
      },
      log_softmax() {
        fold(a, (most, v) => Math.max(most, v), -Infinity);
        fold(b, (sum, v, g) => sum + Math.exp(v - a[g]));
        give((v, g) => v - a[g] - Math.log(b[g]));
      },
    }[name];
  },
};

const MERGES = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  maximum: Math.max,
  minimum: Math.min,
};

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clip = (x, low, high) => Math.min(Math.max(x, low), high);

// Activations of one value, with their parameters.
const ACTIVATIONS = {
  relu: (x, slope = 0, threshold = 0, most = Infinity) =>
    x < threshold ? slope * (x - threshold) : Math.min(x, most),
  elu: (x, alpha = 1, scale = 1) => scale * (x > 0 ? x : alpha * Math.expm1(x)),
  clip: (x, scale, offset, low, high) => clip(scale * x + offset, low, high),
  gelu: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  silu: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(softplus(x)),
  sigmoid,
  log_sigmoid: (x) => -softplus(-x),
  hard_silu: (x) => x * clip(x / 6 + 0.5, 0, 1),
  tanh: Math.tanh,
  tanh_shrink: (x) => x - Math.tanh(x),
  soft_shrink: (x) => x - clip(x, -0.5, 0.5),
  hard_shrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
  softplus,
  sparse_plus: (x) => (x < 1 ? Math.max(x + 1, 0) ** 2 / 4 : x),
  squareplus: (x) => (x + Math.sqrt(x * x + 4)) / 2,
  softsign: (x) => x / (1 + Math.abs(x)),
  exponential: Math.exp,
};

// To within 1.5e-7: Abramowitz & Stegun, "Handbook of Mathematical Functions", 7.1.26.
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const end = t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)));
  return Math.sign(x) * (1 - t * (0.254829592 + end) * Math.exp(-x * x));
}

const size = (shape) => shape.reduce((all, length) => all * length, 1);
const total = (items, of) => items.reduce((all, item) => all + of(item), 0);

function each(y, f) {
  for (let i = 0; i < y.length; i++) y[i] = f(y[i], i);
}

// For each place of an array, in order: the sum of its indices times the strides.
function indices(shape, strides) {
  const along = (places, length, axis) =>
    places.flatMap((place) => Array.from({ length }, (_, i) => place + i * strides[axis]));
  return Int32Array.from(shape.reduce(along, [0]));
}

// The pixels that each of rows × columns sees, `down` and `right` of it; -1 for none.
function seen([height, width], strides, down, right, rows, columns) {
  return Int32Array.from({ length: rows * columns * down.length }, (_, i) => {
    const tap = i % down.length;
    const pixel = Math.floor(i / down.length);
    const r = Math.floor(pixel / columns) * strides[0] + down[tap];
    const c = (pixel % columns) * strides[1] + right[tap];
    return r >= 0 && r < height && c >= 0 && c < width ? r * width + c : -1;
  });
}

// float16 numbers from their bits. Those of a float32 differ in their place and in the exponent.
function fromHalf(bits) {
  const wide = new Uint32Array(bits).map((b) => ((b & 0x8000) << 16) | ((b & 0x7fff) << 13));
  return new Float32Array(wide.buffer).map((value) => value * 2 ** 112);
}
