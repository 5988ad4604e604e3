// A picture of any size as a network takes it: what data/photos.py does, grey level by grey level.
import {roundHalfToEven, triangles} from "../network/digit.js";

const LONGEST = 512; // px: a larger picture is first averaged down to this
const BITS = 22; // Pillow computes with whole numbers: so many bits of a weight come after the point
const COLOURS = 3;

// Its pixels, {width, height, data: red, green, blue, alpha of each}. Rejects a file that is no picture to this browser.
export async function pixelsOf(file) {
  const image = await createImageBitmap(file); // upright, whatever way the phone was held
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map(side => Math.max(1, Math.round(scale * side)));
  const sheet = document.createElement("canvas");
  Object.assign(sheet, {width, height});
  const context = sheet.getContext("2d", {willReadFrequently: true});
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // the paper under what is transparent
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  image.close();
  return context.getImageData(0, 0, width, height);
}

// The middle of the picture with the input's proportions, scaled: [row][column][channel] of 0 to 255.
export function fitted(picture, [rows, columns, channels], inverted = false) {
  const middle = cropped(picture, rows, columns);
  const wide = resampled(middle.values, middle.height, middle.width, columns, {line: middle.width, cell: 1});
  const colours = resampled(wide, columns, middle.height, rows, {line: 1, cell: columns});
  const values = channels === COLOURS ? colours : grey(colours);
  return inverted ? values.map(value => 255 - value) : values;
}

function cropped({width, height, data}, rows, columns) {
  const scale = Math.min(height / rows, width / columns);
  const tall = Math.max(1, roundHalfToEven(rows * scale));
  const wide = Math.max(1, roundHalfToEven(columns * scale));
  const [top, left] = [Math.floor((height - tall) / 2), Math.floor((width - wide) / 2)];
  const values = new Uint8ClampedArray(tall * wide * COLOURS);
  for (let pixel = 0; pixel < tall * wide; pixel++) {
    const from = (top + Math.floor(pixel / wide)) * width + left + pixel % wide;
    for (let colour = 0; colour < COLOURS; colour++) values[COLOURS * pixel + colour] = data[4 * from + colour];
  }
  return {width: wide, height: tall, values};
}

// Of each of `lines` of pixels `to` instead of `from`. `steps`: how many pixels on the next line and the next cell are.
function resampled(values, lines, from, to, steps) {
  if (from === to) return values;
  const made = new Uint8ClampedArray(lines * to * COLOURS);
  const [line, cell] = steps.cell === 1 ? [to, 1] : [1, lines];
  triangles(from, to).forEach(({first, weights}, at) => {
    const whole = weights.map(weight => Math.floor(0.5 + weight * 2 ** BITS));
    for (let n = 0; n < lines; n++) {
      for (let colour = 0; colour < COLOURS; colour++) {
        let sum = 2 ** (BITS - 1); // a half: what follows cuts off
        whole.forEach((weight, i) => { sum += weight * values[COLOURS * (n * steps.line + (first + i) * steps.cell) + colour]; });
        made[COLOURS * (n * line + at * cell) + colour] = Math.floor(sum / 2 ** BITS);
      }
    }
  });
  return made;
}

// ITU-R BT.601 luma, in whole numbers as Pillow's.
function grey(colours) {
  return Uint8ClampedArray.from({length: colours.length / COLOURS}, (_, pixel) => {
    const [red, green, blue] = colours.subarray(COLOURS * pixel, COLOURS * pixel + COLOURS);
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  });
}
