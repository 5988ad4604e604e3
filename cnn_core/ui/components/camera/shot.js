// One picture for the network to read: from the camera, once or again and again, or from a file.
import {element, filled} from "../network/blocks.js";
import {fileButtons, plainButton} from "./buttons.js";
import {Camera, hasCamera} from "./camera.js";
import {fromFile, fromVideo, newKey, pictureUrl} from "./pictures.js";

const BREATH = 300; // ms between an answer and the next question, so that thirty visitors can share a server
const PATIENCE_LIVE = 5000; // ms after which an answer comes no more

export class Shot {
  constructor(root, {words, side}, tell) {
    Object.assign(this, {root, words, side, tell, live: false, last: null, timer: 0});
    this.camera = hasCamera() ? new Camera({changed: () => this.show(), failed: reason => this.say(words.failed[reason])}) : null;
    this.image = element("img");
    this.image.alt = words.shown;
    this.problem = element("p", "problem");
    this.problem.setAttribute("role", "alert");
    const ways = element("div", "ways", ...this.cameraButtons(), ...fileButtons(words, files => this.file(files[0]), {several: false}));
    this.video = this.camera?.view(words.video) ?? null;
    this.frame = element("div", "frame", this.video, this.image);
    root.replaceChildren(ways, this.problem, this.frame, element("div", "under", ...this.quietButtons()));
    this.show();
  }

  cameraButtons() {
    if (!this.camera) return [];
    const {words} = this;
    this.open = plainButton("open", words.open, () => { this.say(""); this.camera.open(); });
    this.snap = plainButton("hold", words.snap, () => this.take(false));
    this.lively = plainButton("live", words.live, () => this.setLive(!this.live));
    return [this.open, this.snap, this.lively];
  }

  quietButtons() {
    if (!this.camera) return [];
    this.turn = plainButton("turn", this.words.turn, () => this.camera.turn());
    this.off = plainButton("off", this.words.off, () => { this.camera.close(); this.open.focus(); });
    return [this.turn, this.off];
  }

  say(problem) {
    this.problem.textContent = problem;
    this.show();
  }

  // data: {answered: the key of the picture that was read last, picture: {key, jpeg} to be shown, or null}
  give({answered, picture}) {
    if (!this.last && picture) {
      this.last = picture.key;
      this.image.src = pictureUrl(picture.jpeg);
    }
    if (this.live && answered === this.last) this.next();
    this.show();
  }

  next(wait = BREATH) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (this.live) this.take(true); }, wait);
  }

  setLive(on) {
    this.live = on;
    clearTimeout(this.timer);
    this.show();
    if (on) this.take(true);
  }

  take(live) {
    if (!this.camera.on) return;
    if (!live) this.live = false; // a picture is looked at in peace
    if (this.video.videoWidth) this.hand(fromVideo(this.video, this.side), live);
    if (live) this.next(this.video.videoWidth ? PATIENCE_LIVE : BREATH); // it may be only just on
  }

  async file(file) {
    if (!file) return;
    this.say("");
    try {
      const jpeg = await fromFile(file, this.side);
      this.live = false;
      this.hand(jpeg, false);
    } catch {
      this.say(filled(this.words.wrong, {names: file.name}));
    }
  }

  hand(jpeg, live) {
    this.last = newKey();
    this.image.src = pictureUrl(jpeg);
    this.show();
    this.tell({key: this.last, jpeg, live});
  }

  show() {
    if (!this.frame) return; // the camera may be heard of before there is anything to show
    const on = Boolean(this.camera?.on);
    if (!on) this.live = false;
    if (this.camera) {
      const focused = this.root.getRootNode().activeElement === this.open;
      this.root.classList.toggle("filming", on);
      this.open.hidden = on;
      for (const button of [this.snap, this.lively, this.off]) button.hidden = !on;
      this.turn.hidden = !on || !this.camera.others;
      this.lively.setAttribute("aria-pressed", String(this.live));
      this.video.hidden = !on;
      if (on && focused) this.snap.focus();
    }
    this.image.hidden = !this.image.src || this.live;
    this.frame.classList.toggle("both", on && !this.image.hidden);
    this.frame.hidden = !on && this.image.hidden;
  }

  end() {
    clearTimeout(this.timer);
    this.camera?.end();
  }
}
