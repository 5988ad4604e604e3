// A visitor's own things, or one picture to be read: Streamlit calls in with each new data or theme, on the same element.
import {Shot} from "./shot.js";
import {Things} from "./things.js";

const cameras = new WeakMap();

// data: as Things or, with `one` set, as Shot takes it.
export default function ({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector(".camera");
  if (!cameras.has(root)) cameras.set(root, new (data.one ? Shot : Things)(root, data, value => setTriggerValue("told", value)));
  const view = cameras.get(root);
  root.classList.toggle("shot", Boolean(data.one));
  view.tell = value => setTriggerValue("told", value);
  view.give(data);
  return () => { view.end(); cameras.delete(root); };
}
