// Films in a bucket come from another origin: a browser shows them, and refuses to read their pixels. For a picture
// of the frame the video is asked for once more, this time with the bucket's permission (its CORS rule).

export async function readable(video) {
  if (mayRead(video)) return video;
  const copy = document.createElement("video");
  copy.crossOrigin = "anonymous";
  copy.muted = true;
  copy.preload = "auto";
  copy.src = video.currentSrc;
  await once(copy, "loadeddata");
  if (copy.currentTime !== video.currentTime) {
    copy.currentTime = video.currentTime;
    await once(copy, "seeked");
  }
  return copy;
}

function mayRead(video) {
  const probe = document.createElement("canvas");
  probe.width = probe.height = 1;
  const context = probe.getContext("2d");
  context.drawImage(video, 0, 0);
  try {
    context.getImageData(0, 0, 1, 1);
    return true;
  } catch {
    return false;
  }
}

function once(video, event) {
  return new Promise((resolve, reject) => {
    video.addEventListener(event, resolve, { once: true });
    video.addEventListener("error", () => reject(new Error("the bucket does not let this page read its videos")), { once: true });
  });
}
