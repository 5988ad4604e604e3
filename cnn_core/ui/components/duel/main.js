// Where Streamlit calls in, once for the board and once for the room where the networks stand: with each new data or
// theme, on the same element. The duel itself lives on in between.
import {Duel} from "./duel.js";

const duels = new Map(); // by the board's element
const rooms = new Map(); // by the duel's name, the element for its networks
const byName = name => [...duels.values()].find(duel => duel.name === name);

// data: 4 bytes with the length of the header, the header as JSON, the weights of both networks.
export default function ({data, parentElement, setStateValue}) {
  const root = parentElement.querySelector(".duel");
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(data.subarray(4, 4 + length));
  const head = JSON.parse(text);
  if (!head.sides) return furnish(root, head.name);
  if (!duels.has(root)) duels.set(root, new Duel(root, head.name));
  const duel = duels.get(root);
  duel.tell = value => setStateValue("drawn", value);
  if (rooms.has(head.name)) duel.moveIn(rooms.get(head.name));
  if (duel.text !== text) duel.give(head, cut(data.subarray(4 + length), head.sides.map(side => side.bytes)));
  else duel.look(); // the theme may be another one
  duel.text = text;
  root.duel = duel; // for tests, and for the curious in the console
  return () => { duel.end(); duels.delete(root); };
}

function furnish(root, name) {
  rooms.set(name, root);
  byName(name)?.moveIn(root);
  return () => { if (rooms.get(name) === root) rooms.delete(name); };
}

function cut(bytes, sizes) {
  let at = 0;
  return sizes.map(size => bytes.subarray(at, (at += size)));
}
