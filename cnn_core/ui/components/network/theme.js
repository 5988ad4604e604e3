// Streamlit's colours, light or dark, as the maps and the flow need them.
import {makeRamp} from "./maps.js";

const ACCENT = {light: "#b85400", dark: "#ffae42"}; // "this is being explained"
const MINUS = {light: [217, 101, 140], dark: [194, 85, 122]};
const DEEPEST = {light: [30, 16, 70], dark: [243, 239, 255]};
const probe = document.createElement("canvas").getContext("2d", {willReadFrequently: true});

// Any CSS colour as [red, green, blue].
export function rgb(colour) {
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

const known = new Map();

// Made only once for the same colours: it is asked for at every frame, by networks of different colours in turn.
export function readTheme(root) {
  const style = getComputedStyle(root);
  const colours = ["--st-primary-color", "--st-secondary-background-color", "--st-text-color", "--st-font"]
    .map((name, n) => style.getPropertyValue(name).trim() || ["#6c56d0", "#f1f0f6", "#31333f", "sans-serif"][n]);
  const key = colours.join();
  if (!known.has(key)) known.set(key, makeTheme(...colours));
  const theme = known.get(key);
  root.classList.toggle("dark", theme.mode === "dark");
  return theme;
}

function makeTheme(primary, paper, text, font) {
  const mode = rgb(text)[1] > 128 ? "dark" : "light";
  const grid = mode === "dark" ? "rgb(255 255 255 / .09)" : "rgb(60 40 140 / .13)";
  return {
    mode, paper,
    ramp: makeRamp(rgb(paper), rgb(primary), DEEPEST[mode]),
    minus: MINUS[mode],
    minusRamp: makeRamp(rgb(paper), MINUS[mode], MINUS[mode]),
    colours: {primary, accent: ACCENT[mode], grid, font},
  };
}
