// Tells Python what there is, a few new pictures at a time, until Python says that it has all of it.

const BATCH = 20; // pictures in a message
const PATIENCE = 5000; // ms after which a message counts as lost: the server was started anew, for example

export class Teller {
  // `send({number, things, pictures})`: pictures, by their keys, JPEG in base64.
  constructor(send) {
    Object.assign(this, {send, sent: 0, waits: false, has: null, known: new Set(), timer: 0});
  }

  // What Python has by now: the number of the last message, the things as they were told, the keys of the pictures.
  heard({number, has, known}) {
    if (number === this.sent) this.waits = false;
    this.has = JSON.stringify(has);
    this.known = new Set(known);
  }

  look(things, pictures) {
    Object.assign(this, {things, pictures});
    if (this.waits || this.has === null) return;
    const missing = things.flatMap(thing => thing.pictures).filter(key => !this.known.has(key));
    if (!missing.length && JSON.stringify(things) === this.has) return;
    this.waits = true;
    this.sent = 1 + Math.floor(Math.random() * 1e9); // another tab or visit of this browser counts too
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.again(), PATIENCE);
    const some = Object.fromEntries(missing.slice(0, BATCH).map(key => [key, pictures.get(key)]));
    this.send({number: this.sent, things: JSON.parse(JSON.stringify(things)), pictures: some});
  }

  again() {
    if (!this.waits) return;
    this.waits = false;
    this.look(this.things, this.pictures);
  }

  end() { clearTimeout(this.timer); }
}
