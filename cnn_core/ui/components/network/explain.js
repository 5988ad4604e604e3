// How one value of a layer came about: the numbers that went into it, and the sums that make exactly that value.
//
// An explanation is {window, from, grids, lines, value}: the cells of the map before that were looked at (or null), the
// map among them that counted most, small tables of numbers with the signs between them, and the sum, line by line.
// Texts are named, as in `words`, with the values that they need.
import {ACTIVATIONS} from "./activations.js";
import {windowOn} from "./windows.js";

// `at`: the place of the value, {y, x, channel} on a map, {channel} in a vector.
export const explain = (layer, input, output, at) => explainValue(layer, input, at, valueAt(output, at));

// The same for a `value` that is known already.
export const explainValue = (layer, input, at, value) => (EXPLAINED[layer.type] ?? explainUnchanged)(layer, input, at, value);

const EXPLAINED = {
  Conv2D: explainConvolution,
  DepthwiseConv2D: explainDepthwise,
  SeparableConv2D: explainSeparable,
  MaxPooling2D: explainPooling,
  AveragePooling2D: explainPooling,
  GlobalMaxPooling2D: explainGlobal,
  GlobalAveragePooling2D: explainGlobal,
  ZeroPadding2D: explainPadding,
  Dense: explainDense,
  BatchNormalization: explainNormalization,
  Activation: explainActivation,
};

export function valueAt({shape, values}, {y, x, channel}) {
  return shape.length === 1 ? values[channel] : values[(y * shape[1] + x) * shape[2] + channel];
}

const total = numbers => numbers.reduce((sum, number) => sum + number, 0);
const largestBy = (items, size) => items.reduce((best, item) => (size(item) > size(best) ? item : best));

// The window on the map before that output cell (y, x) was made of.
export function windowBefore(layer, shape, {y, x}) {
  const {size, strides, dilation, top, left} = windowOn(shape, layer);
  return {
    top: y * strides[0] - top, left: x * strides[1] - left,
    rows: size[0], columns: size[1], stepY: dilation[0], stepX: dilation[1],
  };
}

// The values under the window in one channel; cells of padding are null.
export function under(window, {shape: [rows, columns, channels], values}, channel) {
  const found = [];
  for (let dy = 0; dy < window.rows; dy++) {
    for (let dx = 0; dx < window.columns; dx++) {
      const y = window.top + dy * window.stepY;
      const x = window.left + dx * window.stepX;
      const inside = y >= 0 && x >= 0 && y < rows && x < columns;
      found.push(inside ? values[(y * columns + x) * channels + channel] : null);
    }
  }
  return found;
}

// Values times weights in one channel.
export function products(window, input, channel, weightOf) {
  const inputs = under(window, input, channel);
  const weights = inputs.map((_, cell) => weightOf(cell));
  const made = inputs.map((value, cell) => (value ?? 0) * weights[cell]);
  return {channel, inputs, weights, made, sum: total(made)};
}

const grid = (title, numbers, columns, options = {}) => ({title, numbers, columns, ...options});

const productGrids = ({channel, inputs, weights, made}, columns) => [
  grid("window", inputs, columns, {channel, framed: true}), "×",
  grid("filter", weights, columns, {signed: true}), "=",
  grid("products", made, columns, {signed: true}),
];

// The last lines of all sums of products: bias, sum, activation.
function finished(lines, bias, activation, before, value) {
  const with_bias = bias === null ? lines : [...lines, {text: "bias", value: bias}];
  const sum = {text: "sum", value: before, style: "rule"};
  if (activation === "linear") return [...with_bias, {...sum, style: "rule result"}];
  const text = activation === "relu" ? (before > 0 ? "relu keeps" : "relu cuts") : "activation";
  return [...with_bias, sum, {text, values: {name: activation}, value, style: "result"}];
}

function explainConvolution(layer, input, at, value) {
  const [kernel, bias = null] = layer.weights;
  const {filters, groups = 1} = layer;
  const window = windowBefore(layer, input.shape, at);
  const ofGroup = input.shape[2] / groups;
  const first = Math.floor(at.channel / (filters / groups)) * ofGroup;
  const channels = Array.from({length: ofGroup}, (_, n) =>
    products(window, input, first + n, cell => kernel[(cell * ofGroup + n) * filters + at.channel]));
  const strongest = largestBy(channels, one => Math.abs(one.sum));
  const rest = total(channels.map(one => one.sum)) - strongest.sum;
  const before = strongest.sum + rest + (bias?.[at.channel] ?? 0);
  const lines = [{text: ofGroup > 1 ? "channel" : "its products", values: {number: strongest.channel + 1},
    value: strongest.sum, style: "key"}];
  if (ofGroup > 1) lines.push({text: "more channels", values: {count: ofGroup - 1}, value: rest});
  return {window, from: strongest.channel, grids: productGrids(strongest, window.columns), value,
    lines: finished(lines, bias && bias[at.channel], layer.activation, before, value)};
}

function explainDepthwise(layer, input, at, value) {
  const [kernel, bias = null] = layer.weights;
  const each = layer.depth_multiplier;
  const channel = Math.floor(at.channel / each);
  const channels = input.shape[2];
  const window = windowBefore(layer, input.shape, at);
  const made = products(window, input, channel,
    cell => kernel[(cell * channels + channel) * each + (at.channel % each)]);
  const before = made.sum + (bias?.[at.channel] ?? 0);
  const lines = [{text: "its products", value: made.sum, style: "key"}];
  return {window, from: channel, grids: productGrids(made, window.columns), value,
    lines: finished(lines, bias && bias[at.channel], layer.activation, before, value)};
}

