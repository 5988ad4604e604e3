// What flows from block to block: soft bands as wide as the activity, a glow round the strongest maps, and the votes of
// the last layer. Everything is relative to a blank image, else maps that are always bright would win.

// The mean change of each map against the same layer's output for a blank image.
export function activityOf({values}, blank, count) {
  const activity = new Float32Array(count);
  for (let i = 0; i < values.length; i++) activity[i % count] += Math.abs(values[i] - blank.values[i]);
  for (let map = 0; map < count; map++) activity[map] *= count / values.length;
  return activity;
}

// The activity of each row of maps on the page; of each column where the network runs downwards.
export function lanesOf(activity, {across, down, shown}, downwards) {
  const lanes = new Float32Array(downwards ? across : down);
  for (let map = 0; map < shown; map++) lanes[downwards ? map % across : Math.floor(map / across)] += activity[map];
  return lanes;
}

// A band from a stretch of one edge to a stretch of the next: `near`, `far` are where the edges lie, along the flow.
function band(context, near, far, [fromStart, fromEnd], [toStart, toEnd], downwards) {
  const middle = (near + far) / 2;
  const point = (along, across) => (downwards ? [across, along] : [along, across]);
  context.beginPath();
  context.moveTo(...point(near, fromStart));
  context.bezierCurveTo(...point(middle, fromStart), ...point(middle, toStart), ...point(far, toStart));
  context.lineTo(...point(far, toEnd));
  context.bezierCurveTo(...point(middle, toEnd), ...point(middle, fromEnd), ...point(near, fromEnd));
  context.fill();
}

const alongFlow = (box, downwards) => (downwards ? [box.top, box.top + box.height] : [box.left, box.left + box.width]);
const acrossFlow = (box, downwards) => (downwards ? [box.left, box.width] : [box.top, box.height]);

// One band a lane, from box to box, relative to the strongest lane.
export function paintFan(context, from, to, lanes, downwards) {
  const strongest = Math.max(...lanes, 1e-6);
  const near = alongFlow(from, downwards)[1] + 3;
  const far = (downwards ? to.head ?? to.top : to.left) - 3;
  if (far - near < 8) return; // bands in narrow gaps are mud
  const [fromStart, fromLength] = acrossFlow(from, downwards);
  const [toStart, toLength] = acrossFlow(to, downwards);
  lanes.forEach((amount, lane) => {
    const fraction = amount / strongest;
    const half = (0.08 + 0.36 * fraction) / lanes.length;
    const middle = (lane + 0.5) / lanes.length;
    const stretch = (start, length) => [start + (middle - half) * length, start + (middle + half) * length];
    context.globalAlpha = 0.06 + 0.3 * fraction;
    band(context, near, far, stretch(fromStart, fromLength), stretch(toStart, toLength), downwards);
  });
  context.globalAlpha = 1;
}

// What each value before the last layer adds to the classes that are in question: value × weight, where positive.
export function paintVotes(context, from, bars, {values, kernel, scores, plan}) {
  const [start, length] = acrossFlow(from, false);
  scores.forEach((score, unit) => {
    if (score < 0.02) return;
    const to = bars[unit];
    const votes = Array.from({length: plan.down}, () => 0);
    values.forEach((value, n) => {
      if (n < plan.shown) votes[Math.floor(n / plan.across)] += Math.max(value * kernel[n * scores.length + unit], 0);
    });
    const most = Math.max(...votes, 1e-6);
    const middle = to.top + to.height / 2;
    votes.forEach((vote, row) => {
      if (vote < 0.04 * most) return;
      const half = (2.6 * vote) / most;
      const at = start + ((row + 0.5) / plan.down) * length;
      context.globalAlpha = (0.08 + (0.3 * vote) / most) * Math.sqrt(score);
      band(context, from.left + from.width + 3, to.left - 3, [at - half, at + half],
        [middle - 0.6 * half, middle + 0.6 * half], false);
    });
  });
  context.globalAlpha = 1;
}

// A rim of light round the three maps that changed most.
export function paintGlow(context, box, mosaic, activity, colour) {
  const order = Array.from({length: mosaic.plan.shown}, (_, map) => map).sort((a, b) => activity[b] - activity[a]);
  context.save();
  Object.assign(context, {shadowColor: colour, shadowBlur: 10 * (devicePixelRatio || 1), globalAlpha: 0.85});
  for (const map of order.slice(0, Math.min(3, mosaic.plan.shown - 1))) {
    const tile = mosaic.tile(map);
    context.fillRect(box.left + tile.left - 1.5, box.top + tile.top - 1.5, tile.width + 3, tile.height + 3);
  }
  context.restore();
}
