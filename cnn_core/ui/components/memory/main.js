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

const newVisitor = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");

// data: {ask, keep}: whether the server wants to know what was kept, and what is to be kept from now on.
export default function ({data, setStateValue}) {
  const before = recalled();
  const known = {visitor: newVisitor(), ...before};
  if (data.ask) setStateValue("kept", known);
  keep({...known, ...(data.ask ? {} : data.keep)});
}
