// Colours of boards and grids: pixels, weights, sums.
import {levelOf, makeRamp} from "../network/maps.js";
import {rgb} from "../network/theme.js";

const PURE = [[224, 49, 49], [47, 158, 68], [34, 102, 214]]; // red, green and blue, of a photo's channels

// theme: as readTheme gives it. full: the largest of all pixels; steepest, strongest: of all weights, of all cells of
// the map; around: what stands in the cells around the image.
export function looks(theme, root, {coloured, full, steepest, strongest, around}) {
  const paper = rgb(theme.paper);
  const style = getComputedStyle(root);
  const tints = coloured ? PURE.map(tint => makeRamp(paper, tint)) : [];
  const signed = most => value => (value < 0 ? theme.minusRamp : theme.ramp)[levelOf(Math.abs(value) * 0.8, most)];
  const plain = signed(full);
  return {
    around, paper: theme.paper, font: theme.colours.font,
    line: theme.colours.grid, quiet: style.getPropertyValue("--quiet") || "#888",
    accent: theme.colours.accent, primary: theme.colours.primary,
    tint: `color-mix(in srgb, ${theme.colours.primary} 30%, transparent)`,
    pixel: (value, channel) => (tints.length ? tints[channel][levelOf(value, full)] : plain(value)),
    mixed: (colour, most = strongest) => opaque(Array.from(colour, value => levelOf(value, most))),
    colour: (red, green, blue) => opaque([red, green, blue].map(value => levelOf(value, full))),
    weight: signed(steepest),
    product: signed(full * steepest),
    sum: signed(strongest),
    shade: (value, most) => signed(most)(value),
  };
}

const opaque = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
