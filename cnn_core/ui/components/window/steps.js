// A convolution by hand, without a picture: the map of one filter, and the arithmetic of each of its cells.
import {products} from "../network/explain.js";
import {LAYERS} from "../network/forward.js";
import {Places} from "./places.js";

export class Steps extends Places {
  // image: as Places takes it; filter: {size: [rows, columns], values: [row][column][channel], bias}
  // settings: {stride, dilation, padding: as Keras has it, rings: of zeros around the image besides, relu}
  constructor(image, filter, {stride, dilation, padding, rings, relu}) {
    const layer = {
      filters: 1, kernel_size: filter.size, strides: [stride, stride], dilation_rate: [dilation, dilation], padding,
      activation: relu ? "relu" : "linear",
    };
    const around = {padding: [[rings, rings], [rings, rings]]};
    super(image, layer, rings, rings ? LAYERS.ZeroPadding2D(image, around) : image);
    this.filter = filter;
    this.output = LAYERS.Conv2D(this.padded, layer, [Float32Array.from(filter.values), [filter.bias]]);
  }

  // {channels: [{inputs, weights, made, sum}], bias, sum, value}: inputs are null beyond the padded image.
  arithmetic(cell) {
    const count = this.image.shape[2];
    const window = this.onPadded(cell);
    const channels = Array.from({length: count}, (_, channel) =>
      products(window, this.padded, channel, tap => this.filter.values[tap * count + channel]));
    const sum = channels.reduce((all, {sum: one}) => all + one, this.filter.bias);
    return {channels, bias: this.filter.bias, sum, value: this.output.values[cell]};
  }
}
