// The stepper: an image, the window on it, its arithmetic, and the map that comes out.
import {element, filled} from "../network/blocks.js";
import {readTheme} from "../network/theme.js";
import {Arithmetic} from "./arithmetic.js";
import {Board} from "./board.js";
import {Choice} from "./choice.js";
import {isShown, largest, strongestOf} from "./given.js";
import {followHands} from "./hands.js";
import {looks} from "./look.js";
import {noteOn} from "./notes.js";
import {written} from "./numbers.js";
import {Painter} from "./painter.js";
import {Player} from "./player.js";
import {Pools} from "./pools.js";
import {Steps} from "./steps.js";
import {fillStrip, mapsOf} from "./strip.js";

const NARROW = 560; // CSS pixels
const GAP = 24;
const LARGEST_BOARD = 330;

export class Stepper {
  constructor(root, {words, pooling}) {
    Object.assign(this, {root, words, pooling, chosen: 0, channel: 0, pixel: null, pinned: false});
    this.player = new Player(words, () => this.request());
    [this.input, this.output] = [new Board("input"), new Board("output")];
    const edited = (name, place, value) => this.changeFilter(name, place, value);
    this.arithmetic = pooling ? new Choice(words) : new Arithmetic(words, edited);
    this.painter = new Painter(words, this.input, {
      valueAt: ({y, x}) => this.image.values[y * this.image.shape[1] + x],
      changed: (places, value) => this.changePixels(places, value),
      settled: () => this.settled(),
    });
    [this.strip, this.incoming] = [element("div", "strip"), element("div", "strip incoming")];
    this.said = element("p", "said");
    this.said.setAttribute("aria-live", "polite");
    this.note = element("p", "note");
    this.input.root.append(this.painter.root);
    const boards = element("div", "boards", this.input.root, this.output.root);
    root.replaceChildren(this.incoming, this.strip, this.player.root, boards, this.note, this.arithmetic.root, this.said);
    followHands(this);
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(root);
  }

  // ---- what is shown ---------------------------------------------------------------------------------------------
  // data: {image: {shape, values}, filters: as Steps or Pools take them, each with its `title`, settings: as they take
  // them, editable, stack: whether the channels are maps, of which one is looked at, chosen: the filter that is}
  give(data) {
    if (this.data && isShown(this, data)) {
      this.data = data;
      return this.layOut();
    }
    const sameSize = this.steps && JSON.stringify(data.image.shape) === JSON.stringify(this.image.shape);
    const {at, count} = this.player;
    Object.assign(this, {data, settings: data.settings});
    this.chosen = Math.min(data.chosen ?? 0, data.filters.length - 1);
    this.image = {shape: data.image.shape, values: Float32Array.from(data.image.values)};
    this.filters = data.filters.map(filter => ({...filter}));
    if (!sameSize) Object.assign(this, {pixel: null, pinned: false, channel: 0});
    this.rebuild();
    if (sameSize && this.steps.count === count) this.player.look(at);
  }

  // at: the cell that is looked at; where most happens, if it is not told.
  rebuild(at = null) {
    this.compute();
    const strongest = strongestOf(this.steps.output.values, this.steps.output.shape[2]);
    this.tint();
    if (at === null && this.data.stack) this.channel = strongestOf(this.steps.arithmetic(strongest).parts.map(({sum}) => sum), 1);
    this.arithmetic.build(this.steps, this.theme, this.partsShown);
    this.buildStrips();
    this.painter.root.hidden = !this.data.editable;
    this.player.begin(this.steps.count, Math.min(at ?? strongest, this.steps.count - 1));
    this.layOut();
  }

  get partsShown() { return this.data.stack ? [this.channel] : Array.from({length: this.steps.parts}, (_, part) => part); }

  compute() {
    const Kind = this.pooling ? Pools : Steps;
    this.all = this.filters.map(filter => new Kind(this.image, filter, this.settings));
    this.steps = this.all[this.chosen];
  }

  tint() {
    const {image, filters, steps} = this;
    this.theme = looks(readTheme(this.root), this.root, {
      coloured: image.shape[2] === 3 && !this.data.stack, full: largest(image.values),
      steepest: largest(filters[this.chosen].values ?? [1]), strongest: largest(steps.output.values),
      around: this.pooling ? "" : "0",
    });
  }

  layOut() {
    const width = this.root.clientWidth;
    if (!width || !this.steps) return;
    this.root.classList.toggle("narrow", width < NARROW);
    const room = Math.min(LARGEST_BOARD, Math.floor((width - GAP) / 2));
    const [height, across, channels] = this.image.shape;
    const {rows, columns} = this.steps.window;
    const size = (high, wide) => `${high}×${wide}`;
    this.input.layOut(height, across, room, this.steps.frame);
    this.output.layOut(rows, columns, room);
    const depth = channels > 1 && !this.data.stack ? `×${channels}` : "";
    const told = {size: size(height, across) + depth, number: this.channel + 1, count: channels};
    this.input.title.textContent = filled(this.data.stack ? this.words.incoming : this.words.input, told);
    this.output.title.textContent = filled(this.words.output, {size: size(rows, columns)});
    this.input.marks.ariaLabel = this.words.inputLabel;
    this.output.marks.ariaLabel = this.words.outputLabel;
    this.paintInput();
    this.painted = Infinity;
    this.request();
  }

