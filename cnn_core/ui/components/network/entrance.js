// Where the image comes in: the pad, or a given image, and what the network sees of it.
import {element, filled} from "./blocks.js";
import {PENS, Pad, THICK} from "./pad.js";

export class Entrance {
  // head: of the network, as Python describes it; pad: its `changed`, `lifted` and `pen`.
  constructor(head, words, pad) {
    this.canvas = element("canvas", "pixels");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", head.pad ? words.sees : words.image);
    const title = element("h2", "", head.pad ? words.sees : words.image);
    const none = head.imageless ? element("p", "none", words.noImage) : null;
    const image = element("div", "image", this.canvas, none);
    const seen = element("div", "seen", title, image, element("footer", "", head.input.join("×"), element("span", "coming", words.coming)));
    this.pad = null;
    this.nodes = head.pad ? [this.board(words, pad), seen] : [seen];
  }

  board(words, pad) {
    const paper = element("canvas");
    paper.tabIndex = 0;
    paper.setAttribute("role", "img");
    paper.setAttribute("aria-label", words.padLabel);
    this.pad = new Pad(paper, pad);
    const tools = ["undo", "clear"].map(name => {
      const button = element("button", "", words[name]);
      button.type = "button";
      button.setAttribute("aria-label", words[`${name}Label`]);
      button.addEventListener("click", () => this.pad[name]());
      return button;
    });
    const heading = element("header", "", element("h2", "", words.draw), element("div", "tools", this.penButton(words), ...tools));
    this.warning = element("p", "warning", words.thick);
    this.warning.hidden = true;
    return element("div", "board", heading, element("div", "paper", paper, element("span", "hint", words.hint), this.warning));
  }

  // One button for the width of the pen: each click takes the next one.
  penButton(words) {
    const button = element("button", "pen", element("i"));
    button.type = "button";
    const show = () => {
      button.style.setProperty("--pen", `${PENS[this.pad.pen] / 2}px`);
      button.title = filled(words.penLabel, {name: words.pens[this.pad.pen]});
      button.setAttribute("aria-label", button.title);
    };
    button.addEventListener("click", () => {
      const names = Object.keys(PENS);
      this.pad.pen = names[(names.indexOf(this.pad.pen) + 1) % names.length];
      show();
    });
    show();
    return button;
  }

  // Say it before it is misread; not while the pen still moves.
  warn() {
    if (!this.pad || this.pad.drawing) return;
    this.warning.hidden = this.pad.thickness() <= THICK;
  }
}
