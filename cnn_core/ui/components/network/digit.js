// A drawing as MNIST would hold it: what data/digits.py does, grey level by grey level.

const FIELD = 28; // side of what the network sees
const BOX = 20; // longest side of the digit in it
const CENTRE = 14; // row and column of its centre of mass
const VISIBLE = 25.5; // of 255: fainter pixels are not counted as ink

// 28 x 28 grey levels, 0 to 255; null when nothing is drawn. `ink`: side x side grey levels, 0 to 255.
export function digit(ink, side) {
  const box = boundingBox(ink, side);
  if (!box) return null;
  const small = scaled(ink, side, box);
  const centre = centreOfMass(small);
  const top = offset(centre.y, small.height);
  const left = offset(centre.x, small.width);
  const brightest = small.values.reduce((a, b) => Math.max(a, b), 0);
  const field = new Float32Array(FIELD * FIELD);
  for (let y = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++) {
      const grey = Math.fround(small.values[y * small.width + x] / brightest);
      field[(y + top) * FIELD + x + left] = roundHalfToEven(Math.fround(255 * grey));
    }
  }
  return field;
}

function boundingBox(ink, side) {
  let top = side, left = side, bottom = -1, right = -1;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (ink[y * side + x] < VISIBLE) continue;
      top = Math.min(top, y);
      bottom = y;
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  return bottom < 0 ? null : {top, left, height: bottom - top + 1, width: right - left + 1};
}

// As Python rounds: 2.5 is 2, 3.5 is 4.
export function roundHalfToEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}

// The ink in its box, shrunk or grown to fit: first along the rows, then along the columns, as Pillow does it.
function scaled(ink, side, box) {
  const scale = BOX / Math.max(box.height, box.width);
  const height = Math.max(1, roundHalfToEven(box.height * scale));
  const width = Math.max(1, roundHalfToEven(box.width * scale));
  const across = triangles(box.width, width);
  const down = triangles(box.height, height);
  const rows = new Float32Array(box.height * width);
  for (let y = 0; y < box.height; y++) {
    const start = (box.top + y) * side + box.left;
    for (let x = 0; x < width; x++) {
      const {first, weights} = across[x];
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * Math.fround(ink[start + first + i] / 255);
      rows[y * width + x] = sum;
    }
  }
  const values = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const {first, weights} = down[y];
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * rows[(first + i) * width + x];
      values[y * width + x] = Math.min(Math.max(sum, 0), 1);
    }
  }
  return {height, width, values};
}

// For each output pixel the inputs it is made of and their weights: Pillow's bilinear filter, which is as wide as the
// step when it shrinks, so that every pixel of the drawing counts.
export function triangles(from, to) {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({length: to}, (_, output) => {
    const centre = (output + 0.5) * scale;
    const first = Math.max(Math.floor(centre - support + 0.5), 0);
    const last = Math.min(Math.floor(centre + support + 0.5), from);
    const heights = [];
    for (let i = first; i < last; i++) heights.push(Math.max(1 - Math.abs((i - centre + 0.5) / support), 0));
    const sum = heights.reduce((a, b) => a + b, 0);
    return {first, weights: heights.map(height => height / sum)};
  });
}

function centreOfMass({height, width, values}) {
  let mass = 0, y = 0, x = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column];
      mass += value;
      y += value * row;
      x += value * column;
    }
  }
  return {y: y / mass, x: x / mass};
}

// Whole pixels before the digit; all of it stays on the field. Rounded first, so that float noise does not decide
// about a centre that lies exactly between two pixels.
function offset(centre, size) {
  const wanted = Math.floor(Math.round((CENTRE - centre) * 1e4) / 1e4 + 0.5);
  return Math.min(Math.max(wanted, 0), FIELD - size);
}
