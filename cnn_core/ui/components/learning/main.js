// What a training has learned so far: Streamlit calls in with each new data or theme, on the same element.
import {Filters} from "./filters.js";
import {Tiles} from "./tiles.js";

const views = new WeakMap();

// data: {words, tiles: as Tiles takes them, filters: as Filters takes them}; either may be null.
export default function ({data, parentElement}) {
  const root = parentElement.querySelector(".learning");
  if (!views.has(root)) views.set(root, [new Tiles(), new Filters()]);
  const [tiles, filters] = views.get(root);
  root.replaceChildren(...[data.tiles && tiles, data.filters && filters].filter(Boolean).map(view => view.root));
  if (data.tiles) tiles.show(data.tiles, data.words);
  if (data.filters) filters.show(data.filters, data.words, root);
}
