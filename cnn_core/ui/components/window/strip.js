// The maps of all filters in a row: together they are what the next layer gets. One of them is looked at.
import {element} from "../network/blocks.js";
import {paintColours} from "../network/maps.js";

// Each channel of a stack of maps as a map of its own, with what `fillStrip` needs of it.
export const mapsOf = ({shape: [rows, columns, channels], values}) => Array.from({length: channels}, (_, channel) => {
  const own = Float32Array.from({length: rows * columns}, (_, cell) => values[cell * channels + channel]);
  return {output: {shape: [rows, columns, 1], values: own}};
});

// root: the row; all: the Steps or Pools of each; look: as in look.js; choose(place): it was touched.
export function fillStrip(root, all, titles, chosen, look, choose) {
  const held = root.contains(root.getRootNode().activeElement);
  const chips = all.length < 2 ? [] : all.map(({output}, place) => {
    const chip = element("button", place === chosen ? "on" : "", picture(output, look), element("span", "", titles[place]));
    chip.ariaPressed = String(place === chosen);
    chip.addEventListener("click", () => choose(place));
    return chip;
  });
  root.replaceChildren(...chips);
  if (!chips.length) return;
  const [row, chip] = [root, chips[chosen]].map(node => node.getBoundingClientRect());
  if (chip.left < row.left || chip.right > row.right) root.scrollLeft += chip.left - row.left - (row.width - chip.width) / 2;
  if (held) chips[chosen].focus({preventScroll: true});
}

function picture({shape: [rows, columns, channels], values}, look) {
  const canvas = element("canvas");
  Object.assign(canvas, {width: columns, height: rows});
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const colours = new Uint8Array(3 * rows * columns);
  for (let cell = 0; cell < rows * columns; cell++) {
    const pixel = channels === 3 ? look.mixed(values.subarray(3 * cell, 3 * cell + 3), most) : look.shade(values[cell], most);
    colours.set([pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255], 3 * cell);
  }
  paintColours(canvas, {shape: [rows, columns], values: colours});
  return canvas;
}
