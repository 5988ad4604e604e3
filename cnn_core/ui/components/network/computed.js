// The maps of a network that the browser computes by itself: from its weights, at the pace of the hand.
import {explain} from "./explain.js";
import {activityOf} from "./flow.js";
import {forward} from "./forward.js";
import {randomWeights, unpack} from "./weights.js";

export class Computed {
  // bytes: its weights, or none for random ones.
  constructor(head, bytes) {
    this.input = head.input;
    this.layers = bytes.length ? unpack(head.layers, bytes, head.dtype, head.seed) : randomWeights(head.layers, head.seed);
    this.blank = this.see(new Float32Array(head.input.reduce((a, b) => a * b)));
    this.known = true;
    this.explain = explain;
  }

  see(values) { return forward(this.layers, {shape: this.input, values}); }

  isLate() { return false; }

  activity(maps, index) { return activityOf(maps[index], this.blank[index], maps[index].shape.at(-1)); }
}
