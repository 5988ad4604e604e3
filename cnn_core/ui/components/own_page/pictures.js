// Where pictures come from when there is nothing to draw: a file, a phone's camera, or one of the examples.
import {fileButtons, plainButton} from "../camera/buttons.js";
import {element, filled} from "../network/blocks.js";
import {paintColours} from "../network/maps.js";
import {fitted, pixelsOf} from "./picture.js";

export class Pictures {
  // shape: [rows, columns, channels] of the input; examples: [{name, pixels: in base64}]; show(values): a picture is there.
  constructor(root, {words, shape, examples}, show) {
    Object.assign(this, {words, shape, show, last: null, wish: 0});
    this.problem = element("p", "problem");
    this.problem.setAttribute("role", "alert");
    const buttons = fileButtons(words, files => this.take(files[0]), {several: false});
    root.replaceChildren(element("div", "ways", ...buttons, this.swapBox()), this.problem, this.shelf(examples));
    document.addEventListener("dragover", event => event.preventDefault()); // or the browser would leave for the picture
    document.addEventListener("drop", event => {
      event.preventDefault();
      this.take(event.dataTransfer.files[0]);
    });
    document.addEventListener("paste", event => this.take(event.clipboardData.files[0]));
  }

  // For networks that learned light things on black; colours are never swapped, and examples are as they should be.
  swapBox() {
    this.swap = element("input");
    this.swap.type = "checkbox";
    this.swap.addEventListener("change", () => this.fit());
    this.box = element("label", "swap", this.swap, this.words.swap);
    this.box.hidden = true;
    return this.box;
  }

  shelf(examples) {
    const buttons = examples.map(({name, pixels}) => {
      const values = Uint8ClampedArray.from(atob(pixels), letter => letter.charCodeAt(0));
      const button = plainButton("example", "", () => this.choose(values, button));
      button.append(thumbnail(values, this.shape));
      button.setAttribute("aria-label", filled(this.words.example, {name}));
      button.title = name;
      return button;
    });
    const shelf = element("div", "examples", element("p", "", this.words.examples), element("div", "shelf", ...buttons));
    shelf.hidden = !examples.length;
    this.buttons = buttons;
    return shelf;
  }

  async take(file) {
    if (!file) return;
    const wish = ++this.wish;
    this.problem.textContent = "";
    try {
      const pixels = await pixelsOf(file);
      if (wish !== this.wish) return; // another picture was chosen meanwhile
      this.last = pixels;
      this.fit();
    } catch {
      if (wish === this.wish) this.problem.textContent = filled(this.words.wrong, {name: file.name});
    }
  }

  fit() { this.look(fitted(this.last, this.shape, this.swap.checked), null); }

  choose(values, button) {
    this.wish++;
    this.last = null;
    this.problem.textContent = "";
    this.look(values, button);
  }

  look(values, chosen) {
    this.box.hidden = this.shape[2] !== 1 || !this.last;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button === chosen));
    this.show(values);
  }
}

function thumbnail(values, [rows, columns, channels]) {
  const canvas = element("canvas");
  Object.assign(canvas, {width: columns, height: rows});
  const colours = channels === 3 ? values : Array.from({length: 3 * values.length}, (_, n) => values[Math.floor(n / 3)]);
  paintColours(canvas, {shape: [rows, columns], values: colours});
  return canvas;
}
