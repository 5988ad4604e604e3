// Weights: as they are sent, and random ones for a network that was never trained.

// Of 16 bits: sign, 5 of exponent, 10 of fraction (IEEE 754).
export function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// The layers with their weights. Each says the `sizes` of its arrays; `bytes` has all of them, one after the other,
// but for those of layers that have learned nothing: they are drawn from `seed`.
export function unpack(layers, bytes, dtype, seed = 0) {
  const aligned = bytes.slice().buffer; // a typed array must begin at a multiple of its size
  const numbers = dtype === "float16" ? Float32Array.from(new Uint16Array(aligned), half) : new Float32Array(aligned);
  let at = 0;
  const next = size => numbers.subarray(at, (at += size));
  return layers.map((layer, place) => ({...layer, weights: layer.random ? drawn(layer, place, seed) : layer.sizes.map(next)}));
}

// The same with weights drawn as Keras draws them: Glorot uniform, biases 0. `fans` of an array are the numbers of its
// inputs and outputs, or null for one that is not drawn but filled with `fill`. Not Keras's own numbers: it has
// another generator. The draws of a layer depend on its place and the seed only, so an edit leaves other layers alone.
export function randomWeights(layers, seed) {
  return layers.map((layer, place) => ({...layer, weights: drawn(layer, place, seed)}));
}

function drawn(layer, place, seed) {
  const next = generator(seed * 1_000_003 + place * 7919 + 1);
  return layer.sizes.map((size, n) => {
    const {fans, fill} = layer.initial[n];
    if (!fans) return new Float32Array(size).fill(fill);
    const limit = Math.sqrt(6 / (fans[0] + fans[1]));
    const values = new Float32Array(size);
    for (let at = 0; at < size; at++) values[at] = (2 * next() - 1) * limit;
    return values;
  });
}

// Mulberry32, by Tommy Ettinger (public domain): numbers from 0 to 1 from a seed of 32 bits.
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
