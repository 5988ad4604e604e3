// Where pictures come from when there is nothing to draw: a file, a phone's camera, or one of the examples.
import {fileButtons, plainButton} from "../camera/buttons.js";
import {element, filled} from "../network/blocks.js";
import {paintColours} from "../network/maps.js";
import {fitted, pixelsOf} from "./picture.js";

export class Pictures {
  // shape: [rows, columns, channels] of the input; examples: [{name, pixels: in base64}]; show(values): a picture is there.
  constructor(root, {words, shape, examples}, show) {
    Object.assign(this, {words, shape, show, last: null});
    this.problem = element("p", "problem");
    this.problem.setAttribute("role", "alert");
    const buttons = fileButtons(words, files => this.take(files[0]), {several: false});
    root.replaceChildren(element("div", "ways", ...buttons, this.swapBox()), this.problem, this.shelf(examples));
    root.addEventListener("dragover", event => event.preventDefault());
    root.addEventListener("drop", event => {
      event.preventDefault();
      this.take(event.dataTransfer.files[0]);
    });
  }

  // For networks that learned light things on black; colours are never swapped.
  swapBox() {
    this.swap = element("input");
    this.swap.type = "checkbox";
    this.swap.addEventListener("change", () => this.fit());
    const box = element("label", "swap", this.swap, this.words.swap);
    box.hidden = this.shape[2] !== 1;
    return box;
  }

  shelf(examples) {
    const buttons = examples.map(({name, pixels}) => {
      const values = Uint8ClampedArray.from(atob(pixels), letter => letter.charCodeAt(0));
      const button = plainButton("example", "", () => this.look(values, button));
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
    this.problem.textContent = "";
    try {
      this.last = await pixelsOf(file);
      this.fit();
    } catch {
      this.problem.textContent = filled(this.words.wrong, {name: file.name});
    }
  }

  fit() {
    if (this.last) this.look(fitted(this.last, this.shape, this.swap.checked));
  }

  look(values, chosen) {
    if (chosen) this.last = null; // it is as the network learned it: nothing is to be swapped
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
