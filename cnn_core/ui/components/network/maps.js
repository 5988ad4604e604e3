// Feature maps as crisp images: the colours, a tidy grid of the maps of a layer, one map enlarged.

// From paper over the primary colour to its deepest tone, as 256 pixels. Colours are [red, green, blue].
export function makeRamp(...stops) {
  return Uint32Array.from({length: 256}, (_, level) => {
    const place = (level / 255) * (stops.length - 1);
    const before = Math.min(Math.floor(place), stops.length - 2);
    const fraction = place - before;
    const [red, green, blue] = stops[before].map((from, n) => Math.round(from + (stops[before + 1][n] - from) * fraction));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

const channelsOf = pixel => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];

export const cssColour = pixel => `rgb(${channelsOf(pixel).join(" ")})`;

// Black or white, whichever reads better on the colour: at least 4.5 : 1 on any. WCAG 2.2, relative luminance.
export function inkOn(pixel) {
  const [red, green, blue] = channelsOf(pixel).map(value => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

export const levelOf = (value, full) => (full > 0 ? Math.min(Math.max((value / full) * 255, 0), 255) | 0 : 0);

// The maps of a layer side by side on one canvas, one pixel a value; CSS makes the pixels larger.
export class Mosaic {
  // plan: {rows, columns, shown, across, down, gap, cell: [width, height]} of layout.js; gap is in cells.
  constructor(canvas, plan, count) {
    Object.assign(this, {canvas, plan, count});
    const wide = plan.across * (plan.columns + plan.gap) - plan.gap;
    const high = plan.down * (plan.rows + plan.gap) - plan.gap;
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${wide * plan.cell[0]}px`;
    canvas.style.height = `${high * plan.cell[1]}px`;
    canvas.classList.toggle("shrunk", plan.cell[0] < 1);
    this.context = canvas.getContext("2d");
    this.image = this.context.createImageData(wide, high);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.corners = Int32Array.from({length: plan.shown}, (_, map) => {
      const row = Math.floor(map / plan.across);
      return row * (plan.rows + plan.gap) * wide + (map % plan.across) * (plan.columns + plan.gap);
    });
  }

  // values: [row][column][map]; `full` is the value that gets the deepest colour, 0 leaves paper.
  paint(values, ramp, full) {
    const {rows, columns, shown} = this.plan;
    const scale = full > 0 ? 255 / full : 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const offset = y * this.canvas.width + x;
        const from = (y * columns + x) * this.count;
        for (let map = 0; map < shown; map++) {
          const level = values[from + map] * scale;
          this.pixels[this.corners[map] + offset] = ramp[level > 255 ? 255 : level > 0 ? level | 0 : 0];
        }
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }

  // Where a map lies on the canvas, in CSS pixels.
  tile(map) {
    const {rows, columns, across, gap, cell} = this.plan;
    return {
      left: (map % across) * (columns + gap) * cell[0],
      top: Math.floor(map / across) * (rows + gap) * cell[1],
      width: columns * cell[0],
      height: rows * cell[1],
    };
  }

  // The map under a place on the canvas; null between or beyond them.
  mapAt(x, y) {
    const {rows, columns, across, gap, shown, cell} = this.plan;
    const column = Math.floor((x / cell[0] + gap / 2) / (columns + gap));
    const row = Math.floor((y / cell[1] + gap / 2) / (rows + gap));
    const map = row * across + column;
    return column >= 0 && column < across && row >= 0 && map < shown ? map : null;
  }
}

// A colour image, [row][column][red, green, blue] of 0 to 255, at the place of a mosaic.
export function paintColours(canvas, {shape: [rows, columns], values}) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    for (let channel = 0; channel < 3; channel++) image.data[4 * pixel + channel] = values[3 * pixel + channel];
    image.data[4 * pixel + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// One map with its grid; its numbers where they can be read. Gives the size of a cell in CSS pixels.
export function paintEnlarged(canvas, map, {shape: [rows, columns, count], values}, {ramp, full, side, colours, chosen}) {
  const ratio = devicePixelRatio || 1;
  const cell = Math.max(1, Math.floor(side / Math.max(columns, rows)));
  canvas.width = columns * cell * ratio;
  canvas.height = rows * cell * ratio;
  canvas.style.width = `${columns * cell}px`;
  canvas.style.height = `${rows * cell}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  Object.assign(context, {textAlign: "center", textBaseline: "middle", font: `12px ${colours.font}`});
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const value = values[(y * columns + x) * count + map];
      const pixel = ramp[levelOf(value, full)];
      context.fillStyle = cssColour(pixel);
      context.fillRect(x * cell, y * cell, cell, cell);
      if (cell >= 34) {
        context.fillStyle = inkOn(pixel);
        context.fillText(value.toFixed(2), (x + 0.5) * cell, (y + 0.5) * cell + 1);
      }
    }
  }
  if (cell >= 4) paintGrid(context, rows, columns, cell, colours.grid);
  Object.assign(context, {strokeStyle: colours.accent, lineWidth: 2.5});
  context.strokeRect(chosen.x * cell - 0.5, chosen.y * cell - 0.5, cell, cell);
  return cell;
}

function paintGrid(context, rows, columns, cell, colour) {
  Object.assign(context, {strokeStyle: colour, lineWidth: 1});
  context.beginPath();
  for (let x = 1; x < columns; x++) {
    context.moveTo(x * cell - 0.5, 0);
    context.lineTo(x * cell - 0.5, rows * cell);
  }
  for (let y = 1; y < rows; y++) {
    context.moveTo(0, y * cell - 0.5);
    context.lineTo(columns * cell, y * cell - 0.5);
  }
  context.stroke();
}
