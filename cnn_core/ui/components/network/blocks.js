// The blocks of the network on the page: a heading, the maps of a layer, its shape. And the answer: one bar a class.
import {Mosaic} from "./maps.js";

// A new element with a class and what it holds: text, or other elements.
export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content.filter(one => one !== null));
  return made;
}

// Puts values into a text of ours: "Map {number} of {count}".
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values?.[name] ?? whole);

const LONG = 100; // CSS pixels: a block this wide has room for its whole title

export class Block {
  // about: {title, keras, shape, kind} as Python describes the layer; output: its `shape`, of which less may be here
  // than the `whole`.
  constructor(index, about, {shape, whole = shape}, words) {
    Object.assign(this, {index, about, shape, kind: kindOf(about, shape)});
    this.count = shape.at(-1);
    this.total = whole.at(-1);
    this.chosen = 0; // the map that the arrow keys are at
    this.canvas = element("canvas", "pixels");
    this.line = element("i", "line");
    const middle = element("div", "middle", this.kind === "thin" ? this.line : this.canvas);
    this.title = element("h2", "", about.title);
    this.note = element("span", "note");
    const heading = element("header", "", this.title, element("span", "keras", about.keras));
    this.root = element("div", `block ${this.kind}`, heading, middle, element("footer", "", about.shape, this.note));
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", `${about.title}, ${about.keras}, ${about.shape}. ${words.keys}`);
  }

  // What layout.js needs to know.
  get size() {
    const [rows, columns] = this.shape.length === 3 ? this.shape : [1, 1];
    return {kind: this.kind, rows, columns, count: this.count};
  }

  layOut(plan, words) {
    this.plan = plan;
    this.root.style.setProperty("--width", `${plan.width}px`);
    this.title.textContent = plan.width < LONG ? this.about.short : this.about.title; // headings have two lines
    if (this.kind === "thin") return;
    this.mosaic = new Mosaic(this.canvas, plan, this.count);
    const hidden = plan.shown < this.total;
    this.note.textContent = hidden ? `${filled(words.shown, {shown: plan.shown, count: this.total})}` : "";
  }

  paint(map, ramp, lit) {
    this.full = map.largest ?? 0;
    if (!this.full) for (const value of map.values) if (value > this.full) this.full = value;
    this.mosaic?.paint(map.values, ramp, lit ? this.full : 0);
  }
}

// A layer that passes everything on, or makes one line of a map, has no image of its own worth the room.
function kindOf(about, shape) {
  if (about.keras === "Flatten" || about.keras === "Dropout") return "thin";
  return shape.length === 3 ? "maps" : "strip";
}

export class Answer {
  constructor(index, about, classes, words) {
    Object.assign(this, {index, about, classes, kind: "answer", shape: [classes.length], count: classes.length});
    this.total = this.count;
    this.bars = classes.map(name => element("div", "", element("span", "", name), element("b"), element("i")));
    const heading = element("header", "", element("h2", "", about.title), element("span", "keras", about.keras));
    this.canvas = element("div", `bars ${size(classes)}`, ...this.bars);
    const middle = element("div", "middle", this.canvas);
    this.chosen = 0;
    this.root = element("div", "block answer", heading, middle, element("footer", "", about.shape));
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", `${about.title}, ${about.keras}, ${about.shape}. ${words.keys}`);
  }

  // Each bar is a value like any other: it can be looked into.
  get mosaic() {
    const plan = {rows: 1, columns: 1, shown: this.count, across: 1, down: this.count, cell: [0, 0]};
    const tile = unit => {
      const {offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height} = this.bars[unit];
      return {left: left - this.canvas.offsetLeft, top: top - this.canvas.offsetTop, width, height};
    };
    return {plan, tile};
  }

  get plan() { return this.mosaic.plan; }

  // The winner grows only in its own row: nothing else moves.
  paint(scores, lit) {
    this.best = lit ? scores.indexOf(Math.max(...scores)) : -1;
    this.bars.forEach((bar, unit) => {
      bar.classList.toggle("first", unit === this.best);
      bar.lastChild.style.setProperty("--fraction", lit ? scores[unit] : 0);
      if (unit === this.best) bar.children[1].textContent = percent(scores[unit]);
    });
  }
}

// A digit stands large beside its bar, a short name smaller, a long one above it.
function size(names) {
  const longest = Math.max(...names.map(name => name.length));
  if (longest > 3) return "named";
  return longest > 1 ? "short" : "";
}

// Never "100 %" for what is not quite sure.
export function percent(fraction) {
  const rounded = Math.round(100 * fraction);
  return rounded === 100 && fraction < 0.9995 ? `${(Math.floor(1000 * fraction) / 10).toFixed(1)} %` : `${rounded} %`;
}
