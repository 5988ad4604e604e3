// The board of a class: goals, ranks, who trains and who waits. Streamlit calls in with each new data, on the same element.
import {element} from "../network/blocks.js";
import {glide} from "./glide.js";
import {ActiveRow, RankRow} from "./rows.js";

const shown = new WeakMap(); // by element, the lists that are there

// data: {words: {goals, best, none, active}, goals: [{told, met}], best: as RankRow.show takes them,
// active: as ActiveRow.show takes them}
export default function ({data: {words, goals, best, active}, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector(".ranking");
  if (!shown.has(root)) shown.set(root, makeBoard(root, run => setTriggerValue("open", run)));
  const board = shown.get(root);
  board.goals.replaceChildren(...goals.map(({told, met}) => element("li", "", element("b", "", told), element("span", "", met))));
  board.goals.hidden = !goals.length;
  board.none.textContent = words.none;
  board.none.hidden = best.length > 0;
  board.best.setAttribute("aria-label", words.best);
  board.activeTitle.textContent = words.active;
  board.activeTitle.hidden = !active.length;
  const lowest = Math.min(1, ...best.flatMap(({curve}) => curve));
  board.ranks.show(best.map(one => ({...one, lowest})));
  board.trainings.show(active);
}

function makeBoard(root, open) {
  const [goals, best, active] = [element("ul", "goals"), element("ol", "best"), element("ul", "active")];
  const [none, activeTitle] = [element("p", "none"), element("h2")];
  root.replaceChildren(goals, none, best, activeTitle, active);
  return {
    goals, best, none, activeTitle,
    ranks: new List(best, () => new RankRow(open)),
    trainings: new List(active, () => new ActiveRow(open)),
  };
}

// Rows by their keys: one that stays is changed, and glides to its new place.
class List {
  constructor(root, make) {
    Object.assign(this, {root, make, rows: new Map()});
  }

  show(data) {
    const first = !this.root.children.length;
    const move = glide(this.root.children);
    const before = this.rows;
    this.rows = new Map(data.map(one => [one.key, before.get(one.key) ?? this.make()]));
    data.forEach(one => this.rows.get(one.key).show(one));
    this.place([...this.rows.values()].map(row => row.root));
    if (!first) move();
  }

  // Elements at their place are not touched: one that is taken out loses the keyboard's focus.
  place(roots) {
    [...this.root.children].filter(one => !roots.includes(one)).forEach(one => one.remove());
    roots.forEach((root, n) => {
      if (this.root.children[n] !== root) this.root.insertBefore(root, this.root.children[n] ?? null);
    });
  }
}
