// What both rows are made of.

// Whether the visitor has asked for as little movement as possible.
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function item(className) {
  const made = document.createElement("li");
  made.className = className;
  return made;
}

// A title, and beside it what there is to say of it now.
export function heading() {
  const [root, title, note] = ["header", "h2", "p"].map(tag => document.createElement(tag));
  root.append(title, note);
  return {
    root,
    show(text, more) {
      title.textContent = text;
      note.textContent = more;
    },
  };
}
