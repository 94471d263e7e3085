// How a value of a layer came about: from which values before it, with which weights. It reads what
// engine.js keeps of a run, and knows no page.

// The terms whose sum, with the bias, is value number `index` of a result before its activation:
// {terms: [{from, weight}], bias}. `from` is the number of a value of the result's input, -1 in the
// padding. Null for an operation that is no such sum.
const sumOf = ({ operation, from: [before], weight }, index) =>
  SUMS[operation.op]?.(operation, index, before.shape, weight) ?? null;

const SUMS = {
  dense({ kernel, bias }, index, _, weight) {
    const [n, k] = kernel.shape;
    const filter = index % n;
    const weights = weight(kernel), first = ((index - filter) / n) * k;
    const terms = Array.from({ length: k }, (_, q) => ({ from: first + q, weight: weights[placeOfWeight(filter, q, n, k)] }));
    return { terms, bias: weight(bias)[filter] };
  },

  conv({ phases, strides, spacing, groups, bias, shape }, index, [height, width, channels], weight) {
    const { row, column, map: filter } = placeIn(shape, index);
    const phase = phases.find(({ to }) => row % spacing[0] === to[0] && column % spacing[1] === to[1]);
    const { kernel, down, right, to } = phase;
    const top = ((row - to[0]) / spacing[0]) * strides[0], left = ((column - to[1]) / spacing[1]) * strides[1];
    const n = shape[2] / groups, kc = kernel.shape[3], k = kc * down.length;
    const weights = weight(kernel), own = Math.floor(filter / n) * kc;
    const terms = down.flatMap((_, tap) => {
      const [r, c] = [top + down[tap], left + right[tap]];
      const isThere = r >= 0 && r < height && c >= 0 && c < width;
      return Array.from({ length: kc }, (_, q) => ({
        from: isThere ? (r * width + c) * channels + own + q : -1,
        weight: weights[placeOfWeight(filter, tap * kc + q, n, k)],
        row: r,
        column: c,
        map: own + q,
      }));
    });
    return { terms, bias: weight(bias)[filter] };
  },
};

// What value number `index` of a result's input adds to the sums of the result, in one of its maps:
// [{to, weight}], with the number of the value that it adds to. Null as above.
const paintedBy = ({ operation, from: [before], weight }, index, map) =>
  PAINTED[operation.op]?.(operation, index, map, before.shape, weight) ?? null;

const PAINTED = {
  dense({ kernel, shape }, index, map, _, weight) {
    const [n, k] = kernel.shape;
    const q = index % k;
    const weights = weight(kernel), first = ((index - q) / k) * n;
    const each = Array.from({ length: n }, (_, filter) => ({ to: first + filter, weight: weights[placeOfWeight(filter, q, n, k)] }));
    return shape.length > 1 ? each.filter(({ to }) => to % shape.at(-1) === map) : each;
  },

  conv({ phases, strides, spacing, groups, shape }, index, filter, before, weight) {
    const { row, column, map: channel } = placeIn(before, index);
    const n = shape[2] / groups, kc = phases[0].kernel.shape[3];
    const q = channel - Math.floor(filter / n) * kc;
    if (q < 0 || q >= kc) return []; // of another group
    return phases.flatMap(({ kernel, down, right, to, size: [rows, columns] }) => {
      const weights = weight(kernel), k = kc * down.length;
      return down.flatMap((_, tap) => {
        const [r, c] = [(row - down[tap]) / strides[0], (column - right[tap]) / strides[1]];
        if (!(isWithin(r, rows) && isWithin(c, columns))) return [];
        const [y, x] = [r * spacing[0] + to[0], c * spacing[1] + to[1]];
        return [{
          to: (y * shape[1] + x) * shape[2] + filter,
          weight: weights[placeOfWeight(filter, tap * kc + q, n, k)],
          row: y,
          column: x,
        }];
      });
    });
  },
};

// Of a max-pooling: the numbers of the input's values that value number `index` is the largest of.
function pooledFrom({ operation: { down, right, strides, shape }, from: [before] }, index) {
  const { row, column, map } = placeIn(shape, index);
  const [height, width, channels] = before.shape;
  return down.flatMap((_, tap) => {
    const [r, c] = [row * strides[0] + down[tap], column * strides[1] + right[tap]];
    return isWithin(r, height) && isWithin(c, width) ? [{ from: (r * width + c) * channels + map, row: r, column: c }] : [];
  });
}

// Where a value is in an array of rows, columns and maps. A vector is one column.
function placeIn([, width = 1, maps = 1], index) {
  const pixel = Math.floor(index / maps);
  return { row: Math.floor(pixel / width), column: pixel % width, map: index % maps };
}

// Where graph.py stores weight q of a filter, of k. Groups have n filters; four of them are interleaved.
function placeOfWeight(filter, q, n, k) {
  const own = filter % n, start = (filter - own) * k;
  if (own >= n - (n % 4)) return start + own * k + q;
  return start + (own - (own % 4)) * k + 4 * q + (own % 4);
}

const isWithin = (i, n) => Number.isInteger(i) && i >= 0 && i < n;
