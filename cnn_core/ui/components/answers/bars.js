// The probabilities that one network gives, a bar for each class.
import {element} from "../network/blocks.js";

export class Bars {
  // network: {title, colour, told, bars: [{name, share, told, top}]}; `told` is all of it in a sentence.
  constructor({title, colour, bars}) {
    this.names = bars.map(({name}) => name).join("\n");
    this.title = element("h3", "", title);
    this.rows = bars.map(({name}) => {
      const bar = element("i");
      return {root: element("div", "", element("span", "", name), element("div", "room", bar, element("b"))), bar};
    });
    this.list = element("div", "bars", ...this.rows.map(row => row.root));
    this.list.setAttribute("role", "img");
    this.root = element("div", "network", this.title, this.list);
    this.root.style.setProperty("--colour", colour);
  }

  // Whether it is of the same network.
  fits({title, bars}) {
    return this.title.textContent === title && this.names === bars.map(({name}) => name).join("\n");
  }

  show({told, bars}) {
    this.list.setAttribute("aria-label", told);
    this.rows.forEach(({root, bar}, n) => {
      const {share, told: number, top} = bars[n];
      root.classList.toggle("top", top);
      bar.style.setProperty("--share", share);
      bar.nextSibling.textContent = number;
    });
  }
}
