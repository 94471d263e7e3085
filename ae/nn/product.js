// The product of matrices, in which nearly all of a network's time is spent: in JavaScript, and four
// numbers at a time where the browser can.

// Multiply m rows of k values with the n filters from `first` on, and add their biases. Row i goes
// to y from `place` + i * `apart` on. Two rows by four interleaved filters at a time: they fit into
// registers.
function multiply(rows, filters, bias, first, y, place, apart, m, n, k) {
  for (let i = 0; i < m; i += 2, place += 2 * apart) {
    const both = i + 1 < m;
    const [one, two] = [i * k, both ? i * k + k : i * k];
    const other = both ? place + apart : place;
    let f = 0;
    for (; f + 4 <= n; f += 4) {
      let a0 = bias[first + f], b0 = a0;
      let a1 = bias[first + f + 1], b1 = a1;
      let a2 = bias[first + f + 2], b2 = a2;
      let a3 = bias[first + f + 3], b3 = a3;
      for (let q = 0, w = (first + f) * k; q < k; q++, w += 4) {
        const a = rows[one + q], b = rows[two + q];
        const w0 = filters[w], w1 = filters[w + 1], w2 = filters[w + 2], w3 = filters[w + 3];
        a0 += a * w0; a1 += a * w1; a2 += a * w2; a3 += a * w3;
        b0 += b * w0; b1 += b * w1; b2 += b * w2; b3 += b * w3;
      }
      const p = place + f, q = other + f;
      y[p] = a0; y[p + 1] = a1; y[p + 2] = a2; y[p + 3] = a3;
      y[q] = b0; y[q + 1] = b1; y[q + 2] = b2; y[q + 3] = b3;
    }
    for (; f < n; f++) {
      let a = bias[first + f], b = a;
      for (let q = 0, w = (first + f) * k; q < k; q++, w++) {
        a += rows[one + q] * filters[w];
        b += rows[two + q] * filters[w];
      }
      y[place + f] = a;
      y[other + f] = b;
    }
  }
}

