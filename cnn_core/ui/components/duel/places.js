// Where a digit can stand on the field: in the middle, or up to `farthest` whole pixels away from it.

export const MIDDLE = {right: 0, down: 0};

// The nearest place that is not too far.
export function within(farthest, {right, down}) {
  const near = pixels => Math.min(Math.max(pixels, -farthest), farthest);
  return {right: near(right), down: near(down)};
}

// side x side values moved by whole pixels; what comes in from outside is 0, as in data/changes.py.
export function shifted(values, side, {right, down}) {
  const made = new Float32Array(values.length);
  for (let y = Math.max(down, 0); y < Math.min(side, side + down); y++) {
    for (let x = Math.max(right, 0); x < Math.min(side, side + right); x++) {
      made[y * side + x] = values[(y - down) * side + x - right];
    }
  }
  return made;
}

// All places, those near the middle first.
export function allPlaces(farthest) {
  const steps = Array.from({length: 2 * farthest + 1}, (_, n) => n - farthest);
  const places = steps.flatMap(down => steps.map(right => ({right, down})));
  return places.sort((one, other) => Math.hypot(one.right, one.down) - Math.hypot(other.right, other.down));
}
