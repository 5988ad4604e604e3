// One of the two networks: its answer, where on the field it is still sure of the digit, and the living network itself.
import {element, filled, percent} from "../network/blocks.js";
import {forward} from "../network/forward.js";
import {levelOf} from "../network/maps.js";
import {LivingNetwork} from "../network/network.js";
import {readTheme} from "../network/theme.js";

// It is shown what is on the field, and nothing of its own.
const STILL = {pad: false, image: null, strokes: [], untold: false, editable: false, selected: null};
const OWN_COLOUR = 2; // with such a full value a share of 1 is in the middle of the ramp, where the colour itself is

// Where both networks stand side by side, the card of one lies over the other: the maps it tells of stay in view.
class NetworkBeside extends LivingNetwork {
  placeCard(block) {
    super.placeCard(block);
    const {root: card} = this.card;
    const own = this.root.getBoundingClientRect();
    const all = this.root.closest(".sides").getBoundingClientRect();
    const beside = this.narrow && all.width > 1.5 * own.width;
    card.classList.toggle("beside", beside);
    if (!beside) return;
    const left = own.left > all.left + 1 ? -card.offsetWidth - 14 : own.width + 14;
    const lowest = innerHeight - own.top - card.offsetHeight - 8; // within the window
    const top = Math.max(0, Math.min(this.boxOf(block.canvas).top, lowest));
    Object.assign(card.style, {left: `${left}px`, top: `${top}px`});
  }
}

export class Contender {
  // about: {title, facts, colour, network} as Python describes it.
  // picked(place): somebody pointed at a place of its map; dropped(): and that is it.
  constructor(about, words, {farthest, picked, dropped}) {
    Object.assign(this, {about, words, farthest, picked, dropped, across: 2 * farthest + 1});
    this.said = element("strong");
    this.sure = element("span");
    this.map = element("canvas", "pixels");
    this.map.width = this.map.height = this.across;
    this.map.setAttribute("role", "img");
    this.here = element("i", "here");
    this.here.style.setProperty("--across", this.across);
    const name = element("h2", "", about.title);
    const header = element("header", "", name, element("p", "", this.said, this.sure));
    this.card = element("div", "contender", header, element("div", "map", this.map, this.here));
    this.body = element("div", "living");
    const heading = element("header", "", element("h2", "", about.title), element("p", "", about.facts));
    this.root = element("section", "side", heading, this.body);
    this.root.setAttribute("aria-label", about.title);
    for (const node of [this.card, this.root]) node.style.setProperty("--st-primary-color", about.colour);
    this.followPointer();
  }

  wakeUp(weights) {
    this.network = new NetworkBeside(this.body, null);
    this.network.said.setAttribute("aria-live", "off"); // the duel itself says what both predict
    this.network.give({...this.about.network, ...STILL, words: this.words}, weights);
  }

  // The shares that it gives the classes of an image.
  answer(values) { return forward(this.network.layers, {shape: this.network.head.input, values}).at(-1).values; }

  // A mouse drags the digit in the map too; a finger taps, for it also scrolls the page.
  followPointer() {
    const {map} = this;
    map.addEventListener("pointerdown", event => event.pointerType === "touch" || map.setPointerCapture(event.pointerId));
    map.addEventListener("pointermove", event => {
      if (event.buttons && event.pointerType !== "touch") this.picked(this.placeAt(event));
    });
    map.addEventListener("click", event => {
      this.picked(this.placeAt(event));
      this.dropped();
    });
  }

  placeAt({offsetX, offsetY}) {
    const cell = this.map.clientWidth / this.across;
    const step = offset => Math.floor(offset / cell) - this.farthest;
    return {right: step(offsetX), down: step(offsetY)};
  }

  // values: what both see; null when nothing is drawn.
  see(values) {
    this.network.image = values;
    this.network.look();
    const shown = values && this.network.maps?.[0].values === values; // not before it has found its room
    this.shares = shown ? this.network.maps.at(-1).values : values && this.answer(values);
    this.best = values ? this.shares.indexOf(Math.max(...this.shares)) : null;
  }

  paint(target, place) {
    const {words, about, best, shares} = this;
    const right = best === target;
    this.card.classList.toggle("lost", best !== null && !right);
    this.said.textContent = best === null ? "–" : about.network.classes[best];
    this.sure.textContent = best === null ? "" : `${percent(shares[best])} ${right ? "✓" : "✗"}`;
    this.here.style.setProperty("--left", (place.right + this.farthest) / this.across);
    this.here.style.setProperty("--top", (place.down + this.farthest) / this.across);
    this.here.hidden = best === null;
    this.inWords = best === null
      ? ""
      : filled(words.predicts, {name: about.title, predicted: about.network.classes[best], percent: percent(shares[best])});
  }

  // From paper to the network's own colour: how sure it is of the class `target`. answers[n] belong to places[n].
  paintMap(places, answers, target) {
    const {ramp} = readTheme(this.card);
    const context = this.map.getContext("2d");
    const image = context.createImageData(this.across, this.across);
    const pixels = new Uint32Array(image.data.buffer);
    answers.forEach((shares, n) => {
      const {right, down} = places[n];
      pixels[(down + this.farthest) * this.across + right + this.farthest] = ramp[levelOf(shares[target], OWN_COLOUR)];
    });
    context.putImageData(image, 0, 0);
    const still = answers.filter(shares => shares.indexOf(Math.max(...shares)) === target).length;
    const values = {name: this.about.title, still, count: answers.length};
    this.map.setAttribute("aria-label", answers.length ? filled(this.words.mapLabel, values) : this.about.title);
  }
}
