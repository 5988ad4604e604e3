// The arithmetic of one cell: what is under the window, the filter, their products, and the sum, channel by channel.
// It is built once for a filter and then only filled, sixty times a second.
import {element, filled} from "../network/blocks.js";
import {cssColour, inkOn} from "../network/maps.js";
import {inBrackets, typed, written} from "./numbers.js";

const MOST_TERMS = 9; // more products than these are told by their sums alone

export class Arithmetic {
  // edited(name, place, value): a number of the filter was changed, in its `values`, its `mix`, or its bias.
  constructor(words, edited) {
    Object.assign(this, {words, edited});
    this.rows = element("div", "rows");
    this.sum = element("p", "sum");
    this.problem = element("p", "problem");
    this.problem.setAttribute("role", "alert");
    this.root = element("section", "arithmetic", this.rows, this.sum, this.problem);
  }

  // steps: as in steps.js; shown: the parts that are written out; of the others only the sum is told.
  build({filter: {size, values, bias, mix}, parts: count, each}, look, shown) {
    Object.assign(this, {look, count, each, shown, mix});
    this.problem.textContent = "";
    this.parts = shown.map(part => {
      const grids = {
        window: cellGrid(size, () => element("span")),
        filter: cellGrid(size, place => this.weight(values, place, part)),
        products: cellGrid(size, () => element("span")),
      };
      return {...grids, total: element("b", "total"), mixed: element("b", "total"), root: this.row(part, grids)};
    });
    this.parts.forEach(({root, total, mixed}, n) => root.append(element("span", "sign", "="), total,
      ...(mix ? [element("span", "sign", "×"), this.mixed(mix, shown[n]), element("span", "sign", "="), mixed] : [])));
    const field = this.field(bias, this.words.bias, value => this.edited("bias", null, value));
    this.value = element("b");
    this.rows.replaceChildren(...this.parts.map(part => part.root));
    [this.sums, this.rest] = [element("span"), element("span")];
    this.sum.replaceChildren(this.sums, element("label", "", `${this.words.bias} `, field), this.rest, this.value);
  }

  weight(values, tap, part) {
    const place = tap * this.count + part;
    const name = filled(this.words.weight, {number: place + 1});
    const field = this.field(values[place], name, value => this.edited("values", place, value));
    this.tint(field, values[place]);
    return field;
  }

  // The weight of one part in the second stage.
  mixed(mix, part) {
    const name = filled(this.words.mix, {number: part + 1});
    const field = this.field(mix[part], name, value => this.edited("mix", part, value));
    return element("figure", "mix", element("figcaption", "", this.words.mixTitle), field);
  }

  row(part, {window, filter, products}) {
    const named = (title, root) => element("figure", "", element("figcaption", "", title), root);
    const title = this.count > 1 ? filled(this.words.windowOf, {channel: this.named(part)}) : this.words.window;
    return element("div", "row", named(title, window), element("span", "sign", "×"), named(this.words.filter, filter),
      element("span", "sign", "="), named(this.words.products, products));
  }

  // A colour, or a map of a stack.
  named(part) {
    const stack = this.shown.length < this.count;
    return stack ? filled(this.words.incomingMap, {number: part + 1}) : this.words.channels[Math.floor(part / this.each)];
  }

  field(value, name, taken) {
    const field = element("input");
    Object.assign(field, {value: written(value), inputMode: "decimal", autocomplete: "off", ariaLabel: name});
    field.addEventListener("change", () => this.take(field, taken));
    return field;
  }

  // What is no number stays in its field, and the filter as it was.
  take(field, taken) {
    const value = typed(field.value);
    field.ariaInvalid = String(value === null);
    this.problem.textContent = value === null ? filled(this.words.notANumber, {typed: field.value}) : "";
    if (value !== null) taken(value);
  }

  tint(node, value) {
    const pixel = this.look.weight(value);
    node.style.background = cssColour(pixel);
    node.style.color = inkOn(pixel);
  }

  // After an edit the steepest weight may be another one.
  retint(values) {
    this.parts.forEach(({filter}, n) => [...filter.children].forEach((field, tap) =>
      this.tint(field, values[tap * this.count + this.shown[n]])));
  }

  // arithmetic: as Steps gives it.
  show({parts, sum, value}, relu) {
    this.parts.forEach(({window, products, total, mixed}, n) => {
      const part = this.shown[n];
      const one = parts[part];
      const colour = Math.floor(part / this.each);
      one.inputs.forEach((input, place) => {
        paintCell(window.children[place], written(input ?? 0), this.look.pixel(input ?? 0, colour), input === null);
        paintCell(products.children[place], written(one.made[place]), this.look.product(one.made[place]), false);
      });
      total.textContent = written(one.sum);
      mixed.textContent = written(one.mixed);
    });
    this.sums.textContent = `${this.summands(parts).join(" + ")} + `;
    this.rest.textContent = relu ? ` = ${written(sum)} · ${this.words[sum > 0 ? "kept" : "cut"]} ` : " = ";
    this.value.textContent = written(value);
  }

  // What the parts that are written out come to, and all others together.
  summands(parts) {
    const shown = this.shown.map(part => inBrackets(parts[part].mixed));
    if (this.shown.length === parts.length) return shown;
    const rest = parts.reduce((all, {mixed}, part) => (this.shown.includes(part) ? all : all + mixed), 0);
    return [...shown, `${inBrackets(rest)} (${filled(this.words.others, {count: parts.length - shown.length})})`];
  }

  // The same in a sentence.
  told({parts, bias, sum, value}, relu) {
    const lines = this.shown.map(part => {
      const {inputs, weights, sum: ofPart, mixed} = parts[part];
      const terms = inputs.map((input, place) => `${written(input ?? 0)}·${inBrackets(weights[place])}`);
      const added = terms.length <= MOST_TERMS ? terms.join(" + ") : filled(this.words.manyProducts, {count: terms.length});
      const name = parts.length > 1 ? `${this.named(part)}: ` : "";
      const then = this.mix ? ` ${written(ofPart)}·${inBrackets(this.mix[part])} = ${written(mixed)}.` : "";
      return `${name}${added} = ${written(ofPart)}.${then}`;
    });
    const summands = [...this.summands(parts), inBrackets(bias)].join(" + ");
    const all = parts.length > 1 || bias ? ` ${summands} = ${written(sum)}.` : "";
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
