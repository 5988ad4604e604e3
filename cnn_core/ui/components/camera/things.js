// A visitor's own things with their pictures: a row each. What changes is kept in the browser and told to Python.
import {element, filled} from "../network/blocks.js";
import {plainButton} from "./buttons.js";
import {Camera, hasCamera} from "./camera.js";
import {keepThings, recalledThings} from "./keep.js";
import {fromFile, fromVideo, newKey} from "./pictures.js";
import {Row} from "./row.js";
import {Teller} from "./teller.js";

const PACE = 200; // ms between two pictures while the button is held
const FEWEST = 2; // rows

export class Things {
  constructor(root, data, tell) {
    Object.assign(this, {root, words: data.words, side: data.side, most: data.most, rows: new Map(), taken: new Set()});
    Object.assign(this, {things: [], pictures: new Map(), before: null, timer: 0});
    this.teller = new Teller(told => this.tell(told));
    this.tell = tell;
    this.camera = hasCamera() ? new Camera({changed: () => this.show(), failed: reason => this.refused(reason)}) : null;
    this.list = element("div", "things");
    this.more = plainButton("more", this.words.more, () => this.addThing());
    this.undone = element("p", "undone", this.words.removed, " ", plainButton("", this.words.undo, () => this.undo()));
    this.undone.setAttribute("role", "status");
    this.heard = element("p", "heard");
    this.heard.setAttribute("aria-live", "polite");
    const insecure = this.camera ? null : element("p", "quiet", this.words.insecure);
    root.replaceChildren(...[insecure, this.list, element("footer", "", this.more, this.undone), this.heard].filter(Boolean));
    this.begun = this.begin();
  }

  async begin() {
    const kept = await recalledThings();
    if (kept) Object.assign(this, kept);
    while (this.things.length < FEWEST) this.things.push(this.newThing());
    this.show();
  }

  // data: {words, side, most: {things, pictures}, number, has, known, refused, added}: see component.py.
  async give(data) {
    await this.begun;
    const broken = data.refused.filter(key => this.pictures.has(key));
    for (const key of broken) this.refuse(key);
    const added = data.added.filter(({key}) => !this.pictures.has(key) && !this.taken.has(key)).map(one => this.take(one)).some(Boolean);
    if (broken.length || added) this.changed();
    this.teller.heard(data);
    this.teller.look(this.things, this.pictures);
  }

  // A picture that the network was wrong about, for the thing that it is.
  take({key, thing, jpeg}) {
    this.taken.add(key); // once: who removes it does not want it back
    const there = this.things.find(one => one.key === thing);
    if (!there) return false;
    if (there.pictures.length >= this.most.pictures) {
      this.rows.get(thing).say(filled(this.words.full, {count: this.most.pictures}));
      return false;
    }
    this.pictures.set(key, jpeg);
    there.pictures.push(key);
    return true;
  }

  refuse(key) {
    const thing = this.things.find(one => one.pictures.includes(key));
    this.pictures.delete(key);
    if (!thing) return;
    thing.pictures = thing.pictures.filter(one => one !== key);
    this.rows.get(thing.key)?.say(this.words.broken);
  }

  newThing() {
    const names = new Set(this.things.map(({name}) => name));
    let number = this.things.length + 1;
    while (names.has(filled(this.words.thing, {number}))) number++;
    return {key: newKey(), name: filled(this.words.thing, {number}), pictures: []};
  }

  addThing() {
    if (this.things.length >= this.most.things) return;
    this.things.push(this.newThing());
    this.changed();
    const {name} = this.rows.get(this.things.at(-1).key);
    name.focus();
    name.select();
  }

  // Whatever is done keeps what was there; only a removal can be undone.
  changed(before = null) {
    this.before = before;
    keepThings(this.things, this.pictures);
    this.show();
    this.teller.look(this.things, this.pictures);
  }

  undo() {
    if (!this.before) return;
    this.things = this.before;
    this.changed();
    this.more.focus();
  }

  copy() { return this.things.map(thing => ({...thing, pictures: [...thing.pictures]})); }
  of(row) { return this.things.find(({key}) => key === row.key); }

  rename(row) {
    this.of(row).name = row.name.value;
    this.changed();
  }

  remove(row) {
    const before = this.copy();
    this.things = this.things.filter(({key}) => key !== row.key);
    this.changed(before);
    this.undone.querySelector("button").focus();
  }

  removePicture(row, key) {
    const before = this.copy();
    this.of(row).pictures = this.of(row).pictures.filter(one => one !== key);
    this.changed(before);
  }

  open(row) {
    this.at = row.key;
    row.say("");
    this.camera.open();
  }

  refused(reason) {
    this.rows.get(this.at)?.say(this.words.failed[reason]);
    this.show();
  }

  beginHold(row) {
    this.at = row.key;
    row.say("");
    this.snap(row);
    clearInterval(this.timer);
    this.timer = setInterval(() => this.snap(row), PACE);
  }

  endHold(row) {
    clearInterval(this.timer);
    const thing = this.of(row);
    if (thing) this.heard.textContent = filled(this.words.heard, {name: thing.name, count: thing.pictures.length});
  }

  snap(row) {
    if (!this.of(row) || !this.camera.on) return clearInterval(this.timer);
    if (row.video.videoWidth) this.add(row, fromVideo(row.video, this.side));
  }

  add(row, jpeg) {
    const thing = this.of(row);
    if (thing.pictures.length >= this.most.pictures) {
      clearInterval(this.timer);
      row.say(filled(this.words.full, {count: this.most.pictures}));
      return;
    }
    const key = newKey();
    this.pictures.set(key, jpeg);
    thing.pictures.push(key);
    this.changed();
  }

  async files(row, files) {
    row.say("");
    const wrong = [];
    for (const file of files) {
      try {
        const jpeg = await fromFile(file, this.side);
        if (!this.of(row)) return; // removed meanwhile
        this.add(row, jpeg);
      } catch {
        wrong.push(file.name);
      }
    }
    if (wrong.length) row.say(filled(this.words.wrong, {names: wrong.join(", ")}));
    this.endHold(row);
  }

  show() {
    const acts = {
      rename: row => this.rename(row), open: row => this.open(row), begin: row => this.beginHold(row), end: row => this.endHold(row),
      files: (row, files) => this.files(row, files), remove: row => this.remove(row),
      removePicture: (row, key) => this.removePicture(row, key),
    };
    const keys = this.things.map(({key}) => key);
    for (const [key, row] of this.rows) if (!keys.includes(key)) { row.end(); this.rows.delete(key); }
    this.things.forEach((thing, place) => {
      if (!this.rows.has(thing.key)) this.rows.set(thing.key, new Row(thing.key, {words: this.words, camera: this.camera, acts}));
      const row = this.rows.get(thing.key);
      if (this.list.children[place] !== row.root) this.list.insertBefore(row.root, this.list.children[place] ?? null);
      row.root.classList.toggle("at", thing.key === this.at);
      row.show(thing, this.pictures, {place, removable: this.things.length > FEWEST});
    });
    this.more.hidden = this.things.length >= this.most.things;
    this.undone.hidden = this.before === null;
  }

  end() {
    clearInterval(this.timer);
    this.teller.end();
    this.camera?.end();
  }
}
