// What this browser keeps of its visitor: who it is (a random id), the last design, recipe, drawing and run.

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

function keep(kept) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // Full, or forbidden: the visit goes on without.
  }
}

const hex = byte => byte.toString(16).padStart(2, "0");
const newVisitor = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join("");

let answered = false; // once for each load of the page

// data: {keep}: what is to be kept from now on. What was kept before is told first, and only when there is something:
// it has the page run again, which a new visitor need not wait for.
export default function ({data, setStateValue}) {
  const before = recalled();
  const isNew = answered || !(before.design || before.strokes?.length || before.run);
  answered = true;
  if (isNew) keep({visitor: newVisitor(), ...before, ...data.keep});
  else setStateValue("kept", before);
}
