// Mouse, finger and keys on both boards.

const ARROWS = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
const within = (value, count) => Math.min(Math.max(value, 0), count - 1);

export function followHands(stepper) {
  const {input, output, player, root} = stepper;
  const look = event => {
    const cell = output.cellAt(event);
    if (cell && !player.playing) player.look(cell.y * stepper.steps.window.columns + cell.x);
  };
  output.marks.addEventListener("pointerdown", event => { player.stop(); look(event); });
  output.marks.addEventListener("pointermove", look);
  // A pixel that is clicked stays: its number can be typed, and the mouse has to get there.
  input.marks.addEventListener("pointerdown", event => {
    stepper.touch(input.cellAt(event));
    stepper.pinned = stepper.data.editable && stepper.pixel !== null;
  });
  input.marks.addEventListener("pointermove", event => {
    if (event.buttons || (event.pointerType === "mouse" && !stepper.pinned)) stepper.touch(input.cellAt(event));
  });
  input.marks.addEventListener("pointerleave", event => {
    if (event.pointerType === "mouse" && !stepper.pinned) stepper.touch(null);
  });
  root.addEventListener("keydown", event => pressed(stepper, event));
}

function pressed(stepper, event) {
  const {player, steps, input, image, pixel} = stepper;
  if (event.target.matches("input, select")) return;
  const arrow = ARROWS[event.key];
  if (event.key === " " && !event.target.matches("button")) player.play(!player.playing);
  else if (event.key === "Escape") {
    stepper.pinned = false;
    stepper.touch(null);
  } else if (event.key === "Home") player.seek(0);
  else if (event.key === "End") player.seek(steps.count - 1);
  else if (arrow && event.target === input.marks) {
    const {y, x} = pixel ?? {y: 0, x: 0};
    stepper.touch({y: within(y + arrow[0], image.shape[0]), x: within(x + arrow[1], image.shape[1])});
  } else if (arrow) {
    const {y, x} = steps.at(player.at);
    const {rows, columns} = steps.window;
    player.look(within(y + arrow[0], rows) * columns + within(x + arrow[1], columns));
  } else return;
  event.preventDefault();
}
