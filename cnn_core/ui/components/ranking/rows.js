// The rows of the board: a run that is ranked, and what trains or waits. Each opens its run, if it has one.
import {element} from "../network/blocks.js";
import {curvePicture, networkPicture} from "./pictures.js";

class Row {
  constructor(className, open) {
    this.button = element("button", className);
    this.button.type = "button";
    this.button.onclick = () => open(this.run);
    this.root = element("li", "", this.button);
  }

  describe({run, told, mine}) {
    this.run = run;
    this.button.disabled = !run;
    this.button.setAttribute("aria-label", told);
    this.button.classList.toggle("mine", mine);
  }
}

// A run that is the best of somebody's.
export class RankRow extends Row {
  constructor(open) {
    super("rank", open);
  }

  // row: {key, run, told, mine, place, who, name, parameters, accuracy, curve, lowest, layers, marks, front}
  show(row) {
    this.describe(row);
    const content = JSON.stringify(row);
    if (content === this.content) return;
    this.content = content;
    const who = element("span", "who", element("b", "", row.who), element("small", "", row.name));
    const marks = element("span", "marks", ...row.marks.map(met => element("i", met ? "met" : "")));
    const accuracy = element("span", "accuracy", marks, element("b", "", row.accuracy));
    const numbers = element("span", "numbers", accuracy, element("small", "", row.parameters));
    const pictures = element("span", "pictures", networkPicture(row.layers), curvePicture(row.curve, row.lowest));
    this.button.replaceChildren(element("span", "place", row.place), who, pictures, numbers);
    this.button.classList.toggle("front", row.front);
  }
}

// A run or an experiment that is under way, or waits.
export class ActiveRow extends Row {
  constructor(open) {
    super("under-way", open);
    [this.who, this.state, this.bar] = [element("b"), element("small"), element("i")];
    this.button.append(element("span", "who", this.who), this.state, element("span", "bar", this.bar));
  }

  // row: {key, run, told, mine, who, state, share}; `share` is null where there is nothing to tell.
  show(row) {
    this.describe(row);
    this.who.textContent = row.who;
    this.state.textContent = row.state;
    this.bar.parentElement.hidden = row.share === null;
    this.bar.style.width = `${100 * (row.share ?? 0)}%`;
  }
}
