// The flow through the whole network: from the image to each block, and from the last one into the answer.
import {lanesOf, paintFan, paintGlow, paintVotes} from "./flow.js";

export function paintStream(network, context) {
  const {narrow, lines, blocks} = network;
  context.fillStyle = network.theme.colours.primary;
  let from = narrow ? null : {box: network.boxOf(network.seenCanvas), lanes: null};
  lines.forEach(line => {
    for (const n of line) from = paintStep(network, context, from, blocks[n]);
    if (lines.length > 1) from = null; // nothing flows across the end of a line
  });
  if (network.lit && network.answer && !narrow) paintLast(network, context);
}

// The flow into a block; gives where the next one comes from.
function paintStep(network, context, from, block) {
  const {narrow, lit, maps, source} = network;
  const box = network.boxOf(block.kind === "thin" ? block.line : block.canvas);
  if (block.kind === "thin") {
    if (from?.lanes) paintFan(context, from.box, box, from.lanes, narrow);
    return {box, lanes: from?.lanes ?? null, block: from?.block};
  }
  block.activity = lit ? source.activity(maps, block.index + 1) : new Float32Array(block.count);
  const lanes = lanesOf(block.activity, block.plan, narrow);
  if (from) paintFan(context, from.box, box, from.lanes ?? lanes, narrow);
  if (lit && block.kind === "maps") paintGlow(context, box, block.mosaic, block.activity, network.theme.colours.primary);
  return {box, lanes, block};
}

function paintLast(network, context) {
  const {answer, maps} = network;
  const before = network.blocks.findLast(block => block.kind !== "thin");
  const {type, weights: [kernel]} = network.layers[answer.index];
  if (before?.kind !== "strip" || type !== "Dense" || !kernel) return;
  const bars = answer.bars.map(bar => network.boxOf(bar));
  const votes = {values: maps[before.index + 1].values, kernel, scores: maps.at(-1).values, plan: before.plan};
  paintVotes(context, network.boxOf(before.canvas), bars, votes);
}
