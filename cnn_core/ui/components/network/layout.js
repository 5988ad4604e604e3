// Where everything goes: for any stack of layers and any width, how large each block's maps are, and how many of them.
// Pure arithmetic, in CSS pixels.

// Of the blocks in a line, at most; and of one block on a phone.
export const HEIGHTS = {full: [446, 260], small: [236, 130]};
export const GAP = 18; // between two blocks, at least: narrower gaps leave no room for what flows through
const WORDS = {roomy: 58, tight: 50}; // what a block's heading needs at least
const THIN = 34; // a layer that only passes values on

// From generous to tight: how many maps stand side by side, and how wide each may be.
const LEVELS = [
  {across: 4, tile: 56, words: WORDS.roomy},
  {across: 4, tile: 32, words: WORDS.roomy},
  {across: 3, tile: 28, words: WORDS.roomy},
  {across: 2, tile: 28, words: WORDS.roomy},
  {across: 2, tile: 20, words: WORDS.tight},
  {across: 1, tile: 20, words: WORDS.tight},
];

// blocks: [{kind: "maps" | "strip" | "thin", rows, columns, count}]. `room` is the width that all of them share.
// Gives {lines: [[index, ...], ...], plans: [{rows, columns, shown, across, down, gap, cell: [w, h], width}, ...]}.
export function planBlocks(blocks, room, tall = HEIGHTS.full[0]) {
  for (const level of LEVELS) {
    const plans = blocks.map(block => planWide(block, level, tall));
    if (needed(plans) <= room) return {plans, lines: [blocks.map((_, index) => index)]};
  }
  const plans = blocks.map(block => planWide(block, LEVELS[3], tall));
  return {plans, lines: brokenIntoLines(plans, room)};
}

const needed = plans => plans.reduce((sum, plan) => sum + plan.width + GAP, -GAP);

function brokenIntoLines(plans, room) {
  const lines = [[]];
  let used = 0;
  plans.forEach((plan, index) => {
    if (lines.at(-1).length && used + plan.width + GAP > room) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1).push(index);
    used += plan.width + GAP;
  });
  return lines;
}

function planWide(block, level, tall) {
  if (block.kind === "thin") return {...NOTHING, width: THIN};
  const plan = block.kind === "strip" ? planStrip(block.count, tall) : planMaps(block, level, tall);
  return {...plan, width: Math.max(level.words, widthOf(plan))};
}

const NOTHING = {rows: 0, columns: 0, shown: 0, across: 0, down: 0, gap: 0, cell: [0, 0]};
const widthOf = ({across, columns, gap, cell}) => (across * (columns + gap) - gap) * cell[0];

function planMaps({rows, columns, count}, {across, tile}, tall) {
  const side = Math.max(rows, columns);
  const cell = cellSize(side, tile);
  const gap = gapOf(side, cell);
  const beside = Math.min(across, count);
  const most = Math.max(1, Math.floor((tall / cell + gap) / (rows + gap)));
  const down = Math.min(most, Math.ceil(count / beside));
  return {rows, columns, shown: Math.min(count, beside * down), across: beside, down, gap, cell: [cell, cell]};
}

// Small maps get larger cells, so that they can be read; whole numbers, so that a pooled map is seen to be half its input.
function cellSize(side, tile) {
  const wanted = side > 10 ? 2 : side > 4 ? 3 : side > 1 ? 4 : 10;
  if (side > tile) return tile / side; // a photograph shrinks
  return Math.max(1, Math.min(wanted, Math.floor(tile / side)));
}

// In cells: about four pixels beside large maps, less beside small ones.
const gapOf = (side, cell) => Math.max(side > 10 ? 2 : 1, Math.round(2 / cell));

// The values of a vector as a column; many of them as several columns.
function planStrip(count, high) {
  const shown = Math.min(count, 512);
  const down = Math.min(shown, high < 400 ? 32 : 64);
  const across = Math.ceil(shown / down);
  const cell = across > 1 ? [6, 6] : [16, Math.min(24, Math.max(6, Math.floor(high / 2 / down)))];
  return {rows: 1, columns: 1, shown, across, down, gap: 0, cell};
}

// On a phone the network runs downwards, each block as wide as the screen. `ratio`: device pixels in a CSS pixel.
export function planNarrow(block, room, ratio = 1, tall = HEIGHTS.full[1]) {
  if (block.kind === "thin") return {...NOTHING, width: room};
  if (block.kind === "strip") {
    const shown = Math.min(block.count, 256);
    const across = Math.min(shown, 64);
    const cell = Math.max(1, Math.min(24, Math.floor(room / across)));
    const high = shown > 64 ? cell : 20;
    return {rows: 1, columns: 1, shown, across, down: Math.ceil(shown / across), gap: 0, cell: [cell, high], width: room};
  }
  const {rows, columns, count} = block;
  const beside = Math.min(count, columns < 8 && count > 32 ? 16 : 8);
  const exact = room / (beside * (columns + 1) - 1);
  const cell = exact * ratio >= 1 ? Math.min(Math.floor(exact * ratio) / ratio, columns > 1 ? 12 : 24) : exact;
  const down = Math.min(Math.ceil(count / beside), Math.max(1, Math.floor((tall / cell + 1) / (rows + 1))));
  return {rows, columns, shown: Math.min(count, beside * down), across: beside, down, gap: 1, cell: [cell, cell], width: room};
}
