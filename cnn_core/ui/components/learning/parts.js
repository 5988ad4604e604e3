// What both rows are made of.
import {element} from "../network/blocks.js";

// Whether the visitor has asked for as little movement as possible.
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// A title, and beside it what there is to say of it now.
export function heading() {
  const [title, note] = [element("h2"), element("p")];
  return {
    root: element("header", "", title, note),
    show(text, more) {
      title.textContent = text;
      note.textContent = more;
    },
  };
}
