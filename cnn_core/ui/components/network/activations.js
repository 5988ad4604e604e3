// The activation functions of Keras 3, by name.

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

// The error function by its Taylor series; exact to float32 where it is not yet 1.
function erf(x) {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

const sigmoid = x => 1 / (1 + Math.exp(-x));
const softplus = x => (x > 20 ? x : Math.log1p(Math.exp(x)));
const relu6 = x => Math.min(Math.max(x, 0), 6);

export const ACTIVATIONS = {
  linear: x => x,
  relu: x => (x > 0 ? x : 0),
  sigmoid,
  tanh: Math.tanh,
  elu: x => (x > 0 ? x : Math.expm1(x)),
  selu: x => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  gelu: x => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu: x => x * sigmoid(x),
  leaky_relu: x => (x > 0 ? x : 0.2 * x),
  relu6,
  softplus,
  softsign: x => x / (1 + Math.abs(x)),
  exponential: Math.exp,
  hard_sigmoid: x => relu6(x + 3) / 6,
  mish: x => x * Math.tanh(softplus(x)),
};

// Applies the activation to all values, in place. Softmax looks at the `channels` values of one cell together.
export function activate(name, values, channels) {
  if (name === "softmax") {
    for (let start = 0; start < values.length; start += channels) softmax(values.subarray(start, start + channels));
  } else if (name !== "linear") {
    const activation = ACTIVATIONS[name];
    for (let i = 0; i < values.length; i++) values[i] = activation(values[i]);
  }
  return values;
}

function softmax(scores) {
  let largest = -Infinity;
  for (const score of scores) largest = Math.max(largest, score);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = Math.exp(scores[i] - largest); // without this, exp of a large score would be infinite
    sum += scores[i];
  }
  for (let i = 0; i < scores.length; i++) scores[i] /= sum;
}
