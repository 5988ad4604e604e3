// One thing: its name, the ways to take pictures of it, and those that were taken.
import {element, filled} from "../network/blocks.js";
import {fileButtons, plainButton, whileHeld} from "./buttons.js";
import {pictureUrl} from "./pictures.js";

export class Row {
  // acts: what the row asks for, each with the row: rename, open, begin, end, files, remove, removePicture.
  constructor(key, {words, camera, acts}) {
    Object.assign(this, {key, words, acts, camera, tiles: new Map()});
    this.name = element("input", "name");
    Object.assign(this.name, {type: "text", maxLength: 40, autocomplete: "off", enterKeyHint: "done"});
    this.name.addEventListener("input", () => acts.rename(this));
    this.count = element("span", "count");
    this.gone = plainButton("icon gone", "✕", () => acts.remove(this));
    this.problem = element("p", "problem");
    this.problem.setAttribute("role", "alert");
    this.list = element("ul", "tiles");
    this.hint = element("p", "hint", words.hint);
    const body = element("div", "body", camera && this.stage(), element("div", "taken", this.hint, this.list));
    this.root = element("section", "thing", element("header", "", this.name, this.count, this.gone), this.ways(), this.problem, body);
    this.dropped();
  }

  ways() {
    const files = fileButtons(this.words, files => this.acts.files(this, files), {several: true});
    if (!this.camera) return element("div", "ways", ...files);
    this.open = plainButton("open", this.words.open, () => this.acts.open(this));
    this.hold = plainButton("hold", this.words.hold);
    whileHeld(this.hold, () => this.acts.begin(this), () => this.acts.end(this));
    return element("div", "ways", this.open, this.hold, ...files);
  }

  stage() {
    this.video = this.camera.view(this.words.video);
    this.turn = plainButton("turn", this.words.turn, () => this.camera.turn());
    const off = plainButton("off", this.words.off, () => { this.camera.close(); this.open.focus(); });
    this.place = element("div", "stage", element("div", "frame", this.video), element("div", "under", this.turn, off));
    return this.place;
  }

  // Pictures can be dragged here.
  dropped() {
    const over = on => this.root.classList.toggle("over", on);
    this.root.addEventListener("dragover", event => { event.preventDefault(); over(true); });
    this.root.addEventListener("dragleave", () => over(false));
    this.root.addEventListener("drop", event => {
      event.preventDefault();
      over(false);
      this.acts.files(this, [...event.dataTransfer.files]);
    });
  }

  say(problem) { this.problem.textContent = problem; }

  // place: among all things, from 0; removable: whether there are enough others.
  show(thing, pictures, {place, removable}) {
    const {words} = this;
    if (this.name.value !== thing.name) this.name.value = thing.name;
    const called = thing.name.trim() || filled(words.thing, {number: place + 1});
    this.name.setAttribute("aria-label", filled(words.name, {number: place + 1}));
    this.root.setAttribute("aria-label", called);
    this.gone.hidden = !removable;
    this.label(this.gone, filled(words.remove, {name: called}));
    const count = thing.pictures.length;
    this.count.textContent = count ? filled(count === 1 ? words.one : words.many, {count}) : "";
    this.hint.hidden = count > 0;
    for (const button of this.root.querySelectorAll(".ways button")) button.setAttribute("aria-label", `${button.textContent}: ${called}`);
    this.showPictures(thing.pictures, pictures, called);
    if (this.camera) this.showCamera();
  }

  showCamera() {
    const {on, others} = this.camera;
    const focused = this.root.getRootNode().activeElement === this.open;
    this.root.classList.toggle("filming", on); // one camera is enough
    this.open.hidden = on;
    this.hold.hidden = this.place.hidden = !on;
    this.turn.hidden = !others;
    if (on && focused) this.hold.focus();
  }

  showPictures(keys, pictures, called) {
    for (const [key, tile] of this.tiles) if (!keys.includes(key)) this.removeTile(key, tile);
    keys.forEach((key, n) => {
      if (!this.tiles.has(key)) this.addTile(key, pictures.get(key));
      const values = {number: n + 1, name: called};
      const [image, button] = this.tiles.get(key).children;
      image.alt = filled(this.words.picture, values);
      this.label(button, filled(this.words.removePicture, values));
    });
  }

  addTile(key, jpeg) {
    const image = element("img");
    image.src = pictureUrl(jpeg);
    const tile = element("li", "", image, plainButton("icon", "✕", () => this.acts.removePicture(this, key)));
    this.tiles.set(key, tile);
    this.list.append(tile);
    this.list.scrollTop = this.list.scrollHeight;
  }

  // Whoever removes several by keyboard stays among them.
  removeTile(key, tile) {
    const next = tile.nextElementSibling ?? tile.previousElementSibling;
    if (tile.contains(this.root.getRootNode().activeElement)) (next?.querySelector("button") ?? this.name).focus();
    tile.remove();
    this.tiles.delete(key);
  }

  label(button, text) {
    button.setAttribute("aria-label", text);
    button.title = text;
  }

  end() {
    if (this.camera) this.camera.drop(this.video);
    this.root.remove();
  }
}