// The same in WebAssembly, put together here from its instructions: see
// webassembly.github.io/spec/core/binary.
const vectorised = (() => {
  let compiled = null;

  // Returns what does the same as `multiply` for arrays that lie in the memory.
  // Throws where the browser has no WebAssembly, or none with vectors.
  function vectorised(memory) {
    compiled ??= compiledOf([FOURS, ONE]);
    const { fours, one } = new WebAssembly.Instance(compiled, { engine: { memory } }).exports;
    return (rows, filters, bias, first, y, place, apart, m, n, k) => {
      const from = rows.byteOffset, to = y.byteOffset + 4 * place;
      const f = filters.byteOffset + 4 * first * k, b = bias.byteOffset + 4 * first;
      if (n >= 4) fours(from, f, b, to, 4 * apart, m, n >> 2, k);
      for (let i = n & ~3; i < n; i++) one(from, f + 4 * i * k, b + 4 * i, to + 4 * i, 4 * apart, m, k);
    };
  }

  // --- instructions: bytes that compute a number, a vector, or nothing ---

  const INTEGER = 0x7f, FLOAT = 0x7d, VECTOR = 0x7b;

  // The variables of a function, by their names: {parameters, integers, floats, vectors}.
  function variables({ parameters, integers = [], floats = [], vectors = [] }) {
    const names = [...parameters, ...integers, ...floats, ...vectors];
    return Object.fromEntries(names.map((name, i) => [name, [0x20, i]]));
  }

  const set = ([, i], value) => [...value, 0x21, i];
  const number = (n) => [0x41, ...signedNumber(n)];
  const add = (a, b) => [...a, ...b, 0x6a];
  const times = (a, b) => [...a, ...b, 0x6c];
  const halved = (a, bits) => [...a, ...number(bits), 0x76];
  const below = (a, b) => [...a, ...b, 0x49];
  const move = (variable, by) => set(variable, add(variable, by));
  const when = (condition, body) => [...condition, 0x04, 0x40, ...body, 0x0b];
  const repeat = (body, condition) => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b]; // once at least
  const loop = (condition, body) => when(condition, repeat(body, condition));

  const load = (place, offset = 0) => [...place, 0xfd, 0, 2, ...unsignedNumber(offset)];
  const splat = (place, offset = 0) => [...place, 0xfd, 9, 2, ...unsignedNumber(offset)];
  const store = (place, vector) => [...place, ...vector, 0xfd, 11, 2, 0];
  const zeros = [0xfd, 12, ...Array(16).fill(0)];
  const sum = (a, b) => [...a, ...b, 0xfd, 0xe4, 1];
  const product = (a, b) => [...a, ...b, 0xfd, 0xe6, 1];
  const gain = (total, a, b) => set(total, sum(total, product(a, b)));

  const loadFloat = (place) => [...place, 0x2a, 2, 0];
  const storeFloat = (place, value) => [...place, ...value, 0x38, 2, 0];
  const sumOfFloats = (a, b) => [...a, ...b, 0x92];
  const productOfFloats = (a, b) => [...a, ...b, 0x94];
  const lane = (vector, i) => [...vector, 0xfd, 0x1f, i];

  // --- the two functions: places and distances are in bytes ---

  // m rows with groups of four interleaved filters, k values each.
  const FOURS = {
    name: "fours",
    parameters: ["rows", "filters", "bias", "y", "apart", "m", "groups", "k"],
    integers: ["w", "b", "out", "left", "end", "most", "p0", "p1", "p2", "p3"],
    vectors: ["s0", "s1", "s2", "s3", "v"],
    body({ rows, filters, bias, y, apart, m, groups, k, w, b, out, left, end, most, v, ...more }) {
      const places = [more.p0, more.p1, more.p2, more.p3], sums = [more.s0, more.s1, more.s2, more.s3];
      const row = times(k, number(4));
      const eachGroup = (body) => [
        ...set(w, filters), ...set(b, bias), ...set(out, y), ...set(left, groups),
        ...repeat([
          ...set(places[0], rows), ...set(end, add(w, times(k, number(16)))),
          ...body,
          ...move(b, number(16)), ...move(out, number(16)), ...move(left, number(-1)),
        ], left),
      ];
      const fourRows = eachGroup([
        ...[1, 2, 3].flatMap((i) => set(places[i], add(places[i - 1], row))),
        ...sums.flatMap((total) => set(total, load(b))),
        ...loop(below(w, end), [
          ...set(v, load(w)),
          ...sums.flatMap((total, i) => gain(total, v, splat(places[i]))),
          ...places.flatMap((place) => move(place, number(4))), ...move(w, number(16)),
        ]),
        ...sums.flatMap((total, i) => store(add(out, times(apart, number(i))), total)),
      ]);
      // In four sums: none has to wait for another.
      const oneRow = eachGroup([
        ...set(sums[0], load(b)), ...sums.slice(1).flatMap((total) => set(total, zeros)),
        ...set(most, add(w, times(halved(k, 2), number(64)))),
        ...loop(below(w, most), [
          ...sums.flatMap((total, i) => gain(total, load(w, 16 * i), splat(places[0], 4 * i))),
          ...move(places[0], number(16)), ...move(w, number(64)),
        ]),
        ...loop(below(w, end), [
          ...gain(sums[0], load(w), splat(places[0])),
          ...move(places[0], number(4)), ...move(w, number(16)),
        ]),
        ...store(out, sums.reduce(sum)),
      ]);
      const eachTime = (count, body) => loop(below(number(count - 1), m), [
        ...body,
        ...move(rows, times(row, number(count))), ...move(y, times(apart, number(count))),
        ...move(m, number(-count)),
      ]);
      return [...eachTime(4, fourRows), ...eachTime(1, oneRow)];
    },
  };

  // m rows with one filter of k values.
  const ONE = {
    name: "one",
    parameters: ["rows", "filter", "bias", "y", "apart", "m", "k"],
    integers: ["p", "w", "end", "most"],
    floats: ["x"],
    vectors: ["s", "t"],
    body({ rows, filter, bias, y, apart, m, k, p, w, end, most, x, s, t }) {
      return repeat([
        ...set(p, rows), ...set(w, filter), ...set(s, zeros), ...set(t, zeros),
        ...set(end, add(w, times(k, number(4)))), ...set(most, add(w, times(halved(k, 3), number(32)))),
        ...loop(below(w, most), [
          ...gain(s, load(w), load(p)), ...gain(t, load(w, 16), load(p, 16)),
          ...move(p, number(32)), ...move(w, number(32)),
        ]),
        ...set(x, loadFloat(bias)),
        ...loop(below(w, end), [
          ...set(x, sumOfFloats(x, productOfFloats(loadFloat(w), loadFloat(p)))),
          ...move(p, number(4)), ...move(w, number(4)),
        ]),
        ...set(s, sum(s, t)),
        ...storeFloat(y, [0, 1, 2, 3].reduce((all, i) => sumOfFloats(all, lane(s, i)), x)),
        ...move(rows, times(k, number(4))), ...move(y, apart), ...move(m, number(-1)),
      ], m);
    },
  };

  // --- the module ---

  const unsignedNumber = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...unsignedNumber(n >>> 7)]);
  const signedNumber = (n) => (n >= -64 && n < 64 ? [n & 127] : [(n & 127) | 128, ...signedNumber(n >> 7)]);
  const sized = (bytes) => [...unsignedNumber(bytes.length), ...bytes];
  const listOf = (items) => [...unsignedNumber(items.length), ...items.flat()];
  const text = (letters) => sized([...letters].map((letter) => letter.charCodeAt(0)));
  const section = (id, items) => [id, ...sized(listOf(items))];

  function codeOf(declared) {
    const { integers = [], floats = [], vectors = [], body } = declared;
    const locals = [[integers, INTEGER], [floats, FLOAT], [vectors, VECTOR]];
    return sized([
      ...listOf(locals.map(([names, type]) => [...unsignedNumber(names.length), type])),
      ...body(variables(declared)), 0x0b,
    ]);
  }

  // The module's bytes are the same for all networks: they are put together and compiled once.
  function compiledOf(functions) {
    const module = [
      0, ...[..."asm"].map((letter) => letter.charCodeAt(0)), 1, 0, 0, 0,
      ...section(1, functions.map(({ parameters }) => [0x60, ...listOf(parameters.map(() => [INTEGER])), 0])),
      ...section(2, [[...text("engine"), ...text("memory"), 2, 0, 1]]),
      ...section(3, functions.map((_, i) => [i])),
      ...section(7, functions.map(({ name }, i) => [...text(name), 0, i])),
      ...section(10, functions.map(codeOf)),
    ];
    return new WebAssembly.Module(Uint8Array.from(module));
  }

  return vectorised;
})();
