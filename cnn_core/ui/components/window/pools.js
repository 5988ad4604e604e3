// Pooling by hand, without a picture: one number for each place of a window, in each channel.
import {under} from "../network/explain.js";
import {Places} from "./places.js";

const WAYS = {
  max: seen => Math.max(...seen),
  min: seen => Math.min(...seen),
  sum: seen => seen.reduce((all, value) => all + value, 0),
  average: seen => WAYS.sum(seen) / seen.length,
};

export class Pools extends Places {
  // filter: {way: one of WAYS, size: [rows, columns]}; settings: {stride: or null for the window's own size, padding}
  constructor(image, filter, {stride, padding}) {
    super(image, {pool_size: filter.size, strides: stride ? [stride, stride] : filter.size, padding});
    this.filter = filter;
    const channels = image.shape[2];
    const values = new Float32Array(this.count * channels);
    for (let cell = 0; cell < this.count; cell++) {
      this.arithmetic(cell).channels.forEach(({value}, channel) => { values[cell * channels + channel] = value; });
    }
    this.output = {shape: [this.window.rows, this.window.columns, channels], values};
  }

  // {channels: [{inputs, value, from}], value}: inputs are null beyond the image; from: the place of the one that was kept.
  arithmetic(cell) {
    const window = this.onPadded(cell);
    const channels = Array.from({length: this.image.shape[2]}, (_, channel) => {
      const inputs = under(window, this.image, channel);
      const seen = inputs.filter(value => value !== null);
      const value = seen.length ? WAYS[this.filter.way](seen) : 0;
      return {inputs, seen, value, from: "max min".includes(this.filter.way) ? inputs.indexOf(value) : null};
    });
    return {channels, value: channels[0].value};
  }
}
