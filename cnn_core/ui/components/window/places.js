// Where a window stands on an image, whatever it computes there. Places count from the image's corner, so what lies
// around it is at -1 and before, or behind its last row and column.
import {windowBefore} from "../network/explain.js";
import {slide, windowOn} from "../network/windows.js";

export class Places {
  // image: {shape: [height, width, channels], values}; layer: as Keras has its arguments; rings: cells around the image
  // that `padded` has besides.
  constructor(image, layer, rings = 0, padded = image) {
    Object.assign(this, {image, layer, rings, padded, window: windowOn(padded.shape, layer)});
  }

  get count() { return this.window.rows * this.window.columns; }

  at(cell) { return {y: Math.floor(cell / this.window.columns), x: cell % this.window.columns}; }

  // What the window reaches around the image: {top, left, bottom, right}, in cells.
  get frame() {
    const [height, width] = this.image.shape;
    const {top, left, rows, columns, strides, size, dilation} = this.window;
    const behind = (side, before, cells, axis) =>
      Math.max((cells - 1) * strides[axis] + (size[axis] - 1) * dilation[axis] + 1 - before - side, this.rings);
    return {
      top: top + this.rings, bottom: behind(height, top + this.rings, rows, 0),
      left: left + this.rings, right: behind(width, left + this.rings, columns, 1),
    };
  }

  // The window of a cell: {top, left, rows, columns, stepY, stepX}; on the padded image, and on the image.
  onPadded(cell) { return windowBefore(this.layer, this.padded.shape, this.at(cell)); }

  under(cell) {
    const window = this.onPadded(cell);
    return {...window, top: window.top - this.rings, left: window.left - this.rings};
  }

  // The cells that the pixel takes part in.
  cellsOf(y, x) {
    const pixel = (y + this.rings) * this.padded.shape[1] + x + this.rings;
    const found = [];
    slide(this.padded.shape, this.window, (cell, input) => { if (input === pixel) found.push(cell); });
    return found;
  }

  // How often each pixel of the image is looked at.
  looks() {
    const [height, width] = this.image.shape;
    const counts = new Int32Array(height * width);
    const wide = this.padded.shape[1];
    slide(this.padded.shape, this.window, (_, input) => {
      const y = Math.floor(input / wide) - this.rings;
      const x = (input % wide) - this.rings;
      if (y >= 0 && x >= 0 && y < height && x < width) counts[y * width + x]++;
    });
    return counts;
  }
}
