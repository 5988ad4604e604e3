// Play, pause, a step, a place: the controls, and where the window stands now.
import {element, filled} from "../network/blocks.js";

const ICONS = {
  first: "M6 5h2.5v14H6zM19 5v14l-9-7z",
  play: "M7 4.5v15l13-7.5z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  next: "M5 5v14l9-7zM15.5 5H18v14h-2.5z",
};
const SPEEDS = {slow: 2, normal: 12, fast: 90}; // steps a second

export class Player {
  // moved(): another cell, or the same at rest. speeds: by name, to choose from when there are several.
  constructor(words, moved, speeds = SPEEDS) {
    Object.assign(this, {words, moved, speeds, at: 0, shown: 0, count: 1, playing: false});
    this.first = button(ICONS.first, words.first, () => this.start());
    this.toggle = button(ICONS.play, words.play, () => this.play(!this.playing));
    this.next = button(ICONS.next, words.next, () => this.step(1));
    this.slider = element("input");
    Object.assign(this.slider, {type: "range", min: 0, ariaLabel: words.slider});
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.clock = element("output");
    this.speed = element("select", "", ...Object.keys(speeds).map(name => new Option(words.speeds?.[name] ?? name, name)));
    Object.assign(this.speed, {value: "normal", ariaLabel: words.speed, hidden: this.speed.length < 2});
    this.toggle.classList.add("primary");
    this.root = element("div", "player", this.first, this.toggle, this.next, this.slider, this.clock, this.speed);
  }

  // count: of the cells; all of them are computed, and `at` is looked at.
  begin(count, at) {
    this.stop();
    this.count = count;
    this.slider.max = count - 1;
    Object.assign(this, {at, shown: count});
    this.tell();
  }

  // Everything up to the cell has been computed.
  seek(cell) {
    this.stop();
    this.at = Math.min(Math.max(cell, 0), this.count - 1);
    this.shown = this.at + 1;
    this.tell();
  }

  step(by) { this.seek(this.at + by); }

  start() { this.seek(0); }

  // Looking at a cell leaves what has been computed alone.
  look(cell) {
    this.stop();
    this.at = cell;
    this.tell();
  }

  play(on) {
    if (!on) {
      this.stop();
      return this.tell();
    }
    if (this.shown >= this.count) Object.assign(this, {at: 0, shown: 1});
    this.playing = true;
    this.icon("pause");
    const [from, began] = [this.at, performance.now()];
    const frame = now => {
      if (!this.playing) return;
      const cell = from + Math.floor(Math.max(now - began, 0) / 1000 * this.speeds[this.speed.value]);
      const last = cell >= this.count - 1;
      if (last) this.stop();
      if (cell !== this.at || last) {
        this.at = Math.min(cell, this.count - 1);
        this.shown = this.at + 1;
        this.tell();
      }
      if (!last) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  stop() {
    this.playing = false;
    this.icon("play");
  }

  icon(name) {
    this.toggle.querySelector("path").setAttribute("d", ICONS[name]);
    this.toggle.ariaLabel = this.toggle.title = this.words[name];
  }

  tell() {
    this.slider.value = this.at;
    this.clock.value = filled(this.words.clock, {number: this.at + 1, count: this.count});
    this.moved();
  }
}

function button(icon, name, act) {
  const made = element("button");
  made.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${icon}"/></svg>`;
  made.ariaLabel = made.title = name;
  made.addEventListener("click", act);
  return made;
}