// First each channel is filtered on its own, then all of those are mixed: weight by weight.
function explainSeparable(layer, input, at, value) {
  const [depth, point, bias = null] = layer.weights;
  const each = layer.depth_multiplier;
  const channels = input.shape[2];
  const window = windowBefore(layer, input.shape, at);
  const mixed = Array.from({length: channels * each}, (_, n) => {
    const channel = Math.floor(n / each);
    const made = products(window, input, channel, cell => depth[(cell * channels + channel) * each + (n % each)]);
    const weight = point[n * layer.filters + at.channel];
    return {...made, weight, product: made.sum * weight};
  });
  const strongest = largestBy(mixed, one => Math.abs(one.product));
  const rest = total(mixed.map(one => one.product)) - strongest.product;
  const before = strongest.product + rest + (bias?.[at.channel] ?? 0);
  const lines = [
    {text: "channel", values: {number: strongest.channel + 1}, value: strongest.sum},
    {text: "times its weight", values: {weight: strongest.weight}, value: strongest.product, style: "key"},
    {text: "more channels", values: {count: mixed.length - 1}, value: rest},
  ];
  return {window, from: strongest.channel, grids: productGrids(strongest, window.columns), value,
    lines: finished(lines, bias && bias[at.channel], layer.activation, before, value)};
}

function explainPooling(layer, input, at, value) {
  const window = windowBefore(layer, input.shape, at);
  return pooled(layer.type.startsWith("Max"), window, input, at.channel, value, true);
}

function explainGlobal(layer, input, at, value) {
  const [rows, columns] = input.shape;
  const window = {top: 0, left: 0, rows, columns, stepY: 1, stepX: 1};
  return pooled(layer.type.includes("Max"), window, input, at.channel, value, rows * columns <= 49);
}

function pooled(maximum, window, input, channel, value, shown) {
  const inputs = under(window, input, channel);
  const inside = inputs.filter(one => one !== null);
  const strongest = maximum ? inputs.indexOf(Math.max(...inside)) : -1;
  return {
    window, from: channel, value,
    grids: shown ? [grid("window", inputs, window.columns, {channel, framed: true, strongest})] : [],
    lines: [{text: maximum ? "largest of" : "mean of", values: {count: inside.length}, value, style: "result"}],
  };
}

function explainPadding(layer, input, at, value) {
  const [[top], [left]] = layer.padding;
  const window = {top: at.y - top, left: at.x - left, rows: 1, columns: 1, stepY: 1, stepX: 1};
  const inside = under(window, input, at.channel)[0] !== null;
  return {window: inside ? window : null, from: at.channel, grids: [], value,
    lines: [{text: inside ? "copied" : "zero of the border", value, style: "result"}]};
}

const TOLD = 3; // products of a dense layer that are told one by one

function explainDense(layer, input, at, value) {
  const [kernel, bias = null] = layer.weights;
  const inputs = input.shape.at(-1);
  const first = input.shape.length === 1 ? 0 : (at.y * input.shape[1] + at.x) * inputs;
  const made = Array.from({length: inputs}, (_, n) => {
    const [factor, weight] = [input.values[first + n], kernel[n * layer.units + at.channel]];
    return {n, factor, weight, product: factor * weight};
  });
  const order = [...made].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const rest = total(order.slice(TOLD).map(one => one.product));
  const before = total(made.map(one => one.product)) + (bias?.[at.channel] ?? 0);
  const lines = order.slice(0, TOLD).map(({factor, weight, product}) =>
    ({text: "product", values: {factor, weight}, value: product, style: "key"}));
  if (inputs > TOLD) lines.push({text: "more products", values: {count: inputs - TOLD}, value: rest});
  const window = input.shape.length === 1 ? null : {top: at.y, left: at.x, rows: 1, columns: 1, stepY: 1, stepX: 1};
  return {window, from: order[0].n, grids: [], value,
    lines: finished(lines, bias && bias[at.channel], layer.activation, before, value)};
}

const sameCell = (input, {y, x}) =>
  (input.shape.length === 1 ? null : {top: y, left: x, rows: 1, columns: 1, stepY: 1, stepX: 1});

function explainNormalization(layer, input, at, value) {
  const [mean, variance] = layer.weights.slice(-2).map(array => array[at.channel]);
  const gamma = layer.scale ? layer.weights[0][at.channel] : 1;
  const beta = layer.center ? layer.weights.at(-3)[at.channel] : 0;
  const standard = (valueAt(input, at) - mean) / Math.sqrt(variance + layer.epsilon);
  return {window: sameCell(input, at), from: at.channel, grids: [], value, lines: [
    {text: "before", value: valueAt(input, at), style: "key"},
    {text: "standardized", values: {mean, deviation: Math.sqrt(variance + layer.epsilon)}, value: standard},
    {text: "scaled", values: {gamma, beta}, value: standard * gamma + beta, style: "rule result"},
  ]};
}

function explainActivation(layer, input, at, value) {
  const before = valueAt(input, at);
  return {window: sameCell(input, at), from: at.channel, grids: [], value, lines: [
    {text: "before", value: before, style: "key"},
    {text: "activation", values: {name: layer.activation}, value, style: "rule result"},
  ]};
}

function explainUnchanged(layer, input, at, value) {
  return {window: null, from: at.channel, grids: [], value, lines: [{text: "passed on", value, style: "result"}]};
}

// What an activation makes of a sum; softmax needs all sums of a cell, so it has no answer of its own.
export const activated = (name, before) => (name === "softmax" ? null : ACTIVATIONS[name](before));
