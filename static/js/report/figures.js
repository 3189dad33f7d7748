// The charts: fetched and drawn when they come near the screen, again when an event was moved.

const NEAR = "400px";

export function bindFigures(film) {
  let observer = null;
  return {
    bind(signal) {
      observer?.disconnect();
      const box = document.querySelector("[data-charts]");
      if (!box) return;
      observer = new IntersectionObserver(
        (seen) => {
          if (!seen.some((one) => one.isIntersecting)) return;
          observer.disconnect();
          draw(box, film, signal);
        },
        { rootMargin: NEAR },
      );
      observer.observe(box);
    },
  };
}

async function draw(box, film, signal) {
  try {
    const [{ drawCharts }, library, answer] = await Promise.all([
      import("./charts.js"),
      load(box.dataset.library),
      fetch(box.dataset.charts, { headers: { Accept: "application/json" } }),
    ]);
    if (!answer.ok) throw new Error(String(answer.status));
    if (!signal.aborted) drawCharts(library, box, await answer.json(), film, signal);
  } catch (error) {
    console.error("the charts could not be drawn live:", error);
    for (const plot of box.querySelectorAll("[data-plot]")) plot.replaceChildren(picture(plot));
  }
}

// uPlot's small form is no module: half the bytes, and it leaves its name with the window.
function load(address) {
  if (window.uPlot) return Promise.resolve(window.uPlot);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve(window.uPlot));
    script.addEventListener("error", () => reject(new Error(`${address} did not load`)));
    document.head.append(script);
  });
}

// The same chart as a drawing of the server's.
function picture(plot) {
  const image = new Image();
  image.src = plot.dataset.drawing;
  image.alt = "";
  return image;
}
