// A map as a board of cells: what stays is painted once, marks lie over it.
import {element} from "../network/blocks.js";
import {cssColour, inkOn} from "../network/maps.js";
import {written} from "./numbers.js";

const READABLE = 30; // CSS pixels: a cell this large has room for its number
const NO_FRAME = {top: 0, left: 0, bottom: 0, right: 0};

export class Board {
  constructor(name) {
    this.title = element("h3");
    this.cells = element("canvas");
    this.marks = element("canvas", "marks");
    this.marks.tabIndex = 0;
    this.marks.setAttribute("role", "img");
    const stack = element("div", "stack", this.cells, this.marks);
    this.root = element("figure", `board ${name}`, element("figcaption", "", this.title), stack);
  }

  // rows, columns: of the map; frame: cells around it; room: CSS pixels for the longer side.
  layOut(rows, columns, room, frame = NO_FRAME) {
    Object.assign(this, {rows, columns, frame});
    const [high, wide] = [rows + frame.top + frame.bottom, columns + frame.left + frame.right];
    this.cell = Math.max(2, Math.floor(room / Math.max(high, wide)));
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.cells, this.marks]) {
      canvas.width = wide * this.cell * ratio;
      canvas.height = high * this.cell * ratio;
      canvas.style.width = `${wide * this.cell}px`;
      canvas.style.height = `${high * this.cell}px`;
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
  }

  // The corner of a cell, in CSS pixels; cells of the frame are at -1 and before, or behind the map.
  corner(y, x) { return [(x + this.frame.left) * this.cell, (y + this.frame.top) * this.cell]; }

  // {y, x} of the cell under a pointer, or null for the frame.
  cellAt({offsetX, offsetY}) {
    const y = Math.floor(offsetY / this.cell) - this.frame.top;
    const x = Math.floor(offsetX / this.cell) - this.frame.left;
    return y >= 0 && x >= 0 && y < this.rows && x < this.columns ? {y, x} : null;
  }

  // An empty map in its frame.
  clear(look) {
    const context = this.cells.getContext("2d");
    const font = `${Math.min(14, this.cell * 0.36)}px ${look.font}`;
    Object.assign(context, {fillStyle: look.paper, font, textAlign: "center", textBaseline: "middle"});
    context.clearRect(0, 0, this.cells.width, this.cells.height);
    const {frame, rows, columns, cell} = this;
    const inside = (y, x) => y >= 0 && x >= 0 && y < rows && x < columns;
    for (let y = -frame.top; y < rows + frame.bottom; y++) {
      for (let x = -frame.left; x < columns + frame.right; x++) if (!inside(y, x)) this.zero(context, y, x, look);
    }
    const [left, top] = this.corner(0, 0);
    context.fillStyle = look.paper;
    context.fillRect(left, top, columns * cell - this.edge, rows * cell - this.edge);
  }

  get edge() { return this.cell > 4 ? 1 : 0; } // between two cells

  zero(context, y, x, look) {
    const [left, top] = this.corner(y, x);
    const side = this.cell - this.edge - 1;
    context.strokeStyle = look.line;
    context.strokeRect(left + 0.5, top + 0.5, side, side);
    if (this.cell < READABLE / 2) return;
    context.fillStyle = look.quiet;
    context.fillText(look.around, left + this.cell / 2, top + this.cell / 2 + 1);
  }

  // pixel: its colour as in maps.js; number: written on it where there is room, or null.
  fill(y, x, pixel, number) {
    const context = this.cells.getContext("2d");
    const [left, top] = this.corner(y, x);
    context.fillStyle = cssColour(pixel);
    context.fillRect(left, top, this.cell - this.edge, this.cell - this.edge);
    if (number === null || this.cell < READABLE) return;
    context.fillStyle = inkOn(pixel);
    context.fillText(written(number), left + this.cell / 2, top + this.cell / 2 + 1);
  }

  // A cell that no window looks at.
  shade(y, x, {quiet}) {
    const context = this.cells.getContext("2d");
    const [left, top] = this.corner(y, x);
    Object.assign(context, {strokeStyle: quiet, lineWidth: 1});
    context.beginPath();
    for (let at = 3; at < 2 * this.cell; at += 5) {
      context.moveTo(left + Math.max(0, at - this.cell), top + Math.min(at, this.cell));
      context.lineTo(left + Math.min(at, this.cell), top + Math.max(0, at - this.cell));
    }
    context.stroke();
  }

  // Marks anew: boxes {y, x, rows, columns, colour, fill, thick}; cells of the map or its frame.
  mark(boxes) {
    const context = this.marks.getContext("2d");
    context.clearRect(0, 0, this.marks.width, this.marks.height);
    for (const {y, x, rows = 1, columns = 1, colour, fill, thick = 2.5} of boxes) {
      const [left, top] = this.corner(y, x);
      const [wide, high] = [columns * this.cell, rows * this.cell];
      if (fill) {
        context.fillStyle = fill;
        context.fillRect(left, top, wide, high);
      }
      if (!colour) continue;
      Object.assign(context, {strokeStyle: colour, lineWidth: thick});
      context.strokeRect(left + thick / 2 - 0.5, top + thick / 2 - 0.5, wide - thick, high - thick);
    }
  }
}
