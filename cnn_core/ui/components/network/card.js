// The card: one map enlarged, one of its values, and where it came from, down to one product.
import {element, filled} from "./blocks.js";
import {valueAt} from "./explain.js";
import {cssColour, inkOn, levelOf, paintEnlarged} from "./maps.js";

// −0.00 is 0.00; a true minus.
export const signed = (value, digits = 2) =>
  (Math.abs(value) < 0.5 / 10 ** digits ? 0 : value).toFixed(digits).replace("-", "−");

export class Card {
  // changed(): another value is looked at. closed(): nothing is. moved(place): its window is to be moved by hand.
  constructor({changed, closed, moved}) {
    Object.assign(this, {changed, closed, place: null, pinned: false});
    this.title = element("h2");
    this.keras = element("span", "keras");
    this.pin = element("button", "pin");
    this.close = element("button", "close");
    this.canvas = element("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.sum = element("div", "sum");
    this.sum.setAttribute("aria-live", "polite");
    this.steps = element("div", "steps");
    this.move = element("button", "move");
    const top = element("div", "top", this.title, this.keras, this.pin, this.close);
    this.root = element("aside", "card", top, element("div", "pair", this.canvas, this.sum), this.steps, this.move);
    this.root.setAttribute("role", "dialog");
    this.root.hidden = true;
    this.pin.addEventListener("click", () => this.togglePin());
    this.close.addEventListener("click", () => this.hide());
    this.move.addEventListener("click", () => moved(this.place));
    this.canvas.addEventListener("pointermove", event => this.pickUnder(event));
    this.canvas.addEventListener("pointerdown", event => { this.pinned = true; this.pickUnder(event); });
  }

  get open() { return this.place !== null; }

  // Opens at the map's strongest value, so that it is never empty.
  show(block, channel, pinned) {
    if (this.place?.block !== block || this.place.channel !== channel) {
      this.place = {block, channel, y: 0, x: 0, chosen: false};
    }
    this.pinned = pinned;
    this.root.hidden = false;
    this.changed();
  }

  hide() {
    this.place = null;
    this.pinned = false;
    this.root.hidden = true;
    this.closed();
  }

  togglePin() {
    this.pinned = !this.pinned;
    this.changed();
  }

  pickUnder(event) { this.pick(Math.floor(event.offsetY / this.cell), Math.floor(event.offsetX / this.cell)); }

  pick(y, x) {
    const [rows, columns] = this.place.block.shape;
    Object.assign(this.place, {y: clamped(y, rows), x: clamped(x, columns), chosen: true});
    this.changed();
  }

  // scene: {source, layers, maps, ramp, minusRamp, colours, words, narrow, fullBefore, head, offset}. Gives the explanation.
  paint({source, layers, maps, ramp, minusRamp, colours, words, narrow, fullBefore, head, offset}) {
    const {block, channel} = this.place;
    const output = maps[block.index + 1];
    const flat = block.shape.length === 1;
    if (!flat && !this.place.chosen) Object.assign(this.place, strongestOf(output, channel));
    const told = source.explain(layers[block.index], maps[block.index], output, this.place);
    const number = {number: channel + 1, count: block.total};
    this.title.textContent = filled(flat ? words.valueOf : words.mapOf, number);
    this.keras.textContent = `${block.about.keras} ${block.about.shape}`;
    this.pin.textContent = this.pinned ? words.pinned : words.pin;
    this.pin.classList.toggle("on", this.pinned);
    this.close.textContent = words.close;
    this.move.textContent = words.move;
    this.move.hidden = !head.windows.includes(block.index - offset);
    this.root.setAttribute("aria-label", this.title.textContent);
    this.root.classList.toggle("flat", flat);
    this.canvas.setAttribute("aria-label", words.mapKeys);
    if (!flat) {
      const look = {ramp, full: block.full, side: narrow ? 182 : 208, colours, chosen: this.place};
      this.cell = paintEnlarged(this.canvas, channel, output, look);
    }
    const lines = told.untold ? [element("p", "untold", words.untold)] : told.lines.map(line => sumLine(line, words));
    this.sum.replaceChildren(this.where(words, flat, told.value, output.step ?? 1), ...lines);
    const tint = {plain: value => ramp[levelOf(value, fullBefore)], ramp, minusRamp};
    this.steps.replaceChildren(...told.grids.map(part => stepOf(part, words, tint)));
    this.steps.hidden = !told.grids.length;
    return told;
  }

  // step: every how many rows and columns of the map are here
  where(words, flat, value, step) {
    const [row, column] = [this.place.y * step + 1, this.place.x * step + 1];
    const place = flat ? words.thisValue : filled(words.rowColumn, {row, column});
    const thinned = step > 1 ? element("small", "", filled(words.thinned, {step})) : null;
    return element("div", "where", place, element("strong", "", signed(value, 3)), thinned);
  }
}

const clamped = (value, count) => Math.min(Math.max(value, 0), count - 1);

function strongestOf(output, channel) {
  const [rows, columns] = output.shape;
  let best = {y: 0, x: 0, value: -Infinity};
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const value = valueAt(output, {y, x, channel});
      if (value > best.value) best = {y, x, value};
    }
  }
  return {y: best.y, x: best.x};
}

function sumLine({text, values = {}, value, style = ""}, words) {
  const shown = Object.fromEntries(Object.entries(values).map(([name, one]) =>
    [name, typeof one === "number" && !Number.isInteger(one) ? signed(one) : one]));
  return element("p", style, element("span", "", filled(words.sums[text], shown)), element("span", "", signed(value, 3)));
}

// A small table of numbers, each on its own colour; or the sign between two of them.
function stepOf(part, words, {plain, ramp, minusRamp}) {
  if (typeof part === "string") return element("span", "sign", part);
  const most = Math.max(...part.numbers.map(Math.abs), 1e-6);
  const coloured = part.signed
    ? value => (value < 0 ? minusRamp : ramp)[((Math.abs(value) / most) * 110) | 0]
    : plain;
  const cells = part.numbers.map((number, n) => {
    const cell = element("span", n === part.strongest ? "strongest" : "", number === null ? "·" : signed(number));
    const pixel = coloured(number ?? 0);
    Object.assign(cell.style, {background: cssColour(pixel), color: inkOn(pixel)});
    return cell;
  });
  const table = element("div", "numbers", ...cells);
  table.style.setProperty("--columns", part.columns);
  const title = filled(words.grids[part.title], {number: part.channel + 1});
  return element("figure", part.framed ? "framed" : "", element("figcaption", "", title), table);
}
