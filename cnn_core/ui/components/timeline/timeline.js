// A slider over the epochs of a training. What it shows is all here: Python hears where it stands, for the network below.
import {Filters} from "../learning/filters.js";
import {Tiles} from "../learning/tiles.js";
import {element} from "../network/blocks.js";
import {readTheme} from "../network/theme.js";
import {Player} from "../window/player.js";
import {Matrix} from "./matrix.js";

const PAUSE = 120; // ms between two messages to Python
const SPEED = {normal: 1.6}; // epochs a second

export class Timeline {
  constructor(root) {
    this.root = root;
    this.views = {tiles: new Tiles(), filters: new Filters(), matrix: new Matrix()};
    this.note = element("p", "told");
  }

  // head: {words, place, moments: [{name, told, tiles, mistakes}], tiles, filters, matrix}: the last three say what is the
  // same at all epochs, or are null. bytes: of each epoch its filters, int8, then of each its matrix, uint16.
  give(head, bytes) {
    const [filters, matrix] = [sizeOf(head.filters), head.matrix ? head.matrix.names.length ** 2 : 0];
    const [count, began] = [head.moments.length, this.head !== undefined];
    Object.assign(this, {head, filterSize: filters, matrixSize: matrix});
    this.filters = new Int8Array(bytes.buffer, 0, count * filters);
    this.matrices = new Uint16Array(bytes.slice(count * filters).buffer);
    if (!began) this.build();
    const shown = ["tiles", "filters", "matrix"].filter(name => head[name]).map(name => this.views[name].root);
    const [wide, ...beside] = shown[0] === this.views.tiles.root ? shown : [null, ...shown];
    this.parts.replaceChildren(...[wide, element("div", "beside", ...beside)].filter(Boolean));
    if (!began || this.count !== count) {
      this.count = count;
      this.player.begin(count, Math.min(began ? this.player.at : head.place, count - 1));
    } else {
      this.show();
    }
  }

  build() {
    this.told = this.head.place; // Python knows where it begins
    this.player = new Player(this.head.words, () => this.show(), SPEED);
    this.parts = element("div", "parts");
    this.root.replaceChildren(this.player.root, this.note, this.parts);
  }

  show() {
    const {head, player: {at, playing, slider, clock}} = this;
    const {name, told, tiles, mistakes} = head.moments[at];
    clock.value = slider.ariaValueText = name;
    this.note.setAttribute("aria-live", playing ? "off" : "polite");
    if (this.note.textContent !== told) this.note.textContent = told;
    const theme = readTheme(this.root);
    if (head.tiles) this.views.tiles.show({...head.tiles, ...tiles}, head.words);
    if (head.filters) {
      const values = Array.from(this.filters.subarray(at * this.filterSize, (at + 1) * this.filterSize), level => level / 127);
      this.views.filters.show({...head.filters, values}, head.words, this.root);
    }
    if (head.matrix) {
      const counts = this.matrices.subarray(at * this.matrixSize, (at + 1) * this.matrixSize);
      this.views.matrix.show({...head.matrix, counts, summary: mistakes}, head.words, theme);
    }
    this.tellOnce();
  }

  // At once, but not at every pixel that the slider moves: Python shows one epoch before it hears of the next.
  tellOnce() {
    if (this.telling || this.told === this.player.at) return;
    this.tell(this.told = this.player.at);
    this.telling = setTimeout(() => { this.telling = null; this.tellOnce(); }, PAUSE);
  }

  end() {
    this.player?.stop();
    clearTimeout(this.telling);
  }
}

const sizeOf = filters => (filters ? filters.rows * filters.columns * filters.channels * filters.count : 0);
