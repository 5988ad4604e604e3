// What pooling makes of a window: the values under it, and the one number that is kept of them.
import {element, filled} from "../network/blocks.js";
import {cellGrid, paintCell} from "./arithmetic.js";
import {inBrackets, written} from "./numbers.js";

const MOST_READ = 9; // more values than these are not read out
const MOST_SHOWN = 49; // of more, the image above shows them

export class Choice {
  constructor(words) {
    this.words = words;
    this.rows = element("div", "rows");
    this.root = element("section", "arithmetic", this.rows);
  }

  build({filter: {size, way}, image: {shape: [, , channels]}}, look) {
    Object.assign(this, {look, way, channels});
    this.parts = Array.from({length: channels}, (_, channel) => {
      const [window, value] = [cellGrid(size, () => element("span")), element("b", "total")];
      const title = channels > 1 ? filled(this.words.windowOf, {channel: this.words.channels[channel]}) : this.words.window;
      const count = element("span", "sign", filled(this.words.manyValues, {count: size[0] * size[1]}));
      const shown = size[0] * size[1] > MOST_SHOWN ? count : window;
      const named = element("figure", "", element("figcaption", "", title), shown);
      return {window, value, root: element("div", "row", named, element("span", "sign", this.words.ways[way]), value)};
    });
    this.rows.replaceChildren(...this.parts.map(part => part.root));
  }

  retint() {}

  show({channels}) {
    channels.forEach(({inputs, value, from}, channel) => {
      const part = this.parts[channel];
      inputs.forEach((input, place) => {
        const cell = part.window.children[place];
        paintCell(cell, input === null ? "" : written(input), this.look.pixel(input ?? 0, channel), input === null);
        cell.classList.toggle("kept", place === from);
      });
      part.value.textContent = written(value);
    });
  }

  // The same in a sentence.
  told({channels}) {
    return channels.map(({seen, value}, channel) => {
      const name = channels.length > 1 ? `${this.words.channels[channel]}: ` : "";
      const many = filled(this.words.manyValues, {count: seen.length});
      const terms = seen.length <= MOST_READ ? seen.map(inBrackets).join(", ") : many;
      return `${name}${terms}. ${this.words.ways[this.way]} ${written(value)}.`;
    }).join(" ");
  }
}
