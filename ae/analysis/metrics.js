// The measures that a browser computes itself.

// The sum over the pixels, as ae.analysis.metrics has it.
const squaredError = (image, other) => image.reduce((sum, value, i) => sum + (value - other[i]) ** 2, 0);

// Which share of the test digits, from 0 to 1, has a lower error. percentiles : from 0 to 100.
function rankOf(error, percentiles) {
  if (error <= percentiles[0]) return 0;
  const above = percentiles.findIndex((each) => each >= error);
  if (above < 0) return 1;
  const [low, high] = [percentiles[above - 1], percentiles[above]];
  return (above - 1 + (error - low) / (high - low)) / (percentiles.length - 1);
}

// The same in words, to be followed by "of the test digits".
function lowerInWords(error, percentiles) {
  const percent = 100 * rankOf(error, percentiles);
  return `${percent > 0 && percent < 1 ? "Less than 1" : Math.round(percent)} %`;
}
