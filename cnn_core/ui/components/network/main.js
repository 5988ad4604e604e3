// Where Streamlit calls in: with each new data or theme, on the same element. The network itself lives on in between.
import {LivingNetwork} from "./network.js";

const alive = new WeakMap();

// data: 4 bytes with the length of the header, the header as JSON, the weights.
export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const root = parentElement.querySelector(".living");
  if (!alive.has(root)) alive.set(root, {network: new LivingNetwork(root, null), data: null});
  const entry = alive.get(root);
  entry.network.tell = (name, value) => (name === "drawing" ? setStateValue : setTriggerValue)(name, value);
  if (!same(entry.data, data)) {
    entry.data = data;
    const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
    entry.network.give(head, data.subarray(4 + length));
  } else {
    entry.network.look(); // the theme may be another one
  }
  root.living = entry.network; // for tests, and for the curious in the console
  return () => { entry.network.end(); alive.delete(root); };
}

// A rerun sends the same bytes again: then nothing is to be done.
function same(one, other) {
  return one !== null && one.length === other.length && one.every((byte, at) => byte === other[at]);
}
