// The forward pass of a Keras network for one image, channels last: every layer type of the designer.
// A map is {shape: [height, width, channels] or [values], values: Float32Array}.
import {activate} from "./activations.js";
import {convolve} from "./convolve.js";
import {slide, windowOn} from "./windows.js";

// What each layer puts out, the input first. A layer is its Keras arguments, its type, and its weights.
export function forward(layers, input) {
  const maps = [input];
  for (const layer of layers) maps.push(LAYERS[layer.type](maps.at(-1), layer, layer.weights ?? []));
  return maps;
}

export const LAYERS = {
  Rescaling: (map, {scale}) => ({shape: map.shape, values: map.values.map(value => value * scale)}),
  Conv2D: (map, layer, [kernel, bias]) => finish(convolve(map, layer, kernel), layer, bias),
  DepthwiseConv2D: (map, layer, [kernel, bias]) => finish(depthwise(map, layer, kernel), layer, bias),
  SeparableConv2D: (map, layer, [depth, point, bias]) =>
    finish(dense(depthwise(map, layer, depth), layer.filters, point), layer, bias),
  MaxPooling2D: (map, layer) => maximum(map, windowOn(map.shape, layer)),
  AveragePooling2D: (map, layer) => mean(map, windowOn(map.shape, layer)),
  GlobalMaxPooling2D: (map, layer) => squeezed(maximum(map, everywhere(map)), layer),
  GlobalAveragePooling2D: (map, layer) => squeezed(mean(map, everywhere(map)), layer),
  ZeroPadding2D: (map, {padding}) => padded(map, padding),
  Flatten: map => ({shape: [map.values.length], values: map.values}),
  Dense: (map, layer, [kernel, bias]) => finish(dense(map, layer.units, kernel), layer, bias),
  Dropout: map => map, // it drops values in training only
  BatchNormalization: normalized,
  Activation: (map, layer) => finish({shape: map.shape, values: map.values.slice()}, layer),
};

// Adds the bias and applies the activation, in place.
function finish(map, layer, bias) {
  const channels = map.shape.at(-1);
  if (bias) for (let i = 0; i < map.values.length; i++) map.values[i] += bias[i % channels];
  activate(layer.activation, map.values, channels);
  return map;
}

// kernel: [window cell][input channel][multiplier]
function depthwise(map, layer, kernel) {
  const channels = map.shape[2];
  const each = layer.depth_multiplier;
  const window = windowOn(map.shape, layer);
  const values = new Float32Array(window.rows * window.columns * channels * each);
  slide(map.shape, window, (output, input, cell) => {
    for (let channel = 0; channel < channels; channel++) {
      const value = map.values[input * channels + channel];
      const first = (cell * channels + channel) * each;
      const to = (output * channels + channel) * each;
      for (let m = 0; m < each; m++) values[to + m] += value * kernel[first + m];
    }
  });
  return {shape: [window.rows, window.columns, channels * each], values};
}

// Along the last axis, at every place of the map. kernel: [input][unit]
function dense(map, units, kernel) {
  const inputs = map.shape.at(-1);
  const places = map.values.length / inputs;
  const values = new Float32Array(places * units);
  for (let place = 0; place < places; place++) {
    const to = place * units;
    for (let input = 0; input < inputs; input++) {
      const value = map.values[place * inputs + input];
      if (value === 0) continue; // after relu most are
      const from = input * units;
      for (let unit = 0; unit < units; unit++) values[to + unit] += value * kernel[from + unit];
    }
  }
  return {shape: [...map.shape.slice(0, -1), units], values};
}

function maximum(map, window) {
  const channels = map.shape[2];
  const values = new Float32Array(window.rows * window.columns * channels).fill(-Infinity);
  slide(map.shape, window, (output, input) => {
    for (let channel = 0; channel < channels; channel++) {
      const value = map.values[input * channels + channel];
      if (value > values[output * channels + channel]) values[output * channels + channel] = value;
    }
  });
  return {shape: [window.rows, window.columns, channels], values};
}

// Cells of padding are not counted.
function mean(map, window) {
  const channels = map.shape[2];
  const values = new Float32Array(window.rows * window.columns * channels);
  const counted = new Float32Array(window.rows * window.columns);
  slide(map.shape, window, (output, input) => {
    counted[output]++;
    for (let channel = 0; channel < channels; channel++) {
      values[output * channels + channel] += map.values[input * channels + channel];
    }
  });
  for (let i = 0; i < values.length; i++) values[i] /= counted[Math.floor(i / channels)];
  return {shape: [window.rows, window.columns, channels], values};
}

const everywhere = ({shape: [height, width]}) =>
  windowOn([height, width], {pool_size: [height, width], padding: "valid"});

const squeezed = (map, {keepdims}) => (keepdims ? map : {shape: [map.values.length], values: map.values});

function padded(map, [[top, bottom], [left, right]]) {
  const [height, width, channels] = map.shape;
  const wide = left + width + right;
  const values = new Float32Array((top + height + bottom) * wide * channels);
  for (let y = 0; y < height; y++) {
    const row = map.values.subarray(y * width * channels, (y + 1) * width * channels);
    values.set(row, ((y + top) * wide + left) * channels);
  }
  return {shape: [top + height + bottom, wide, channels], values};
}

// weights: gamma and beta where they are learned, then the moving mean and variance
function normalized(map, layer, weights) {
  const [means, variances] = weights.slice(-2);
  const gamma = layer.scale ? weights[0] : null;
  const beta = layer.center ? weights.at(-3) : null;
  const channels = map.shape.at(-1);
  const values = map.values.map((value, i) => {
    const channel = i % channels;
    const standard = (value - means[channel]) / Math.sqrt(variances[channel] + layer.epsilon);
    return standard * (gamma ? gamma[channel] : 1) + (beta ? beta[channel] : 0);
  });
  return {shape: map.shape, values};
}
