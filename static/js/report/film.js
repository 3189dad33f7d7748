// A film that can be stepped frame by frame. Times are seconds of the film's own clock.

export class Film extends EventTarget {
  // fps: frames per second of the film's own clock; scale: real seconds in one second of it.
  constructor(video, { fps, scale }) {
    super();
    this.video = video;
    this.fps = fps;
    this.scale = scale;
    this.shownTime = video.currentTime;
    this.loading = null;
    this.wanted = null;
    this.range = null;
    this.looping = false;
    video.addEventListener("play", () => this.dispatchEvent(new Event("state")));
    video.addEventListener("pause", () => this.dispatchEvent(new Event("state")));
    video.addEventListener("ratechange", () => this.dispatchEvent(new Event("state")));
    this.watchFrames();
  }

  // Tells the time of every frame that is really on the screen, where the browser can.
  watchFrames() {
    if ("requestVideoFrameCallback" in this.video) {
      const onFrame = (_now, frame) => {
        this.report(frame.mediaTime);
        this.video.requestVideoFrameCallback(onFrame);
      };
      this.video.requestVideoFrameCallback(onFrame);
    } else {
      for (const name of ["timeupdate", "seeked"]) {
        this.video.addEventListener(name, () => this.report(this.video.currentTime));
      }
    }
  }

  report(time) {
    this.shownTime = time;
    if (!this.video.paused || Math.abs(time * this.fps - this.wanted) < 0.6) this.wanted = null;
    if (this.looping && this.range && !this.video.paused && time >= this.range.end) {
      this.seek(this.range.start);
    }
    this.dispatchEvent(new CustomEvent("frame", { detail: { time } }));
  }

  get paused() {
    return this.video.paused;
  }

  play() {
    // Playing from the end of the loop begins at its start, as every player does.
    if (this.looping && this.range && this.shownTime >= this.range.end - 0.01) this.seek(this.range.start);
    return this.video.play().catch(() => {});
  }

  pause() {
    this.video.pause();
  }

  toggle() {
    if (this.paused) this.play();
    else this.pause();
  }

  set speed(value) {
    this.video.playbackRate = value;
  }

  // The middle of a frame: its edges belong to either neighbour in some decoders.
  seek(time) {
    const frame = Math.round(time * this.fps);
    this.wanted = Math.max(0, frame);
    const last = Math.max(0, (this.video.duration || Infinity) - 0.5 / this.fps);
    const target = Math.min(last, Math.max(0, (frame + 0.5) / this.fps));
    if (this.loading) this.loading.time = target;
    else this.video.currentTime = target;
  }

  step(frames) {
    this.pause();
    // Keys come faster than frames: a step counts from the frame that is on its way.
    const from = this.wanted ?? Math.round(this.shownTime * this.fps - 0.01);
    this.seek(Math.max(0, (from + frames) / this.fps));
  }

  // Another version of the same film at the same moment; a seek meanwhile is kept for when it is there.
  show(source) {
    const address = new URL(source, document.baseURI).href;
    if (address === (this.loading?.address || this.video.currentSrc.split("#")[0])) return;
    const speed = this.video.playbackRate;
    const resume = this.loading || { time: this.video.currentTime, playing: !this.paused };
    const loading = { ...resume, address };
    this.loading = loading;
    this.video.addEventListener(
      "loadedmetadata",
      () => {
        if (this.loading !== loading) return;
        this.loading = null;
        this.video.currentTime = loading.time;
        this.video.playbackRate = speed;
        if (loading.playing) this.play();
      },
      { once: true },
    );
    this.video.preload = "auto";
    this.video.src = source;
  }
}
