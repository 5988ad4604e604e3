// The maps of a network that is too large for the browser: a worker has computed them, and sent what the picture can
// show. Of large maps that is every n-th row and column (`step`), of many maps the first: `shape` is what is here,
// `whole` what the layer puts out. Weights are here only of small layers.
import {activated, explainValue, valueAt, windowBefore} from "./explain.js";
import {LAYERS} from "./forward.js";
import {half} from "./weights.js";

export class Received {
  // head.maps: as exchange/maps.py describes it; bytes: the numbers, or none while they are not known.
  constructor(head, bytes) {
    const {layers, dtype, known, weights} = head.maps;
    const rescaling = head.layers[0]?.type === "Rescaling" ? head.layers[0] : null;
    this.known = known;
    this.blank = withRescaled(layers.map(layer => ({...layer, values: new Float32Array(0)})), rescaling);
    const numbers = new Numbers(bytes, dtype);
    this.maps = known ? withRescaled(layers.map(layer => mapOf(layer, numbers)), rescaling) : this.blank;
    numbers.dtype = "float32";
    this.layers = head.layers.map((layer, place) => {
      const sent = weights.includes(place - (rescaling ? 1 : 0));
      return {...layer, weights: sent ? layer.sizes.map(size => numbers.next(size)) : []};
    });
  }

  see() { return this.maps; }

  // Whether what is here was made of another image: the worker has not answered yet.
  isLate(values) {
    const [{values: image}] = this.maps;
    return image.length !== values.length || image.some((value, at) => value !== values[at]);
  }

  activity(maps, index) { return maps[index].activity; }

  // `at`: among the cells that are here. What is not here cannot be told: then it is the value, and where it comes from.
  explain(layer, input, output, at) {
    const [value, place] = [valueAt(output, at), {...at, y: at.y * output.step, x: at.x * output.step}];
    if (complete(layer, input, output)) return exactly(layer, explainValue(layer, input, place, value));
    const mixes = ["Conv2D", "SeparableConv2D", "Dense"].includes(layer.type); // all maps before, not only its own
    return {
      window: inCells(windowOf(layer, input.whole, place), input.step),
      from: mixes ? -1 : Math.floor(at.channel / (layer.depth_multiplier ?? 1)),
      all: mixes, grids: [], lines: [], value, untold: true,
    };
  }
}

// With what the browser itself makes of the image before the network: that is not sent.
function withRescaled([image, ...outputs], layer) {
  if (!layer) return [image, ...outputs];
  return [image, {...image, ...LAYERS.Rescaling(image, layer), largest: undefined}, ...outputs];
}

// A value that came as float16 has three digits; the sum of its products has all of them.
function exactly(layer, told) {
  const sum = told.lines.find(line => line.text === "sum");
  const value = sum && activated(layer.activation, sum.value);
  if (value === undefined || value === null) return told;
  return {...told, value, lines: [...told.lines.slice(0, -1), {...told.lines.at(-1), value}]};
}

// The numbers of a message, one array after another.
class Numbers {
  constructor(bytes, dtype) { Object.assign(this, {bytes, dtype, at: 0}); }

  next(size) {
    const length = size * (this.dtype === "float16" ? 2 : 4);
    const {buffer} = this.bytes.slice(this.at, this.at + length); // a typed array must begin at a multiple of its size
    this.at += length;
    return this.dtype === "float16" ? Float32Array.from(new Uint16Array(buffer), half) : new Float32Array(buffer);
  }
}

function mapOf(layer, numbers) {
  const [values, activity] = [layer.shape.reduce((a, b) => a * b), layer.shape.at(-1)].map(size => numbers.next(size));
  for (const array of [values, activity]) for (let i = 0; i < array.length; i++) array[i] *= layer.scale;
  return {...layer, values, activity};
}

// Whether all that went into a value is here. Weights are sent only where the whole input is.
function complete(layer, input, output) {
  if (layer.sizes.length) return layer.weights.length > 0;
  return input.step === 1 && input.shape.at(-1) >= output.shape.at(-1);
}

// The cells before that made the value; null where that is all of them, or where nothing lies on a map.
function windowOf(layer, shape, at) {
  const one = {top: at.y, left: at.x, rows: 1, columns: 1, stepY: 1, stepX: 1};
  if (shape.length === 1) return null;
  if (layer.kernel_size || layer.pool_size) return windowBefore(layer, shape, at);
  if (layer.type.startsWith("Global")) return {...one, top: 0, left: 0, rows: shape[0], columns: shape[1]};
  if (layer.type !== "ZeroPadding2D") return one;
  const [[top], [left]] = layer.padding;
  const [y, x] = [at.y - top, at.x - left];
  return y >= 0 && x >= 0 && y < shape[0] && x < shape[1] ? {...one, top: y, left: x} : null;
}

// The window on a map of which every n-th cell is here.
function inCells(window, step) {
  if (!window) return null;
  const {top, left, rows, columns, stepY, stepX} = window;
  return {
    top: top / step, left: left / step, stepY: 1, stepX: 1,
    rows: ((rows - 1) * stepY + 1) / step, columns: ((columns - 1) * stepX + 1) / step,
  };
}
