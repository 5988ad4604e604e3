// Where things lie inside the network, in CSS pixels; and canvases as large as all of it.

export function boxWithin(root, node) {
  const outer = root.getBoundingClientRect();
  const box = node.getBoundingClientRect();
  const head = node.closest(".block")?.getBoundingClientRect().top ?? box.top; // where its block begins
  const [left, top] = [box.left - outer.left, box.top - outer.top];
  return {left, top, width: box.width, height: box.height, head: head - outer.top};
}

export function fitTo(root, canvas) {
  const ratio = devicePixelRatio || 1;
  canvas.style.width = canvas.style.height = "0"; // so that it does not count for the height
  const [width, height] = [root.clientWidth, root.scrollHeight];
  Object.assign(canvas, {width: width * ratio, height: height * ratio});
  Object.assign(canvas.style, {width: `${width}px`, height: `${height}px`});
  canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
}
