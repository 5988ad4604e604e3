// What the images are, and what they are read as: rows and columns of a square, the more the deeper.
import {heading} from "../learning/parts.js";
import {element} from "../network/blocks.js";
import {cssColour, inkOn, levelOf} from "../network/maps.js";

const READABLE = 20; // classes: of more, cells and names are too small for text
const SIDE = 280; // CSS pixels
const MARGINS = {short: 22, long: 76}; // for the names

export class Matrix {
  constructor() {
    this.head = heading();
    this.canvas = element("canvas");
    this.canvas.setAttribute("role", "img");
    this.root = element("section", "matrix", this.head.root, this.canvas);
  }

  // names: of the classes; counts: [what it is][what it is read as].
  show({names, counts, summary}, words, {ramp, colours}) {
    this.head.show(words.matrix, summary);
    this.canvas.setAttribute("aria-label", `${words.matrix}. ${summary}`);
    const readable = names.length <= READABLE;
    const [ratio, margin, cell] = [devicePixelRatio || 1, readable ? marginOf(names) : 0, SIDE / names.length];
    this.canvas.width = this.canvas.height = (SIDE + margin) * ratio;
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    Object.assign(context, {font: `11px ${colours.font}`, textBaseline: "middle", textAlign: "center"});
    const most = names.map((_, row) => Math.max(1, ...counts.slice(row * names.length, (row + 1) * names.length)));
    counts.forEach((count, at) => {
      const [row, column] = [Math.floor(at / names.length), at % names.length];
      const colour = ramp[levelOf(count, most[row])];
      const [x, y] = [margin + column * cell, margin + row * cell];
      context.fillStyle = cssColour(colour);
      context.fillRect(x, y, cell - 0.5, cell - 0.5);
      if (!readable || !count) return;
      context.fillStyle = inkOn(colour);
      context.fillText(count, x + cell / 2, y + cell / 2);
    });
    if (readable) this.write(context, names, cell, margin, getComputedStyle(this.canvas).color);
  }

  // To the left what it is, above what it is read as.
  write(context, names, cell, margin, colour) {
    context.fillStyle = colour;
    context.textAlign = "right";
    names.forEach((name, row) => context.fillText(name, margin - 6, margin + (row + 0.5) * cell, margin - 8));
    const upright = margin === MARGINS.long;
    context.textAlign = upright ? "left" : "center";
    names.forEach((name, column) => {
      context.save();
      context.translate(margin + (column + 0.5) * cell, margin - (upright ? 6 : 9));
      if (upright) context.rotate(-Math.PI / 2);
      context.fillText(name, 0, 0, upright ? margin - 8 : cell);
      context.restore();
    });
  }
}

const marginOf = names => (names.every(name => name.length < 3) ? MARGINS.short : MARGINS.long);
