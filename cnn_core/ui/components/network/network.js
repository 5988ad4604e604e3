// The living network: an image goes in, every layer shows what it makes of it, and every value says where it came from.
import {Answer, Block, element, filled, percent} from "./blocks.js";
import {Card} from "./card.js";
import {Computed} from "./computed.js";
import {digit} from "./digit.js";
import {makeEditable, makeSelectable} from "./edit.js";
import {Entrance} from "./entrance.js";
import {GAP, HEIGHTS, planBlocks, planNarrow} from "./layout.js";
import {PAD_SIDE} from "./pad.js";
import {Mosaic, paintColours} from "./maps.js";
import {paintMarks} from "./marks.js";
import {Received} from "./received.js";
import {paintStream} from "./stream.js";
import {followPointer} from "./touch.js";
import {boxWithin, fitTo} from "./boxes.js";
import {readTheme} from "./theme.js";

const NARROW = 640; // CSS pixels: below, the network runs downwards
const START = {roomy: 196, tight: 140}; // the pad and the image, side by side with the network
const TIGHT = 820;
const ANSWER = 104;

// What the page is built from; anything else changes only what is painted.
const shapeOf = head => JSON.stringify([head?.blocks, head?.classes, head?.pad, head?.fault, head?.editable,
  head?.selectable, head?.frozen, head?.selected, head?.small, head?.imageless, head?.maps?.layers.map(({shape}) => shape)]);

export class LivingNetwork {
  constructor(root, tell) {
    this.root = root;
    this.tell = tell;
    this.ribbons = element("canvas", "ribbons");
    this.marks = element("canvas", "marks");
    this.start = element("div", "start");
    this.rows = element("div", "rows");
    this.said = element("p", "said");
    this.said.setAttribute("aria-live", "polite");
    this.card = new Card({
      changed: () => this.paintCard(),
      closed: () => this.clear(this.marks),
      moved: ({block, channel}) => this.tell("window", {place: block.index - this.offset, channel}),
    });
    root.replaceChildren(this.ribbons, this.start, this.rows, this.marks, this.said, this.card.root);
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(root);
    followPointer(this);
  }

  // head: what Python says of the network; bytes: its weights, or the maps that a worker has made.
  give(head, bytes) {
    const rebuilt = shapeOf(this.head) !== shapeOf(head);
    this.head = head;
    this.words = head.words;
    this.source = head.maps ? new Received(head, bytes) : new Computed(head, bytes);
    this.layers = this.source.layers;
    this.offset = head.layers.length - head.blocks.length; // a Rescaling in front has no block
    if (rebuilt) this.build();
    if (this.pad?.untouched && head.strokes.length) this.recall(head);
    // With a pad: what is shown until something is drawn.
    this.image = head.image && Float32Array.from(atob(head.image), letter => letter.charCodeAt(0));
    this.layOut();
  }

  // Strokes of an earlier visit may arrive when the pad is there already. A worker needs them to the last grey level.
  recall({strokes, untold}) {
    this.pad.restore(strokes);
    if (untold || this.head.maps) queueMicrotask(() => this.lifted());
  }

  build() {
    const {head, words} = this;
    this.card.hide();
    const outputs = this.source.blank.slice(1 + this.offset);
    const shapes = outputs.map(map => map.shape);
    const last = head.blocks.length - 1;
    const answers = head.classes && shapes[last]?.length === 1 && shapes[last][0] === head.classes.length;
    this.blocks = head.blocks.slice(0, answers ? last : undefined)
      .map((about, n) => new Block(n + this.offset, about, outputs[n], words));
    this.answer = answers ? new Answer(last + this.offset, head.blocks[last], head.classes, words) : null;
    const drawn = this.pad?.strokes ?? []; // an edit of the network leaves the drawing alone
    this.blocks.forEach((block, place) => block.root.classList.toggle("frozen", place < head.frozen));
    this.entrance = new Entrance(head, words,
      {changed: () => this.request(), lifted: () => this.lifted(), pen: this.pad?.pen});
    this.pad = this.entrance.pad;
    this.seenCanvas = this.entrance.canvas;
    this.start.replaceChildren(...this.entrance.nodes);
    if (this.pad && drawn.length) this.pad.restore(drawn);
    this.fault = head.fault ? element("p", "fault", head.fault) : null;
    if (head.editable) makeEditable(this);
    else makeSelectable(this, head.selectable ?? []);
  }

  // ---- sizes ------------------------------------------------------------------------------------------------------
  layOut() {
    if (!this.blocks || !this.root.clientWidth) return;
    const width = this.root.clientWidth;
    this.narrow = width < NARROW;
    this.root.classList.toggle("narrow", this.narrow);
    this.root.classList.toggle("tight", !this.narrow && width < TIGHT);
    this.root.classList.toggle("small", Boolean(this.head.small));
    const [high, low] = this.head.small ? HEIGHTS.small : HEIGHTS.full;
    this.root.style.setProperty("--tall", `${high}px`);
    this.side = this.narrow ? 112 : width < TIGHT ? START.tight : START.roomy;
    this.root.style.setProperty("--start", `${this.side}px`);
    const room = width - this.side - GAP - (this.answer ? ANSWER + GAP : 0);
    const sizes = this.blocks.map(block => block.size);
    const {plans, lines} = this.narrow
      ? {plans: sizes.map(size => planNarrow(size, width, devicePixelRatio || 1, low)), lines: [sizes.map((_, n) => n)]}
      : planBlocks(sizes, room, high);
    this.blocks.forEach((block, n) => block.layOut(plans[n], this.words));
    const focused = this.root.getRootNode().activeElement;
    const rows = lines.map(line => element("div", "row", ...line.map(n => this.blocks[n].root)));
    if (this.answer) (this.narrow ? rows[0] : rows.at(-1)).append(this.answer.root);
    if (this.fault) rows.at(-1).append(this.fault);
    this.rows.replaceChildren(...rows);
    if (this.rows.contains(focused)) focused.focus({preventScroll: true}); // an element that is moved loses it
    this.lines = lines;
    this.layOutSeen();
    for (const canvas of [this.ribbons, this.marks]) fitTo(this.root, canvas);
    this.look();
  }

