// Small pictures of a run: its network, a block for each layer, and how accurate it became.
import {element} from "../network/blocks.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDE, HIGH, EDGE] = [96, 34, 2]; // CSS pixels
const THINNEST = 3, WIDEST = 16;

// The size of a layer's block in CSS pixels: as high as its map is, as wide as it has channels, both on a scale on which
// twice as much is one step more. layer: {side, channels}
export function blockSize({side, channels}) {
  const steps = value => Math.log2(1 + value);
  const height = Math.min(HIGH, 4 + 4.2 * steps(side));
  return {width: Math.min(WIDEST, THINNEST + 1.4 * steps(channels)), height};
}

// layers: [{side, channels, kind}]; it is a picture beside words that say the same.
export function networkPicture(layers) {
  const sizes = layers.map(blockSize);
  const total = Math.max(WIDE, sizes.reduce((sum, {width}) => sum + width + 1, 0));
  const blocks = layers.map(({kind}, n) => {
    const block = element("i", kind);
    block.style.width = `${100 * sizes[n].width / total}%`;
    block.style.height = `${sizes[n].height}px`;
    return block;
  });
  const picture = element("span", "layers", ...blocks);
  picture.ariaHidden = "true";
  return picture;
}

// The points of a curve in the picture; `lowest` is the accuracy at its foot.
export function curvePoints(curve, lowest) {
  const across = (WIDE - 2 * EDGE) / Math.max(1, curve.length - 1), up = (HIGH - 2 * EDGE) / Math.max(1e-9, 1 - lowest);
  return curve.map((value, n) => [EDGE + n * across, HIGH - EDGE - (value - lowest) * up]);
}

// curve: the accuracy after each epoch, of 1.
export function curvePicture(curve, lowest) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  picture.setAttribute("class", "curve");
  picture.setAttribute("aria-hidden", "true");
  const points = curvePoints(curve, lowest);
  const line = document.createElementNS(SVG, points.length > 1 ? "polyline" : "circle");
  if (points.length > 1) line.setAttribute("points", points.map(point => point.map(value => value.toFixed(1)).join()).join(" "));
  else if (points.length) Object.entries({cx: points[0][0], cy: points[0][1], r: 2}).forEach(pair => line.setAttribute(...pair));
  picture.append(line);
  return picture;
}
