// Painting on an image of one's own, and typing one of its numbers.
import {element, filled} from "../network/blocks.js";
import {typed, written} from "./numbers.js";

export class Painter {
  // valueAt(pixel); changed(places, value): these pixels have this value now. settled(): the hand is lifted.
  constructor(words, board, {valueAt, changed, settled}) {
    Object.assign(this, {words, board, valueAt, changed, settled, pixel: null});
    this.brush = element("button", "", words.paint);
    this.brush.ariaPressed = "false";
    this.field = element("input");
    Object.assign(this.field, {inputMode: "decimal", autocomplete: "off", disabled: true});
    this.label = element("label", "", element("span", "", words.pixel), this.field);
    this.problem = element("p", "problem");
    this.problem.setAttribute("role", "alert");
    this.root = element("div", "painter", this.brush, this.label, this.problem);
    this.brush.addEventListener("click", () => {
      this.brush.ariaPressed = String(!this.on);
      board.root.classList.toggle("painting", this.on);
    });
    this.field.addEventListener("change", () => this.take());
    board.marks.addEventListener("pointerdown", event => this.begin(event));
    board.marks.addEventListener("pointermove", event => this.paint(event));
    for (const end of ["pointerup", "pointercancel"]) board.marks.addEventListener(end, () => this.lift());
  }

  get on() { return this.brush.ariaPressed === "true"; }

  // The pixel that is looked at.
  show(pixel) {
    this.pixel = pixel;
    this.field.disabled = !pixel;
    if (!pixel) return;
    this.label.firstChild.textContent = filled(this.words.pixelAt, {row: pixel.y + 1, column: pixel.x + 1});
    this.field.value = written(this.valueAt(pixel));
    this.complain(null);
  }

  take() {
    const value = typed(this.field.value);
    this.complain(value === null ? this.field.value : null);
    if (value === null) return;
    this.changed([this.pixel], value);
    this.settled();
  }

  complain(text) {
    this.field.ariaInvalid = String(text !== null);
    this.problem.textContent = text === null ? "" : filled(this.words.notANumber, {typed: text});
  }

  // A stroke that begins on ink takes ink away.
  begin(event) {
    const pixel = this.on && !this.root.hidden && this.board.cellAt(event);
    if (!pixel) return;
    this.board.marks.setPointerCapture(event.pointerId);
    this.ink = this.valueAt(pixel) ? 0 : 1;
    this.paint(event);
  }

  paint(event) {
    const pixel = this.ink === undefined ? null : this.board.cellAt(event);
    if (!pixel) return;
    this.changed([pixel], this.ink);
    this.field.value = written(this.ink);
  }

  lift() {
    if (this.ink === undefined) return;
    this.ink = undefined;
    this.settled();
  }
}
