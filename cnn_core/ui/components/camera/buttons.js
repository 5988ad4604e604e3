// The buttons by which pictures come: one that is held, one for files, one for a phone's own camera.
import {element} from "../network/blocks.js";

const PRESSES = [" ", "Enter"];
const touched = () => matchMedia("(pointer: coarse)").matches;

export function plainButton(className, text, pressed) {
  const button = element("button", className, text);
  button.type = "button";
  if (pressed) button.addEventListener("click", pressed);
  return button;
}

// Calls `begin` when the button is pressed by a mouse, a finger or a key, and `end` when it is let go.
export function whileHeld(button, begin, end) {
  let held = false;
  const start = () => { if (!held) { held = true; button.classList.add("held"); begin(); } };
  const stop = () => { if (held) { held = false; button.classList.remove("held"); end(); } };
  button.addEventListener("pointerdown", event => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    start();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(name, stop);
  button.addEventListener("keydown", event => {
    if (!PRESSES.includes(event.key)) return;
    event.preventDefault(); // or letting go would click
    if (!event.repeat) start();
  });
  button.addEventListener("keyup", event => { if (PRESSES.includes(event.key)) stop(); });
  button.addEventListener("contextmenu", event => event.preventDefault()); // a long touch asks for it
  button.addEventListener("click", event => { if (event.detail === 0) { start(); stop(); } }); // from a screen reader
}

// Buttons for files; with `take(files)` for what was chosen. On a phone also the one that opens its camera.
export function fileButtons(words, take, {several}) {
  const made = [fileButton("files", words.add, take, {multiple: several}, {})];
  if (touched()) made.unshift(fileButton("phone", words.photo, take, {}, {capture: "environment"}));
  return made;
}

function fileButton(className, text, take, options, attributes) {
  const input = element("input");
  Object.assign(input, {type: "file", accept: "image/*", hidden: true, ...options});
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value); // no property on a desk
  const button = plainButton(className, text, () => input.click());
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = ""; // the same file can be chosen again
  });
  return element("span", "file", button, input);
}
