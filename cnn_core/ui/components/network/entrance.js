// Where the image comes in: the pad, or a given image, and what the network sees of it.
import {element} from "./blocks.js";
import {Pad} from "./pad.js";

export class Entrance {
  // head: of the network, as Python describes it; changed, lifted: as the pad calls them.
  constructor(head, words, {changed, lifted}) {
    this.canvas = element("canvas", "pixels");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", head.pad ? words.sees : words.image);
    const title = element("h2", "", head.pad ? words.sees : words.image);
    const seen = element("div", "seen", title, this.canvas, element("footer", "", head.input.join("×")));
    this.pad = null;
    this.nodes = head.pad ? [this.board(words, changed, lifted), seen] : [seen];
  }

  board(words, changed, lifted) {
    const paper = element("canvas");
    paper.tabIndex = 0;
    paper.setAttribute("role", "img");
    paper.setAttribute("aria-label", words.padLabel);
    this.pad = new Pad(paper, {changed, lifted});
    const tools = ["undo", "clear"].map(name => {
      const button = element("button", "", words[name]);
      button.type = "button";
      button.setAttribute("aria-label", words[`${name}Label`]);
      button.addEventListener("click", () => this.pad[name]());
      return button;
    });
    const heading = element("header", "", element("h2", "", words.draw), element("div", "tools", ...tools));
    return element("div", "board", heading, element("div", "paper", paper, element("span", "hint", words.hint)));
  }
}
