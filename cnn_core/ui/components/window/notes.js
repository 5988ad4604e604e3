// The line below the boards: what is to be said of the pixel that is touched, or of all.
import {filled} from "../network/blocks.js";

// missed: how many pixels no window reaches.
export function noteOn(words, steps, pixel, missed) {
  if (!pixel) return missed ? filled(words.missed, {count: missed}) : words.touch;
  const count = steps.cellsOf(pixel.y, pixel.x).length;
  const text = [words.lookedNever, words.lookedOnce][count] ?? words.looked;
  return filled(text, {row: pixel.y + 1, column: pixel.x + 1, count});
}
