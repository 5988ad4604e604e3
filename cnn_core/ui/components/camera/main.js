// A visitor's own things, or one picture to be read: Streamlit calls in with each new data or theme, on the same element.
import {Shot} from "./shot.js";
import {Things} from "./things.js";

const cameras = new WeakMap();

// data: as Things or, with `one` set, as Shot takes it.
export default function ({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector(".camera");
  const words = JSON.stringify(data.words);
  if (cameras.get(root)?.words !== words) { // the first call, or another language
    cameras.get(root)?.view.end();
    cameras.set(root, {words, view: new (data.one ? Shot : Things)(root, data, value => setTriggerValue("told", value))});
    root.classList.toggle("shot", Boolean(data.one));
  }
  const {view} = cameras.get(root);
  view.tell = value => setTriggerValue("told", value);
  view.give(data);
  return () => { cameras.get(root)?.view.end(); cameras.delete(root); };
}
