// The window on an image: Streamlit calls in with each new data or theme, on the same element.
import {Stepper} from "./stepper.js";

const steppers = new WeakMap();

// data: {words, pooling, image, filters, settings, editable, chosen} as Stepper takes them.
export default function ({data, parentElement, setStateValue}) {
  const root = parentElement.querySelector(".window");
  if (!steppers.has(root)) steppers.set(root, new Stepper(root, data));
  const stepper = steppers.get(root);
  stepper.tellPython = value => setStateValue("edited", value);
  const text = JSON.stringify({...data, chosen: null});
  if (stepper.text === text) stepper.layOut(); // the theme may be another one
  else stepper.give(data);
  stepper.text = text;
  root.stepper = stepper; // for tests, and for the curious in the console
  return () => { stepper.end(); steppers.delete(root); };
}
