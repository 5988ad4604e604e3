// The duel: one pad, one field on which the digit is dragged, and two networks that see the very same.
import {element, filled} from "../network/blocks.js";
import {digit} from "../network/digit.js";
import {Entrance} from "../network/entrance.js";
import {PAD_SIDE} from "../network/pad.js";
import {readTheme} from "../network/theme.js";
import {Contender} from "./contender.js";
import {FIELD_SIDE, Field} from "./field.js";
import {MIDDLE, shifted} from "./places.js";
import {Survey} from "./survey.js";

const BLANK = new Float32Array(FIELD_SIDE * FIELD_SIDE);
const standingOf = head => JSON.stringify({...head, strokes: null, untold: null});

export class Duel {
  // tell(value), set from outside: what Python is to know, once the hand is lifted.
  constructor(root, name) {
    Object.assign(this, {root, name, digit: null, target: null});
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(root);
  }

  // head: what Python says of both networks; weights: the bytes of each.
  give(head, weights) {
    const rebuilt = !this.head || standingOf(this.head) !== standingOf(head);
    this.head = head;
    if (rebuilt) this.build(weights);
    if (this.pad.untouched && head.strokes.length) this.recall(head);
    this.look();
  }

  // Strokes of an earlier visit may arrive when the pad is there already.
  recall({strokes, untold}) {
    this.pad.restore(strokes);
    if (untold) queueMicrotask(() => this.lifted());
  }

  build(weights) {
    this.end();
    this.observer.observe(this.root);
    const {words, farthest, sides} = this.head;
    const drawn = this.pad?.strokes ?? []; // other networks leave the drawing alone
    this.entrance = new Entrance({pad: true, input: [FIELD_SIDE, FIELD_SIDE, 1]}, words,
      {changed: () => this.inked(), lifted: () => this.lifted(), pen: this.pad?.pen});
    this.pad = this.entrance.pad;
    this.field = new Field(words, {farthest, moved: () => this.request(), dropped: () => this.dropped()});
    const picked = place => this.digit && this.field.moveTo(place);
    this.contenders = sides.map(about => new Contender(about, words, {farthest, picked, dropped: () => this.dropped()}));
    this.survey = new Survey({
      farthest,
      ask: place => this.answersAt(place),
      busy: () => this.pad.drawing || this.field.dragging,
      changed: () => this.paintMaps(),
    });
    this.show(words);
    this.contenders.forEach((contender, n) => contender.wakeUp(weights[n]));
    if (drawn.length) this.pad.restore(drawn);
    this.layOut();
  }

  show(words) {
    const [board] = this.entrance.nodes;
    const cards = this.contenders.map(contender => contender.card);
    this.said = element("p", "said");
    this.said.setAttribute("aria-live", "polite");
    this.stage = element("div", "living stage", board, this.field.root, ...cards, this.field.where, this.legend(words), this.said);
    this.stage.addEventListener("keydown", event => this.press(event));
    this.root.replaceChildren(this.stage);
    this.sides = element("div", "sides", ...this.contenders.map(contender => contender.root));
    if (this.room) this.moveIn(this.room);
  }

  // The networks stand elsewhere on the page.
  moveIn(room) {
    this.room = room;
    if (this.sides) room.replaceChildren(this.sides);
  }

  // What the maps show, with the digit in it that a visitor may correct.
  legend(words) {
    const [before, after] = words.darker.split("{digit}");
    const options = this.head.sides[0].network.classes.map(name => element("option", "", name));
    this.choice = element("select", "", ...options);
    this.choice.setAttribute("aria-label", words.digitIs);
    this.choice.addEventListener("change", () => {
      this.target = this.choice.selectedIndex;
      this.look();
      this.report();
    });
    return element("p", "legend", before, this.choice, after);
  }

  // ---- sizes ------------------------------------------------------------------------------------------------------
  layOut() {
    if (!this.field || !this.root.clientWidth) return;
    this.stage.style.setProperty("--side", `${this.field.layOut()}px`); // of the pad, the field and the maps
    this.look();
  }

  // ---- every frame ------------------------------------------------------------------------------------------------
  inked() {
    this.fresh = true;
    this.request();
  }

  request() { this.waiting ||= requestAnimationFrame(() => { this.waiting = 0; this.look(); }); }

  look() {
    if (!this.field?.mosaic || !this.root.clientWidth) return;
    if (this.fresh) this.takeInk();
    this.field.empty = !this.digit;
    const values = this.digit && shifted(this.digit, FIELD_SIDE, this.field.place);
    for (const contender of this.contenders) contender.see(values);
    if (values && this.target === null) this.target = surest(this.contenders);
    this.stage.classList.toggle("drawn", Boolean(this.pad.strokes.length));
    this.entrance.warn();
    this.field.paint(values ?? BLANK, readTheme(this.stage).ramp);
    for (const contender of this.contenders) contender.paint(this.target, this.field.place);
    this.choice.parentElement.classList.toggle("hidden", !values);
    this.choice.selectedIndex = this.target ?? -1;
    this.paintMaps();
    this.speak();
  }

  // Another drawing: it stands in the middle, and is what the surer network takes it for.
  takeInk() {
    this.fresh = false;
    this.digit = digit(this.pad.ink(), PAD_SIDE);
    this.field.place = MIDDLE;
    this.target = null;
    if (this.digit && !this.pad.drawing) this.survey.begin();
    else this.survey.end();
  }

  answersAt(place) {
    const values = shifted(this.digit, FIELD_SIDE, place);
    return this.contenders.map(contender => contender.answer(values));
  }

  paintMaps() {
    const {places, known} = this.survey;
    this.contenders.forEach((contender, side) => contender.paintMap(places, known.map(answers => answers[side]), this.target));
  }

  press(event) {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (event.shiftKey) this.pad.redo();
    else this.pad.undo();
  }

  // ---- what others learn of it ------------------------------------------------------------------------------------
  lifted() {
    this.fresh = true;
    this.look();
    this.report();
  }

  dropped() {
    if (!this.digit) return;
    this.look();
    this.report();
  }

  // The same is not told twice: each time the worker would be asked again.
  report() {
    const told = {...this.pad.told(), ...this.field.place, digit: this.target};
    const text = JSON.stringify(told);
    if (text !== this.reported) this.tell(told);
    this.reported = text;
  }

  // For those who hear the page: where the digit stands, and what both predict; not while the hand moves.
  speak() {
    if (this.pad.drawing || this.field.dragging) return;
    const {words} = this.head;
    const parts = [this.field.placeInWords() + ".", ...this.contenders.map(contender => contender.inWords)];
    const text = this.digit ? parts.join(" ") : words.nothing;
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  end() {
    this.observer.disconnect();
    cancelAnimationFrame(this.waiting);
    this.waiting = 0;
    this.survey?.end();
    this.sides?.remove();
    for (const contender of this.contenders ?? []) contender.network?.end();
  }
}

// The class that one of them is surest of.
function surest(contenders) {
  const most = contender => contender.shares[contender.best];
  return contenders.reduce((one, other) => (most(other) > most(one) ? other : one)).best;
}