  layOutSeen() {
    const [rows, columns, channels] = this.source.blank[0].shape;
    const exact = this.side / Math.max(rows, columns);
    const cell = exact >= 2 ? Math.floor(exact) : exact;
    const plan = {rows, columns, shown: 1, across: 1, down: 1, gap: 0, cell: [cell, cell]};
    this.seenMosaic = new Mosaic(this.seenCanvas, plan, channels);
    this.seenCanvas.classList.toggle("shrunk", exact < 2); // a photograph
  }

  clear(canvas) { canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height); }

  boxOf(node) { return boxWithin(this.root, node); }

  // ---- every frame ------------------------------------------------------------------------------------------------
  request() { this.waiting ||= requestAnimationFrame(() => { this.waiting = 0; this.look(); }); }

  look() {
    if (!this.blocks || this.narrow === undefined) return;
    const started = performance.now();
    this.theme = readTheme(this.root);
    const values = (this.pad && digit(this.pad.ink(), PAD_SIDE)) ?? this.image;
    this.lit = Boolean(values) && this.source.known;
    this.maps = values ? this.source.see(values) : this.source.blank;
    this.late = this.lit && this.source.isLate(values);
    this.root.classList.toggle("late", this.late);
    this.root.classList.toggle("waits", Boolean(values && this.head.maps?.coming));
    this.root.classList.toggle("drawn", Boolean(this.pad?.strokes.length));
    this.entrance.warn();
    this.paintSeen(values);
    for (const block of this.blocks) block.paint(this.maps[block.index + 1], this.theme.ramp, this.lit);
    this.answer?.paint(this.maps.at(-1).values, this.lit);
    this.paintFlow();
    if (this.card.open) this.paintCard();
    this.speak();
    this.frames = [...(this.frames ?? []).slice(-239), performance.now() - started];
  }

  paintSeen(values) {
    const {shape} = this.source.blank[0];
    if (values && shape[2] === 3) paintColours(this.seenCanvas, {shape, values});
    else this.seenMosaic.paint(values ?? [], this.theme.ramp, values ? 255 : 0);
  }

  paintFlow() {
    this.clear(this.ribbons);
    paintStream(this, this.ribbons.getContext("2d"));
  }

  // ---- the card ---------------------------------------------------------------------------------------------------
  paintCard() {
    if (!this.source.known) return this.card.hide();
    const {block} = this.card.place;
    const before = this.blockBefore(block);
    const told = this.card.paint({...this, ...this.theme, fullBefore: before ? before.full : this.fullOfImage(block)});
    this.placeCard(block);
    this.clear(this.marks);
    const source = before
      ? {box: this.boxOf(before.canvas), mosaic: before.mosaic}
      : {box: this.boxOf(this.seenCanvas), mosaic: this.seenMosaic};
    const target = {box: this.boxOf(block.canvas), mosaic: block.mosaic};
    const spatial = before?.kind === "thin" ? null : source;
    return paintMarks(this.marks.getContext("2d"), {source: spatial, target, place: this.card.place, told,
      colour: this.theme.colours.accent, downwards: this.narrow});
  }

  blockBefore(block) {
    if (block === this.answer) return this.blocks.at(-1) ?? null;
    const place = this.blocks.indexOf(block);
    return place > 0 ? this.blocks[place - 1] : null;
  }

  fullOfImage(block) { return this.maps[block.index].values.reduce((a, b) => Math.max(a, b), 0) || 1; }

  // Beside its block, where the window it tells of stays in view; on a phone a sheet from below.
  placeCard(block) {
    const {root} = this.card;
    root.style.left = root.style.top = "";
    if (this.narrow) return;
    const box = this.boxOf(block.canvas);
    const tile = block.mosaic.tile(this.card.place.channel);
    const source = this.boxOf(this.blockBefore(block)?.root ?? this.seenCanvas);
    const right = box.left + box.width + 14;
    const fits = right + root.offsetWidth <= this.root.clientWidth;
    const left = fits ? right : Math.max(0, source.left - root.offsetWidth - 14);
    const top = box.top + tile.top + tile.height / 2 - root.offsetHeight / 2;
    const lowest = this.root.scrollHeight - root.offsetHeight;
    Object.assign(root.style, {left: `${left}px`, top: `${Math.max(0, Math.min(top, lowest))}px`});
  }

  // ---- what others learn of it ------------------------------------------------------------------------------------
  lifted() {
    this.look();
    this.tell("drawing", this.pad.told());
  }

  // For those who hear the page: once a stroke has ended, not while the pen moves.
  speak() {
    if (!this.answer || this.pad?.drawing || this.late) return;
    const {best} = this.answer;
    const name = this.head.classes[best];
    const text = best < 0
      ? this.words.nothing
      : filled(this.words.says, {name, percent: percent(this.maps.at(-1).values[best])});
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  end() {
    this.observer.disconnect();
    cancelAnimationFrame(this.waiting);
  }
}
