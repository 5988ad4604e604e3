// The pad: where a digit is drawn, with mouse, pen or finger.

export const PAD_SIDE = 280; // pixels of the drawing itself, however large it is shown
export const PENS = {thin: 14, medium: 22, thick: 32}; // widths, in pixels of the drawing
export const THICK = 0.2; // of the digit's longer side: thicker lines are often misread (benchmarks/pens.py)
const RIGHT_BUTTON = 2;

export class Pad {
  // `changed()` is called for each new piece of ink, `lifted()` when a stroke has ended or the drawing was changed.
  constructor(canvas, {changed, lifted, pen = "medium"}) {
    this.canvas = canvas;
    canvas.width = canvas.height = PAD_SIDE;
    this.context = canvas.getContext("2d", {willReadFrequently: true});
    Object.assign(this, {changed, lifted, pen, strokes: [], undone: [], stroke: null, untouched: true});
    canvas.addEventListener("pointerdown", event => this.begin(event));
    canvas.addEventListener("pointermove", event => this.extend(event));
    canvas.addEventListener("pointerup", event => this.end(event));
    canvas.addEventListener("pointercancel", event => this.end(event));
    this.repaint();
  }

  get drawing() { return this.stroke !== null; }

  begin(event) {
    if (this.stroke || event.button === RIGHT_BUTTON) return; // a second finger draws nothing
    this.canvas.setPointerCapture(event.pointerId);
    this.untouched = false;
    this.stroke = {width: PENS[this.pen], points: [], pointer: event.pointerId};
    this.strokes.push(this.stroke);
    this.undone = [];
    this.add(event);
  }

  extend(event) {
    if (event.pointerId === this.stroke?.pointer) this.add(event);
  }

  end(event) {
    if (event.pointerId !== this.stroke?.pointer) return;
    delete this.stroke.pointer;
    this.stroke = null;
    this.lifted();
  }

  // Between two frames a pen moves several times: all of its places count.
  add(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = PAD_SIDE / box.width;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const pressure = one.pointerType === "pen" && one.pressure ? 0.4 + 1.2 * one.pressure : 1;
      this.stroke.points.push([(one.clientX - box.left) * scale, (one.clientY - box.top) * scale, pressure]);
      this.paintSegment(this.stroke, this.stroke.points.length - 1);
    }
    this.changed();
  }

  paintSegment({width, points}, at) {
    const [x, y, pressure] = points[at];
    const [fromX, fromY] = points[Math.max(at - 1, 0)];
    Object.assign(this.context, {strokeStyle: "#fff", lineCap: "round", lineWidth: width * pressure});
    this.context.beginPath();
    this.context.moveTo(fromX, fromY);
    this.context.lineTo(at ? x : x + 0.01, y); // a line of no length would leave no dot
    this.context.stroke();
  }

  repaint() {
    this.context.fillStyle = "#000";
    this.context.fillRect(0, 0, PAD_SIDE, PAD_SIDE);
    for (const stroke of this.strokes) stroke.points.forEach((_, at) => this.paintSegment(stroke, at));
    this.changed();
  }

  // Put other strokes on the pad: those of an earlier visit.
  restore(strokes) {
    this.strokes = [...strokes];
    this.undone = [];
    this.untouched = false;
    this.repaint();
  }

  undo() {
    if (!this.strokes.length) return;
    this.undone.push(this.strokes.pop());
    this.repaint();
    this.lifted();
  }

  redo() {
    if (!this.undone.length) return;
    this.strokes.push(this.undone.pop());
    this.repaint();
    this.lifted();
  }

  clear() {
    this.untouched = false;
    this.strokes = [];
    this.repaint();
    this.lifted();
  }

  // For Python: the ink as PNG, which keeps every grey level and is small, and the strokes.
  told() {
    const rounded = point => point.map(number => Math.round(10 * number) / 10);
    const strokes = this.strokes.map(({width, points}) => ({width, points: points.map(rounded)}));
    return {png: strokes.length ? this.canvas.toDataURL("image/png") : null, strokes};
  }

  // How thick the lines are for the size of what they make: the mean pen, by the longer side of the ink.
  thickness() {
    const dots = this.strokes.flatMap(({width, points}) => points.map(([x, y, pressure]) => ({x, y, width: width * pressure})));
    if (!dots.length) return 0;
    const pen = dots.reduce((sum, dot) => sum + dot.width, 0) / dots.length;
    const sides = ["x", "y"].map(axis => {
      const places = dots.map(dot => dot[axis]);
      return places.reduce((a, b) => Math.max(a, b)) - places.reduce((a, b) => Math.min(a, b));
    });
    return pen / (Math.max(...sides) + pen);
  }

  // PAD_SIDE x PAD_SIDE grey levels, 0 to 255.
  ink() {
    const {data} = this.context.getImageData(0, 0, PAD_SIDE, PAD_SIDE);
    const levels = new Uint8Array(PAD_SIDE * PAD_SIDE); // a loop: it is asked for at every frame
    for (let pixel = 0; pixel < levels.length; pixel++) levels[pixel] = data[4 * pixel];
    return levels;
  }
}
