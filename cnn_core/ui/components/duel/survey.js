// What both networks answer wherever the digit can stand: a few places in each frame, those near the middle first.
import {allPlaces} from "./places.js";

const BUDGET = 10; // ms of a frame: the rest is for the hand

export class Survey {
  // ask(place): what each network answers there; busy(): whether somebody draws or drags just now; changed(): more is known.
  constructor({farthest, ask, busy, changed}) {
    Object.assign(this, {ask, busy, changed, places: allPlaces(farthest), known: []});
  }

  // known[n] is what was answered at places[n].
  begin() {
    this.end();
    this.next();
  }

  end() {
    cancelAnimationFrame(this.waiting);
    this.known = [];
  }

  next() { this.waiting = requestAnimationFrame(() => this.work()); }

  work() {
    const end = performance.now() + BUDGET;
    while (!this.busy() && performance.now() < end && this.known.length < this.places.length) {
      this.known.push(this.ask(this.places[this.known.length]));
    }
    this.changed();
    if (this.known.length < this.places.length) this.next();
  }
}
