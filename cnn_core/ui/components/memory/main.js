// What this browser keeps of its visitor: who it is (a random id), the last design, recipe, drawing and run.

import {closeMenuAfterChoice} from "./menu.js";

const PLACE = "cnn-studio";

// A browser may forbid it, or hold something that is not ours.
function recalled() {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    return kept !== null && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
  } catch {
    return {};
  }
}

// The cookie tells the server, before its first page, that there is something to wait for.
function keep(kept) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(kept));
    document.cookie = `${PLACE}=kept; path=/; max-age=31536000; SameSite=Lax`;
  } catch {
    // Full, or forbidden: the visit goes on without.
  }
}

const hex = byte => byte.toString(16).padStart(2, "0");
const newVisitor = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join("");
const holdsWork = kept => Boolean(kept.design || kept.strokes?.length || kept.run);

let answered = false; // once for each load of the page

// data: {keep, place, awaited}: what is to be kept from now on, where the visitor is, and whether the page waits for what
// was kept before. That is told first; a new visitor's page need not run again for it.
export default function ({data, setStateValue}) {
  closeMenuAfterChoice(data.place);
  const before = recalled();
  if (data.awaited && !before.visitor) {
    before.visitor = newVisitor(); // who waits wants to know who it is
    keep(before);
  }
  const tells = data.awaited || (!answered && holdsWork(before));
  answered = true;
  if (tells) setStateValue("kept", {...before, told: Date.now()}); // told twice is news too
  else keep({visitor: newVisitor(), ...before, ...data.keep});
}
