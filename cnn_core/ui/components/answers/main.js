// What networks answer for one image: Streamlit calls in with each new data or theme, on the same element.
import {element} from "../network/blocks.js";
import {Bars} from "./bars.js";
import {stageList} from "./stages.js";

const shown = new WeakMap(); // by element, the bars that are there

// data: {words: {title, about}, networks: as Bars takes them, each with its `verdict`; stages: as stageList takes them}
export default function ({data: {words, networks, stages}, parentElement}) {
  const root = parentElement.querySelector(".answers");
  const before = shown.get(root) ?? [];
  const bars = networks.map((network, n) => before[n]?.fits(network) ? before[n] : new Bars(network));
  shown.set(root, bars);
  const rest = element("section", "", verdicts(networks));
  if (stages.length) {
    rest.prepend(...[element("h2", "", words.title), words.about && element("p", "about", words.about)].filter(Boolean));
    rest.append(stageList(stages, networks));
  }
  keep(root, element("div", "networks"), bars.map(one => one.root));
  root.querySelector("section")?.remove();
  root.append(rest);
  bars.forEach((one, n) => one.show(networks[n]));
}

// The elements that stay are not taken out of the page, so that their bars move to their new length.
function keep(root, room, children) {
  if (!root.firstChild) root.append(room);
  const now = root.firstChild;
  if (now.children.length !== children.length || children.some((one, n) => now.children[n] !== one)) {
    now.replaceChildren(...children);
  }
}

function verdicts(networks) {
  return element("ul", "verdicts", ...networks.map(({verdict, colour}) => {
    const line = element("li", "", verdict);
    line.style.setProperty("--colour", colour);
    return line;
  }));
}
