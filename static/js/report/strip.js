// The strip of key positions is one picture with a panel for each. Where a frame could not be read there is one less,
// and its links would lead astray: then it is not shown.

const PANEL_PX = 240;
const GAP_PX = 10;

export async function bindStrip(strip) {
  if (!strip) return;
  const image = strip.querySelector("img");
  try {
    await image.decode();
  } catch {
    return;
  }
  const panels = Number(strip.dataset.strip);
  strip.hidden = image.naturalWidth !== panels * PANEL_PX + (panels - 1) * GAP_PX;
}
