// Where windows lie on a feature map: the same arithmetic for convolution, pooling, and what explains them.

// Along one axis: how many output cells there are, and how many cells of padding come before the input.
// Keras's rule: "valid" pads nothing; "same" pads so that there are ceil(side / stride) outputs, the odd cell behind.
export function axis(side, window, stride, dilation, padding) {
  const span = (window - 1) * dilation + 1;
  if (padding === "valid") return {cells: Math.floor((side - span) / stride) + 1, before: 0};
  const cells = Math.ceil(side / stride);
  return {cells, before: Math.floor(Math.max((cells - 1) * stride + span - side, 0) / 2)};
}

// The window of a layer on a map of [height, width, channels], both axes.
export function windowOn([height, width], layer) {
  const size = layer.kernel_size ?? layer.pool_size;
  const strides = layer.strides ?? size;
  const dilation = layer.dilation_rate ?? [1, 1];
  const vertical = axis(height, size[0], strides[0], dilation[0], layer.padding);
  const horizontal = axis(width, size[1], strides[1], dilation[1], layer.padding);
  return {
    size, strides, dilation,
    rows: vertical.cells, columns: horizontal.cells,
    top: vertical.before, left: horizontal.before,
  };
}

// Calls visit(output cell, input cell, kernel cell) for each cell of each window that lies inside the map.
export function slide([height, width], {size, strides, dilation, rows, columns, top, left}, visit) {
  for (let y = 0; y < rows; y++) {
    for (let ky = 0; ky < size[0]; ky++) {
      const inputY = y * strides[0] - top + ky * dilation[0];
      if (inputY < 0 || inputY >= height) continue;
      for (let x = 0; x < columns; x++) {
        for (let kx = 0; kx < size[1]; kx++) {
          const inputX = x * strides[1] - left + kx * dilation[1];
          if (inputX < 0 || inputX >= width) continue;
          visit(y * columns + x, inputY * width + inputX, ky * size[1] + kx);
        }
      }
    }
  }
}
