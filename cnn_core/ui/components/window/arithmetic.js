// The arithmetic of one cell: what is under the window, the filter, their products, and the sum, channel by channel.
// It is built once for a filter and then only filled, sixty times a second.
import {element, filled} from "../network/blocks.js";
import {cssColour, inkOn} from "../network/maps.js";
import {inBrackets, typed, written} from "./numbers.js";

const MOST_TERMS = 9; // more products than these are told by their sums alone

export class Arithmetic {
  // edited(place, value): a weight of the filter was changed, or the bias for null.
  constructor(words, edited) {
    Object.assign(this, {words, edited});
    this.rows = element("div", "rows");
    this.sum = element("p", "sum");
    this.problem = element("p", "problem");
    this.problem.setAttribute("role", "alert");
    this.root = element("section", "arithmetic", this.rows, this.sum, this.problem);
  }

  // shown: the channels that are written out; of the others only the sum is told.
  build({filter: {size, values, bias}, image: {shape: [, , channels]}}, look, shown) {
    Object.assign(this, {look, channels, shown});
    this.problem.textContent = "";
    this.parts = shown.map(channel => {
      const grids = {
        window: cellGrid(size, () => element("span")),
        filter: cellGrid(size, place => this.field(values[place * channels + channel], place * channels + channel)),
        products: cellGrid(size, () => element("span")),
      };
      return {...grids, total: element("b", "total"), root: this.row(channel, grids)};
    });
    this.parts.forEach(part => part.root.append(element("span", "sign", "="), part.total));
    this.bias = this.field(bias, null);
    this.value = element("b");
    this.rows.replaceChildren(...this.parts.map(part => part.root));
    [this.sums, this.rest] = [element("span"), element("span")];
    const named = element("label", "", `${this.words.bias} `, this.bias);
    this.sum.replaceChildren(this.sums, named, this.rest, this.value);
  }

  row(channel, {window, filter, products}) {
    const named = (title, root) => element("figure", "", element("figcaption", "", title), root);
    const title = this.channels > 1 ? filled(this.words.windowOf, {channel: this.named(channel)}) : this.words.window;
    return element("div", "row", named(title, window), element("span", "sign", "×"), named(this.words.filter, filter),
      element("span", "sign", "="), named(this.words.products, products));
  }

  // A colour, or a map of a stack.
  named(channel) {
    const stack = this.shown.length < this.channels;
    return stack ? filled(this.words.incomingMap, {number: channel + 1}) : this.words.channels[channel];
  }

  field(value, place) {
    const field = element("input");
    Object.assign(field, {value: written(value), inputMode: "decimal", autocomplete: "off"});
    field.ariaLabel = place === null ? this.words.bias : filled(this.words.weight, {number: place + 1});
    if (place !== null) this.tint(field, value);
    field.addEventListener("change", () => this.take(field, place));
    return field;
  }

  // What is no number stays in its field, and the filter as it was.
  take(field, place) {
    const value = typed(field.value);
    field.ariaInvalid = String(value === null);
    this.problem.textContent = value === null ? filled(this.words.notANumber, {typed: field.value}) : "";
    if (value !== null) this.edited(place, value);
  }

  tint(node, value) {
    const pixel = this.look.weight(value);
    node.style.background = cssColour(pixel);
    node.style.color = inkOn(pixel);
  }

  // After an edit the steepest weight may be another one.
  retint(values) {
    this.parts.forEach(({filter}, part) => [...filter.children].forEach((field, place) =>
      this.tint(field, values[place * this.channels + this.shown[part]])));
  }

  // arithmetic: as Steps gives it.
  show({channels, sum, value}, relu) {
    this.parts.forEach(({window, products, total}, part) => {
      const channel = this.shown[part];
      const {inputs, made, sum: ofChannel} = channels[channel];
      inputs.forEach((input, place) => {
        paintCell(window.children[place], written(input ?? 0), this.look.pixel(input ?? 0, channel), input === null);
        paintCell(products.children[place], written(made[place]), this.look.product(made[place]), false);
      });
      total.textContent = written(ofChannel);
    });
    this.sums.textContent = `${this.summands(channels).join(" + ")} + `;
    this.rest.textContent = relu ? ` = ${written(sum)} · ${this.words[sum > 0 ? "kept" : "cut"]} ` : " = ";
    this.value.textContent = written(value);
  }

  // The sums of the channels that are written out, and one of all others.
  summands(channels) {
    const shown = this.shown.map(channel => inBrackets(channels[channel].sum));
    if (this.shown.length === channels.length) return shown;
    const rest = channels.reduce((all, {sum}, channel) => (this.shown.includes(channel) ? all : all + sum), 0);
    return [...shown, `${inBrackets(rest)} (${filled(this.words.others, {count: channels.length - shown.length})})`];
  }

  // The same in a sentence.
  told({channels, bias, sum, value}, relu) {
    const lines = this.shown.map(channel => {
      const {inputs, weights, sum: ofChannel} = channels[channel];
      const terms = inputs.map((input, place) => `${written(input ?? 0)}·${inBrackets(weights[place])}`);
      const added = terms.length <= MOST_TERMS ? terms.join(" + ") : filled(this.words.manyProducts, {count: terms.length});
      const name = channels.length > 1 ? `${this.named(channel)}: ` : "";
      return `${name}${added} = ${written(ofChannel)}.`;
    });
    const summands = [...this.summands(channels), inBrackets(bias)].join(" + ");
    const all = channels.length > 1 || bias ? ` ${summands} = ${written(sum)}.` : "";
    return `${lines.join(" ")}${all}${relu ? ` ReLU: ${written(value)}.` : ""}`;
  }
}

export function cellGrid([rows, columns], cell) {
  const root = element("div", "grid", ...Array.from({length: rows * columns}, (_, place) => cell(place)));
  root.style.setProperty("--columns", columns);
  root.classList.toggle("dense", columns > 5);
  return root;
}

export function paintCell(node, text, pixel, outside) {
  if (node.textContent !== text) node.textContent = text;
  node.style.background = outside ? "transparent" : cssColour(pixel);
  node.style.color = outside ? "inherit" : inkOn(pixel);
}
