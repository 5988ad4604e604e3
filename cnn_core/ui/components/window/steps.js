// A convolution by hand, without a picture: the map of one filter, the arithmetic of each of its cells, and which cells
// look at which pixel. Places on the image count from its corner, so zeros around it are at -1 and before.
import {products, windowBefore} from "../network/explain.js";
import {LAYERS} from "../network/forward.js";
import {slide, windowOn} from "../network/windows.js";

export class Steps {
  // image: {shape: [height, width, channels], values}; filter: {size: [rows, columns], values: [row][column][channel], bias}
  // settings: {stride, dilation, padding: as Keras has it, rings: of zeros around the image besides, relu}
  constructor(image, filter, {stride, dilation, padding, rings, relu}) {
    Object.assign(this, {image, filter, rings});
    this.layer = {
      filters: 1, kernel_size: filter.size, strides: [stride, stride], dilation_rate: [dilation, dilation], padding,
      activation: relu ? "relu" : "linear",
    };
    this.padded = rings ? LAYERS.ZeroPadding2D(image, {padding: [[rings, rings], [rings, rings]]}) : image;
    this.window = windowOn(this.padded.shape, this.layer);
    this.output = LAYERS.Conv2D(this.padded, this.layer, [Float32Array.from(filter.values), [filter.bias]]);
  }

  get count() { return this.window.rows * this.window.columns; }

  at(cell) { return {y: Math.floor(cell / this.window.columns), x: cell % this.window.columns}; }

  // Zeros around the image that the window reaches: {top, left, bottom, right}.
  get frame() {
    const [height, width] = this.image.shape;
    const {top, left, rows, columns, strides, size, dilation} = this.window;
    const behind = (side, before, cells, axis) =>
      Math.max((cells - 1) * strides[axis] + (size[axis] - 1) * dilation[axis] + 1 - before - side, this.rings);
    return {
      top: top + this.rings, bottom: behind(height, top + this.rings, rows, 0),
      left: left + this.rings, right: behind(width, left + this.rings, columns, 1),
    };
  }

  // The window of a cell, on the image: {top, left, rows, columns, stepY, stepX}.
  under(cell) {
    const window = windowBefore(this.layer, this.padded.shape, this.at(cell));
    return {...window, top: window.top - this.rings, left: window.left - this.rings};
  }

  // {channels: [{inputs, weights, made, sum}], bias, sum, value}: inputs are null beyond the padded image.
  arithmetic(cell) {
    const count = this.image.shape[2];
    const window = windowBefore(this.layer, this.padded.shape, this.at(cell));
    const channels = Array.from({length: count}, (_, channel) =>
      products(window, this.padded, channel, tap => this.filter.values[tap * count + channel]));
    const sum = channels.reduce((all, {sum: one}) => all + one, this.filter.bias);
    return {channels, bias: this.filter.bias, sum, value: this.output.values[cell]};
  }

  // The cells that the pixel takes part in.
  cellsOf(y, x) {
    const pixel = (y + this.rings) * this.padded.shape[1] + x + this.rings;
    const found = [];
    slide(this.padded.shape, this.window, (cell, input) => { if (input === pixel) found.push(cell); });
    return found;
  }

  // How often each pixel of the image is looked at.
  looks() {
    const [height, width] = this.image.shape;
    const counts = new Int32Array(height * width);
    const wide = this.padded.shape[1];
    slide(this.padded.shape, this.window, (_, input) => {
      const y = Math.floor(input / wide) - this.rings;
      const x = (input % wide) - this.rings;
      if (y >= 0 && x >= 0 && y < height && x < width) counts[y * width + x]++;
    });
    return counts;
  }
}
