// What sliders of the page show while they move, and whether their visitor wants nothing to move by itself.

const PAUSE = 200; // ms between two messages
const SLIDER = "[data-testid=stSlider]";
const APP = "[data-testid=stApp]";
const REDUCED = "(prefers-reduced-motion: reduce)";

let held = false; // whether a slider is under a finger, the mouse or a key; it outlives the runs of the page
let told = ""; // what was told last, or what was there when it was taken
let watched = []; // the labels of the sliders that are watched

// Heard from the beginning and for good: a press while the page puts the component up anew must not be missed.
const take = event => {
  if (!event.target.closest?.(SLIDER) || held) return;
  held = true;
  told = JSON.stringify(numbers(watched));
};
const letGo = () => { held = false; };
const LISTENERS = {pointerdown: take, keydown: take, pointerup: letGo, pointercancel: letGo, keyup: letGo};
for (const [name, listen] of Object.entries(LISTENERS)) document.addEventListener(name, listen, true);

// By its label, the number of each slider: in each is an <input type="range">, also for screen readers.
function numbers(labels) {
  const inputs = [...document.querySelectorAll(`${SLIDER} input[type=range]`)];
  const named = inputs.map(input => [input.getAttribute("aria-label"), Number(input.value)]);
  return Object.fromEntries(named.filter(([label]) => labels.includes(label)));
}

// data: {labels}: of the sliders that are watched
export default function ({data: {labels}, setStateValue, setTriggerValue}) {
  watched = labels;
  const reduced = matchMedia(REDUCED);
  const tellStill = () => setStateValue("still", reduced.matches);
  if (reduced.matches) tellStill();
  reduced.addEventListener("change", tellStill);

  let timer = null;
  const tell = () => {
    timer = null;
    if (!held) return; // let go: Streamlit tells where
    const now = numbers(labels);
    if (JSON.stringify(now) === told) return;
    if (document.querySelector(APP)?.dataset.testScriptState === "running") return wait(); // the last one is shown first
    told = JSON.stringify(now);
    setTriggerValue("moving", now);
  };
  const wait = () => { timer ??= setTimeout(tell, PAUSE); };
  const observer = new MutationObserver(() => { if (held) wait(); });
  observer.observe(document.body, {subtree: true, attributes: true, attributeFilter: ["value"]});
  if (held) wait();
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    reduced.removeEventListener("change", tellStill);
  };
}
