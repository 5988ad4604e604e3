// The convolution: where nearly all of the time goes, so its inner loop is written for speed.
import {windowOn} from "./windows.js";

// kernel: [window cell][input channel of the group][filter]. Gives the sums, without bias and activation.
export function convolve(map, layer, kernel) {
  const {filters} = layer;
  const groups = layer.groups ?? 1;
  const window = windowOn(map.shape, layer);
  const values = new Float32Array(window.rows * window.columns * filters);
  const taps = {
    value: new Float32Array(window.size[0] * window.size[1] * map.shape[2]),
    row: new Int32Array(window.size[0] * window.size[1] * map.shape[2]),
  };
  for (let cell = 0; cell < window.rows * window.columns; cell++) {
    for (let group = 0; group < groups; group++) {
      const count = gather(map, window, cell, {group, groups, filters}, taps);
      const first = cell * filters + group * filters / groups;
      accumulate(values.subarray(first, first + filters / groups), kernel, taps, count);
    }
  }
  return {shape: [window.rows, window.columns, filters], values};
}

// What one window holds: the values that are not 0 (after relu few are), and where the kernel has their weights.
function gather(map, window, cell, {group, groups, filters}, taps) {
  const [height, width, channels] = map.shape;
  const ofGroup = channels / groups;
  const y0 = Math.floor(cell / window.columns) * window.strides[0] - window.top;
  const x0 = (cell % window.columns) * window.strides[1] - window.left;
  let count = 0;
  for (let ky = 0; ky < window.size[0]; ky++) {
    const y = y0 + ky * window.dilation[0];
    if (y < 0 || y >= height) continue;
    for (let kx = 0; kx < window.size[1]; kx++) {
      const x = x0 + kx * window.dilation[1];
      if (x < 0 || x >= width) continue;
      const from = (y * width + x) * channels + group * ofGroup;
      const tap = (ky * window.size[1] + kx) * ofGroup;
      for (let channel = 0; channel < ofGroup; channel++) {
        const value = map.values[from + channel];
        if (value === 0) continue;
        taps.value[count] = value;
        taps.row[count++] = (tap + channel) * filters + group * filters / groups;
      }
    }
  }
  return count;
}

// Adds value × weight of all taps to each filter's sum; four taps at a time, so that sums are read and written less.
function accumulate(sums, kernel, {value, row}, count) {
  let tap = 0;
  for (; tap + 4 <= count; tap += 4) {
    const a = value[tap], b = value[tap + 1], c = value[tap + 2], d = value[tap + 3];
    const rowA = row[tap], rowB = row[tap + 1], rowC = row[tap + 2], rowD = row[tap + 3];
    for (let n = 0; n < sums.length; n++) {
      sums[n] += a * kernel[rowA + n] + b * kernel[rowB + n] + c * kernel[rowC + n] + d * kernel[rowD + n];
    }
  }
  for (; tap < count; tap++) {
    for (let n = 0; n < sums.length; n++) sums[n] += value[tap] * kernel[row[tap] + n];
  }
}