  paintInput() {
    const [height, width, channels] = this.image.shape;
    const {theme, input, channel, data: {stack}, image: {values}} = this;
    input.clear(theme);
    const unseen = this.steps.looks();
    for (let pixel = 0; pixel < height * width; pixel++) {
      const [y, x] = [Math.floor(pixel / width), pixel % width];
      const value = values[pixel * channels + channel];
      if (channels === 3 && !stack) input.fill(y, x, theme.colour(...values.subarray(3 * pixel, 3 * pixel + 3)), null);
      else input.fill(y, x, theme.pixel(value, 0), value);
      if (!unseen[pixel]) input.shade(y, x, theme);
    }
    this.missed = unseen.reduce((count, looked) => count + !looked, 0);
  }

  buildStrips() {
    const incoming = this.data.stack ? mapsOf(this.image) : [];
    fillStrip(this.incoming, incoming, incoming.map((_, place) => place + 1), this.channel, this.theme, place => {
      this.channel = place;
      this.rebuild(this.player.at);
    });
    fillStrip(this.strip, this.all, this.filters.map(({title}) => title), this.chosen, this.theme, place => {
      this.chosen = place;
      this.rebuild(this.player.at);
      this.settled();
    });
  }

  // ---- every frame -----------------------------------------------------------------------------------------------
  request() { this.waiting ||= requestAnimationFrame(() => { this.waiting = 0; this.look(); }); }

  look() {
    if (!this.steps) return;
    const started = performance.now();
    const {player: {at, shown, playing}, steps, settings: {relu}} = this;
    this.paintOutput(shown);
    const arithmetic = steps.arithmetic(at);
    this.arithmetic.show(arithmetic, relu);
    this.markBoards(at);
    if (!playing) this.tell(arithmetic);
    (this.frames ??= []).push(performance.now() - started); // for tests and benchmarks
    if (this.frames.length > 1000) this.frames.shift();
  }

  paintOutput(shown) {
    if (shown < this.painted) {
      this.output.clear(this.theme);
      this.painted = 0;
    }
    const {values, shape: [, , channels]} = this.steps.output;
    for (; this.painted < shown; this.painted++) {
      const {y, x} = this.steps.at(this.painted);
      const value = values[this.painted];
      if (channels === 1) this.output.fill(y, x, this.theme.sum(value), value);
      else this.output.fill(y, x, this.theme.mixed(values.subarray(3 * this.painted, 3 * this.painted + 3)), null);
    }
  }

  markBoards(at) {
    const {steps, pixel, theme: {accent, primary, tint}} = this;
    const {top, left, rows, columns, stepY, stepX} = steps.under(at);
    const window = {y: top, x: left, rows: (rows - 1) * stepY + 1, columns: (columns - 1) * stepX + 1, colour: accent};
    const taps = stepY > 1 || stepX > 1 ? Array.from({length: rows * columns}, (_, tap) => tap) : []; // spread out
    this.input.mark([
      ...taps.map(tap => ({
        y: top + Math.floor(tap / columns) * stepY, x: left + (tap % columns) * stepX, colour: accent, thick: 1.5,
      })),
      window,
      ...(pixel ? [{...pixel, colour: primary}] : []),
    ]);
    const parts = pixel ? steps.cellsOf(pixel.y, pixel.x) : [];
    this.output.mark([
      ...parts.map(cell => ({...steps.at(cell), fill: tint, colour: primary, thick: 1.5})),
      {...steps.at(at), colour: accent},
    ]);
  }

  tell(arithmetic) {
    const {y, x} = this.steps.at(this.player.at);
    const place = filled(this.words.place, {row: y + 1, column: x + 1});
    this.said.textContent = `${place}: ${this.arithmetic.told(arithmetic, this.settings.relu)}`;
    this.player.slider.setAttribute("aria-valuetext", `${place}: ${written(arithmetic.value)}`);
    this.note.textContent = noteOn(this.words, this.steps, this.pixel, this.missed);
  }

  // ---- what a visitor does ---------------------------------------------------------------------------------------
  touch(pixel) {
    if (this.player.playing) return;
    this.pixel = pixel ?? (this.pinned ? this.pixel : null);
    this.painter.show(this.pixel);
    this.request();
  }

  changeFilter(name, place, value) {
    const filter = this.filters[this.chosen];
    filter[name] = place === null ? value : filter[name].with(place, value);
    this.redo();
    this.settled();
  }

  changePixels(places, value) {
    for (const {y, x} of places) this.image.values[y * this.image.shape[1] + x] = value;
    this.redo();
  }

  // The same filter on the same places: the fields that are typed in stay where they are.
  redo() {
    this.compute();
    this.tint();
    this.arithmetic.look = this.theme;
    this.arithmetic.mix = this.filters[this.chosen].mix;
    this.arithmetic.retint(this.filters[this.chosen].values);
    this.paintInput();
    this.painted = Infinity;
    this.request();
  }

  settled() {
    const {values, bias} = this.filters[this.chosen];
    const filter = values ? {values: [...values], bias} : null;
    this.tellPython?.({image: [...this.image.values], filter, chosen: this.chosen});
  }

  end() {
    this.player.stop();
    this.observer.disconnect();
  }
}
