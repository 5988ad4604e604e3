// A few images, each with what the network reads in it now; one that turns right is seen to do so.
import {element} from "../network/blocks.js";
import {calm, heading} from "./parts.js";

const TURN = {duration: 420, easing: "ease-out"};
const SHORT = 4; // characters: so short a text leaves room for all in one row
const POP = [{transform: "scale(1)"}, {transform: "scale(1.18)"}, {transform: "scale(1)"}];

export class Tiles {
  constructor() {
    this.head = heading();
    this.list = element("ul");
    this.root = element("section", "", this.head.root, this.list);
  }

  // sprite: all images side by side, as a URL; shape: [width, height] of one.
  // tiles: [{title, read, right}]; right is null before it has read any.
  show({sprite, shape, tiles, summary}, words) {
    this.head.show(words.images, summary);
    if (this.list.children.length !== tiles.length) this.build(tiles.length);
    this.list.className = tiles.every(({read}) => read.length <= SHORT) ? "short" : "long";
    this.list.style.setProperty("--sprite", `url(${sprite})`);
    this.list.style.setProperty("--count", tiles.length);
    this.list.style.setProperty("--shape", shape.join(" / "));
    [...this.list.children].forEach((tile, n) => this.showOne(tile, tiles[n]));
  }

  build(count) {
    this.list.replaceChildren(...Array.from({length: count}, (_, place) => {
      const tile = element("li", "tile", element("i"), element("span"));
      tile.style.setProperty("--place", place);
      return tile;
    }));
  }

  showOne(tile, {title, read, right}) {
    const turned = right && tile.dataset.state === "wrong";
    tile.dataset.state = right === null ? "unread" : right ? "right" : "wrong";
    tile.title = title;
    tile.setAttribute("aria-label", title);
    tile.lastChild.textContent = read;
    if (turned && !calm()) tile.animate(POP, TURN);
  }
}
