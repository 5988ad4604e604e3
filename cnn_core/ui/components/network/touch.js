// Pointer and keys: hover a map to look into it, tap to pin it, arrows among maps and values, Escape to leave.

import {editByKey} from "./edit.js";

const SWITCH = 110; // ms before another map opens: crossing some on the way to the card is harmless
const OPEN = 60;
const CLOSE = 260;

export function followPointer(network) {
  const {card, rows, root} = network;
  let opening = 0;
  let closing = 0;
  const stay = () => { clearTimeout(opening); clearTimeout(closing); };
  const leave = () => { stay(); if (!card.pinned && card.open) closing = setTimeout(() => card.hide(), CLOSE); };

  rows.addEventListener("pointermove", event => {
    const found = mapUnder(network, event);
    if (!found || card.pinned || network.pad?.drawing || event.pointerType === "touch") return;
    stay();
    opening = setTimeout(() => card.show(found.block, found.map, false), card.open ? SWITCH : OPEN);
  });
  rows.addEventListener("pointerleave", leave);
  rows.addEventListener("click", event => {
    const found = mapUnder(network, event);
    stay();
    if (found) card.show(found.block, found.map, true);
  });
  card.root.addEventListener("pointerenter", stay);
  card.root.addEventListener("pointerleave", leave);
  root.addEventListener("keydown", event => pressed(network, event));
}

function mapUnder(network, event) {
  const bar = network.answer?.bars.findIndex(one => one.contains(event.target)) ?? -1;
  if (bar >= 0) return {block: network.answer, map: bar};
  const block = network.blocks?.find(one => one.canvas === event.target && one.mosaic);
  const map = block?.mosaic.mapAt(event.offsetX, event.offsetY) ?? null;
  return map === null ? null : {block, map};
}

const ARROWS = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};

function pressed(network, event) {
  const {card, pad} = network;
  if (editByKey(network, event)) return null;
  if (event.key === "z" && (event.ctrlKey || event.metaKey) && pad) return event.shiftKey ? pad.redo() : pad.undo();
  if (event.key === "Escape" && card.open) {
    const {block} = card.place;
    card.hide();
    return block.root.focus();
  }
  const arrow = ARROWS[event.key];
  if (arrow && event.target === card.canvas) {
    event.preventDefault();
    return card.pick(card.place.y + arrow[0], card.place.x + arrow[1]);
  }
  const block = [...(network.blocks ?? []), network.answer].find(one => one?.root === event.target && one.mosaic);
  if (!block) return null;
  if (arrow) {
    event.preventDefault();
    const step = arrow[0] * block.plan.across + arrow[1];
    block.chosen = (block.chosen + step + block.plan.shown) % block.plan.shown;
    card.show(block, block.chosen, false);
  } else if (event.key === "Enter") {
    card.show(block, block.chosen, true);
    (block.shape.length === 3 ? card.canvas : card.pin).focus();
  }
  return null;
}
