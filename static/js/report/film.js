// A video that can be stepped frame by frame. Times are seconds of the video's own clock.

export class Film extends EventTarget {
  // fps: frames per second of the video's own clock; scale: real seconds in one second of it.
  constructor(video, { fps, scale }) {
    super();
    this.video = video;
    this.fps = fps;
    this.scale = scale;
    this.shownTime = video.currentTime;
    this.loading = null;
    this.wanted = null;
    this.range = null;
    this.rate = 1;
    for (const name of ["play", "pause", "ratechange"]) {
      video.addEventListener(name, () => this.dispatchEvent(new Event("state")));
    }
    video.addEventListener("ended", () => this.range && this.play());
    this.came = video.readyState > 0;
    video.addEventListener("loadedmetadata", () => (this.came = true));
    video.addEventListener("error", () => this.again());
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
      for (const name of ["loadeddata", "timeupdate", "seeked"]) {
        this.video.addEventListener(name, () => this.report(this.video.currentTime));
      }
    }
  }

  report(time) {
    this.shownTime = time;
    if (!this.video.paused || Math.abs(time * this.fps - this.wanted) < 0.6) this.wanted = null;
    if (this.range && !this.video.paused && time >= this.range.end - 0.5 / this.fps) this.seek(this.range.start);
    this.dispatchEvent(new CustomEvent("frame", { detail: { time } }));
  }

  // Whether a frame can be on the screen at all.
  get isThere() {
    return this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  get paused() {
    return this.video.paused;
  }

  // The number of the frame on the screen, from 0.
  get frame() {
    return Math.round(this.shownTime * this.fps);
  }

  // Where the video will stand once the decoder has followed.
  get wantedTime() {
    return this.wanted === null ? this.shownTime : this.wanted / this.fps;
  }

  get lastFrame() {
    return Number.isFinite(this.video.duration) ? Math.round(this.video.duration * this.fps) - 1 : Infinity;
  }

  play() {
    // Playing from outside the loop begins at its start, as every player does.
    const { range, shownTime } = this;
    if (range && (shownTime < range.start - 0.5 / this.fps || shownTime >= range.end - 0.6 / this.fps)) {
      this.seek(range.start);
    }
    return this.video.play().catch(() => {});
  }

  pause() {
    this.video.pause();
  }

  toggle() {
    if (this.paused) this.play();
    else this.pause();
  }

  get speed() {
    return this.rate;
  }

  // Kept here: a browser forgets it when the video is loaded anew.
  set speed(value) {
    this.rate = value;
    if (this.video.playbackRate !== value) this.video.playbackRate = value;
  }

  // The middle of a frame: its edges belong to either neighbour in some decoders.
  seek(time) {
    const frame = Math.min(this.lastFrame, Math.max(0, Math.round(time * this.fps)));
    const target = (frame + 0.5) / this.fps;
    // Already there, or on the way: asking again would only cost the decoder a second time.
    if (!this.loading && Math.abs(this.video.currentTime - target) < 1e-4 && (this.wanted ?? this.frame) === frame) return;
    this.wanted = frame;
    if (this.loading) this.loading.time = target;
    else this.video.currentTime = target;
  }

  // Until the frame that was asked for is the one on the screen.
  settled() {
    if (this.wanted === null || this.wanted === this.frame) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (this.wanted !== null && this.wanted !== this.frame) return;
        this.removeEventListener("frame", look);
        resolve();
      };
      this.addEventListener("frame", look);
    });
  }

  step(frames) {
    this.pause();
    // Keys come faster than frames: a step counts from the frame that is on its way.
    this.seek(((this.wanted ?? this.frame) + frames) / this.fps);
  }

  // Another version of the same film at the same moment; a seek meanwhile is kept for when it is there.
  show(source) {
    const address = new URL(source, document.baseURI).href;
    if (address === (this.loading?.address || this.video.currentSrc.split("#")[0])) return;
    this.load(source, address);
  }

  // A video in a bucket has an address that is good for minutes, and a browser keeps to it: when it has run out, the
  // site is asked for a new one, and the video goes on where it was. One that never came is not asked for again.
  again() {
    if (!this.came) return;
    this.came = false;
    const address = this.loading?.address || this.video.currentSrc.split("#")[0];
    this.load(address, address);
  }

  load(source, address) {
    const resume = this.loading || { time: this.video.currentTime, playing: !this.paused };
    const loading = { ...resume, address };
    this.loading = loading;
    this.video.addEventListener(
      "loadedmetadata",
      () => {
        if (this.loading !== loading) return;
        this.loading = null;
        this.video.currentTime = loading.time;
        this.video.playbackRate = this.rate;
        if (loading.playing) this.play();
      },
      { once: true },
    );
    this.video.preload = "auto";
    this.video.src = source;
  }
}
