// The network as its own editor: choose a layer, add one between two others, drag it elsewhere, remove it.
// Nothing is changed here: `tell` says what is wished, and Python answers with the new network.
import {element, filled} from "./blocks.js";

const DRAG = 6; // CSS pixels: less is a click

// Headings that can be chosen and dragged, and a + before each block and after the last.
export function makeEditable(network) {
  const {head, words, blocks, answer} = network;
  const parts = answer ? [...blocks, answer] : blocks;
  parts.forEach((part, place) => {
    part.root.classList.toggle("selected", place === head.selected);
    part.root.classList.add("editable");
    part.root.prepend(plus(network, place));
    const heading = part.root.querySelector("header");
    heading.addEventListener("pointerdown", event => grab(network, parts, place, event));
  });
  parts.at(-1)?.root.append(plus(network, parts.length, "after"));
  if (!parts.length) network.rows.append(plus(network, 0));
  network.rows.setAttribute("aria-description", words.editKeys);
}

// Headings of the layers at `places` that can be chosen, by click and by key, where nothing is edited.
export function makeSelectable(network, places) {
  network.blocks.forEach((block, place) => {
    if (!places.includes(place)) return;
    const heading = block.root.querySelector("header");
    const select = () => network.tell("edit", {action: "select", place});
    block.root.classList.add("selectable");
    block.root.classList.toggle("selected", place === network.head.selected);
    Object.assign(heading, {role: "button", tabIndex: 0, ariaLabel: filled(network.words.select, {title: block.about.title})});
    heading.addEventListener("click", select);
    heading.addEventListener("keydown", event => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      select();
    });
  });
}

// A choice of layer types that looks like a +: native, so that it works by keyboard and on a phone.
function plus(network, place, side = "before") {
  const {head, words} = network;
  const options = head.types.map(type => element("option", "", type));
  const choice = element("select", "", element("option", "", words.add), ...options);
  choice.setAttribute("aria-label", words.add);
  choice.addEventListener("change", () => {
    network.tell("edit", {action: "add", place, type: choice.value});
    choice.selectedIndex = 0;
  });
  return element("div", `plus ${side}`, element("span", "", "+"), choice);
}

// Press and release chooses the layer; press and pull moves it.
function grab(network, parts, place, start) {
  if (start.button) return;
  const heading = start.currentTarget;
  const {root} = parts[place];
  heading.setPointerCapture(start.pointerId);
  let target = place;
  const pull = event => {
    const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
    if (Math.hypot(x, y) < DRAG) return;
    root.classList.add("dragged");
    root.style.translate = network.narrow ? `0 ${y}px` : `${x}px 0`;
    target = placeUnder(network, parts, place, event);
  };
  const drop = () => {
    heading.removeEventListener("pointermove", pull);
    const moved = root.classList.contains("dragged");
    root.classList.remove("dragged");
    root.style.translate = "";
    if (!moved) network.tell("edit", {action: "select", place});
    else if (target !== place) network.tell("edit", {action: "move", place, target});
  };
  heading.addEventListener("pointermove", pull);
  heading.addEventListener("pointerup", drop, {once: true});
  heading.addEventListener("pointercancel", drop, {once: true});
}

// How many of the other blocks lie before the pointer: the place it would have among them.
function placeUnder(network, parts, place, event) {
  const before = part => {
    const box = part.root.getBoundingClientRect();
    return network.narrow
      ? box.top + box.height / 2 < event.clientY
      : box.bottom < event.clientY || (box.top < event.clientY && box.left + box.width / 2 < event.clientX);
  };
  return parts.filter((part, other) => other !== place && before(part)).length;
}

// Keys on a block: Delete removes it, Alt and an arrow moves it, the space bar chooses it.
export function editByKey(network, event) {
  const parts = network.answer ? [...network.blocks, network.answer] : network.blocks;
  const place = parts.findIndex(part => part.root === event.target);
  if (!network.head?.editable || place < 0) return false;
  const step = {ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1}[event.key];
  if (event.key === "Delete") network.tell("edit", {action: "remove", place});
  else if (event.key === " ") network.tell("edit", {action: "select", place});
  else if (event.altKey && step && parts[place + step]) network.tell("edit", {action: "move", place, target: place + step});
  else return false;
  event.preventDefault();
  return true;
}
