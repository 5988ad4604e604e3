// The filters of the first layer, turning from what they were into what they are.
import {element} from "../network/blocks.js";
import {makeRamp} from "../network/maps.js";
import {readTheme, rgb} from "../network/theme.js";
import {calm, heading} from "./parts.js";

const MORPH = 600; // ms

export class Filters {
  constructor() {
    this.head = heading();
    this.list = element("div", "filters");
    this.list.setAttribute("role", "img");
    this.root = element("section", "", this.head.root, this.list);
  }

  // values: [row][column][channel][filter], -1 to 1; channels: 1, or 3 for colours.
  show({rows, columns, channels, count, values, summary}, words, themed) {
    this.head.show(words.filters, summary);
    this.list.setAttribute("aria-label", `${words.filters}. ${summary}`);
    const size = [rows, columns, channels, count];
    if (String(this.size) !== String(size)) this.build(size);
    const theme = readTheme(themed);
    this.ramp = makeRamp(theme.minus, rgb(theme.paper), rgb(theme.colours.primary));
    if (String(values) === String(this.target)) return this.paint(this.now); // the page has run again; or the theme is new
    this.target = values;
    this.morph(values);
  }

  build(size) {
    this.size = size;
    this.now = this.target = null;
    const [rows, columns, , count] = size;
    this.canvases = Array.from({length: count}, () => {
      const canvas = element("canvas");
      Object.assign(canvas, {width: columns, height: rows});
      return canvas;
    });
    this.list.replaceChildren(...this.canvases);
  }

  morph(target) {
    cancelAnimationFrame(this.frame);
    const from = this.now;
    if (!from || calm()) return this.paint(target);
    const began = performance.now();
    const step = time => {
      const part = Math.min(1, Math.max(0, (time - began) / MORPH));
      this.paint(from.map((value, at) => value + (target[at] - value) * part));
      if (part < 1) this.frame = requestAnimationFrame(step);
    };
    step(began);
  }

  paint(values) {
    this.now = values;
    const [rows, columns, channels, count] = this.size;
    this.canvases.forEach((canvas, filter) => {
      const context = canvas.getContext("2d");
      const image = context.createImageData(columns, rows);
      const pixels = new Uint32Array(image.data.buffer);
      for (let at = 0; at < pixels.length; at++) {
        const value = channel => values[(at * channels + channel) * count + filter];
        pixels[at] = channels === 3 ? colourOf(value(0), value(1), value(2)) : this.ramp[levelOfSigned(value(0))];
      }
      context.putImageData(image, 0, 0);
    });
  }
}

const levelOfSigned = value => Math.round(127.5 + 127.5 * value);

const colourOf = (red, green, blue) =>
  ((255 << 24) | (levelOfSigned(blue) << 16) | (levelOfSigned(green) << 8) | levelOfSigned(red)) >>> 0;
