// A convolution by hand, without a picture: the map of one filter, and the arithmetic of each of its cells.
import {products} from "../network/explain.js";
import {LAYERS} from "../network/forward.js";
import {Places} from "./places.js";

export class Steps extends Places {
  // image: as Places takes it; filter: {size: [rows, columns], values: [row][column][channel], bias}; of a separable
  // convolution values: [row][column][part] and mix: [part], with one or more parts a channel.
  // settings: {stride, dilation, padding: as Keras has it, rings: of zeros around the image besides, relu}
  constructor(image, filter, {stride, dilation, padding, rings, relu}) {
    const layer = {
      filters: 1, kernel_size: filter.size, strides: [stride, stride], dilation_rate: [dilation, dilation], padding,
      activation: relu ? "relu" : "linear",
    };
    const around = {padding: [[rings, rings], [rings, rings]]};
    super(image, layer, rings, rings ? LAYERS.ZeroPadding2D(image, around) : image);
    this.filter = filter;
    this.parts = filter.mix?.length ?? image.shape[2];
    this.each = this.parts / image.shape[2]; // parts a channel: depth_multiplier
    const values = Float32Array.from(filter.values);
    this.output = filter.mix
      ? LAYERS.SeparableConv2D(this.padded, {...layer, depth_multiplier: this.each}, [values, filter.mix, [filter.bias]])
      : LAYERS.Conv2D(this.padded, layer, [values, [filter.bias]]);
  }

  // {parts: [{inputs, weights, made, sum, mixed}], bias, sum, value}: inputs are null beyond the padded image; mixed: the
  // sum times its weight, where there are two stages.
  arithmetic(cell) {
    const window = this.onPadded(cell);
    const parts = Array.from({length: this.parts}, (_, part) => {
      const one = products(window, this.padded, Math.floor(part / this.each), tap => this.filter.values[tap * this.parts + part]);
      return {...one, mixed: one.sum * (this.filter.mix?.[part] ?? 1)};
    });
    const sum = parts.reduce((all, {mixed}) => all + mixed, this.filter.bias);
    return {parts, bias: this.filter.bias, sum, value: this.output.values[cell]};
  }
}
