// The epochs of a training: Streamlit calls in with each new data or theme, on the same element.
import {Timeline} from "./timeline.js";

const timelines = new WeakMap();

// data: 4 bytes with the length of the header, the header as JSON, then what Timeline.give takes.
export default function ({data, parentElement, setStateValue}) {
  const root = parentElement.querySelector(".timeline");
  if (!timelines.has(root)) timelines.set(root, new Timeline(root));
  const timeline = timelines.get(root);
  timeline.tell = place => setStateValue("place", place);
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  timeline.give(JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length))), data.slice(4 + length));
  return () => { timeline.end(); timelines.delete(root); };
}
