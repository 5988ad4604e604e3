// Amber: what is being explained. The map, the window it was made from, and the cone between them.

function outline(context, {left, top, width, height}, lineWidth, alpha) {
  Object.assign(context, {lineWidth, globalAlpha: alpha});
  const half = lineWidth / 2;
  context.strokeRect(left - half, top - half, width + lineWidth, height + lineWidth);
}

// source: {box, mosaic} of the block before, or of the image; target: the same of the block that is explained.
export function paintMarks(context, {source, target, place, told, colour, downwards}) {
  Object.assign(context, {strokeStyle: colour, fillStyle: colour});
  const tile = moved(target.mosaic.tile(place.channel), target.box);
  outline(context, tile, 2, 1);
  if (!told.window || !source) return;
  const own = target.mosaic.plan.cell;
  const flat = target.mosaic.plan.rows === 1 && target.mosaic.plan.columns === 1;
  const value = flat ? tile : {left: tile.left + place.x * own[0], top: tile.top + place.y * own[1], width: own[0], height: own[1]};
  outline(context, value, 1, 1);
  for (let map = 0; map < source.mosaic.plan.shown; map++) paintSource(context, source, map, value, told, downwards);
  context.globalAlpha = 1;
}

function paintSource(context, {box, mosaic}, map, value, {window, from, grids, all = grids.includes("×")}, downwards) {
  const strongest = map === from;
  if (!strongest && !all) return; // pooling looks at its own map only
  const tile = moved(mosaic.tile(map), box);
  const [wide, high] = mosaic.plan.cell;
  const looked = {
    left: tile.left + window.left * wide,
    top: tile.top + window.top * high,
    width: ((window.columns - 1) * window.stepX + 1) * wide,
    height: ((window.rows - 1) * window.stepY + 1) * high,
  };
  if (strongest && mosaic.plan.shown > 1) outline(context, tile, 2, 1);
  outline(context, looked, strongest ? 2 : 1, strongest ? 1 : 0.5);
  if (strongest) paintCone(context, looked, value, downwards);
}

const moved = (tile, box) => ({...tile, left: tile.left + box.left, top: tile.top + box.top});

// From the window to the value it became.
function paintCone(context, window, value, downwards) {
  const ends = ({left, top, width, height}, far) => (downwards
    ? [[left, top + (far ? height : 0)], [left + width, top + (far ? height : 0)]]
    : [[left + (far ? width : 0), top], [left + (far ? width : 0), top + height]]);
  const [a, b] = ends(window, true);
  const [c, d] = ends(value, false);
  context.globalAlpha = 0.3;
  context.beginPath();
  for (const corner of [a, c, d, b]) context.lineTo(...corner);
  context.fill();
}
