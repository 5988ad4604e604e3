// The visitor's camera: open while its picture is seen on the page, and no longer.
import {element} from "../network/blocks.js";

const SHARP = {width: {ideal: 640}, height: {ideal: 480}}; // a picture is cut down to 224 px: more would only be slower
const REASONS = {NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none"};
const BACK = "environment"; // a phone's camera on its back: things are in front of it, not the visitor

// Browsers hand out the camera on https and localhost only.
export const hasCamera = () => Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia);

export class Camera {
  // `changed()` is called when it is on or off, `failed(reason)` when it cannot be: "refused", "none" or "busy".
  constructor({changed, failed}) {
    Object.assign(this, {changed, failed, stream: null, wish: 0, facing: BACK, others: false, views: new Set()});
    this.left = () => { if (document.hidden) this.close(); };
    document.addEventListener("visibilitychange", this.left);
  }

  get on() { return this.stream !== null; }

  // An element that shows what the camera sees, while it is on; there may be several.
  view(label) {
    const video = element("video");
    Object.assign(video, {muted: true, playsInline: true, autoplay: true});
    video.setAttribute("aria-label", label);
    this.views.add(video);
    if (this.on) this.attach(video);
    return video;
  }

  drop(video) {
    video.srcObject = null;
    this.views.delete(video);
  }

  attach(video) {
    video.srcObject = this.stream;
    video.classList.toggle("mirrored", this.stream.getVideoTracks()[0].getSettings().facingMode !== BACK); // as a mirror does
    video.play().catch(() => {}); // it was turned off again before it had begun
  }

  async open() {
    const wish = ++this.wish;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: this.facing, ...SHARP}, audio: false});
      if (wish !== this.wish) return stopped(stream); // the visitor has gone on meanwhile
      this.show(stream);
      const inputs = (await navigator.mediaDevices.enumerateDevices()).filter(({kind}) => kind === "videoinput");
      this.others = inputs.length > 1;
      this.changed();
    } catch (error) {
      if (wish === this.wish) this.failed(REASONS[error.name] ?? "busy");
    }
  }

  show(stream) {
    this.stop();
    this.stream = stream;
    const [track] = stream.getVideoTracks();
    track.addEventListener("ended", () => { if (stream === this.stream) this.close(); }); // it was pulled out
    for (const video of this.views) this.attach(video);
    this.changed();
  }

  // The other camera of a phone.
  turn() {
    this.facing = this.facing === BACK ? "user" : BACK;
    this.stop();
    this.open();
  }

  stop() {
    if (this.stream) stopped(this.stream);
    this.stream = null;
  }

  close() {
    this.wish++;
    this.stop();
    for (const video of this.views) video.srcObject = null;
    this.changed();
  }

  end() {
    document.removeEventListener("visibilitychange", this.left);
    this.changed = () => {};
    this.close();
  }
}

function stopped(stream) {
  for (const track of stream.getTracks()) track.stop();
}
