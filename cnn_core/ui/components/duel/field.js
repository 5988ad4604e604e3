// The field of 28×28 that both networks see, on which the digit is dragged: with the pointer, or with arrow keys.
import {element, filled} from "../network/blocks.js";
import {Mosaic} from "../network/maps.js";
import {MIDDLE, within} from "./places.js";

export const FIELD_SIDE = 28;
const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

export class Field {
  // moved(): the digit stands elsewhere; dropped(): and stays there.
  constructor(words, {farthest, moved, dropped}) {
    Object.assign(this, {words, farthest, moved, dropped, place: MIDDLE, dragging: false, empty: true});
    this.canvas = element("canvas", "pixels");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application"); // a screen reader leaves the arrow keys to it
    this.canvas.setAttribute("aria-label", words.field);
    this.where = element("p", "where"); // it stands below, on one line with what is below the maps
    this.back = element("button", "", words.back);
    this.back.type = "button";
    const heading = element("header", "", element("h2", "", words.bothSee), this.back);
    this.root = element("div", "field", heading, this.canvas);
    this.back.addEventListener("click", () => this.goBack());
    this.canvas.addEventListener("dblclick", () => this.goBack());
    this.canvas.addEventListener("pointerdown", event => this.grab(event));
    this.canvas.addEventListener("keydown", event => this.press(event));
    this.canvas.addEventListener("keyup", event => STEPS[event.key] && this.dropped());
  }

  // The digit follows the pointer by whole pixels of the field.
  grab(start) {
    if (this.empty || this.dragging || start.button) return; // a second finger drags nothing
    const {canvas, place} = this;
    canvas.setPointerCapture(start.pointerId);
    this.dragging = true;
    const cell = canvas.getBoundingClientRect().width / FIELD_SIDE;
    const pixels = distance => Math.round(distance / cell);
    const ended = new AbortController();
    const mine = act => event => event.pointerId === start.pointerId && act(event);
    const pull = mine(({clientX, clientY}) => this.moveTo({
      right: place.right + pixels(clientX - start.clientX), down: place.down + pixels(clientY - start.clientY),
    }));
    const drop = mine(() => {
      ended.abort();
      this.dragging = false;
      this.dropped();
    });
    canvas.addEventListener("pointermove", pull, {signal: ended.signal});
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, drop, {signal: ended.signal});
  }

  press(event) {
    if (this.empty) return;
    const step = STEPS[event.key];
    if (step) this.moveTo({right: this.place.right + step[0], down: this.place.down + step[1]});
    else if (event.key === "Escape") this.goBack();
    else return;
    event.preventDefault();
  }

  goBack() {
    this.moveTo(MIDDLE);
    this.dropped();
  }

  moveTo(wanted) {
    const place = within(this.farthest, wanted);
    if (place.right === this.place.right && place.down === this.place.down) return;
    this.place = place;
    this.moved();
  }

  // Gives its side: whole CSS pixels for each of its own.
  layOut() {
    const cell = Math.max(1, Math.floor(this.root.clientWidth / FIELD_SIDE));
    const plan = {rows: FIELD_SIDE, columns: FIELD_SIDE, shown: 1, across: 1, down: 1, gap: 0, cell: [cell, cell]};
    this.mosaic = new Mosaic(this.canvas, plan, 1);
    return cell * FIELD_SIDE;
  }

  paint(values, ramp) {
    this.mosaic.paint(values, ramp, this.empty ? 0 : 255);
    this.root.classList.toggle("empty", this.empty);
    this.back.disabled = !this.place.right && !this.place.down;
    this.where.textContent = this.empty ? "" : this.back.disabled ? this.words.dragIt : this.placeInWords();
  }

  // "3 px right, 2 px up"
  placeInWords() {
    const {words, place: {right, down}} = this;
    const parts = [[right, words.right, words.left], [down, words.down, words.up]]
      .filter(([pixels]) => pixels)
      .map(([pixels, forwards, backwards]) => filled(pixels > 0 ? forwards : backwards, {n: Math.abs(pixels)}));
    return parts.length ? parts.join(", ") : words.inTheMiddle;
  }
}
