// Following a pointer from press to release, on the whole window: the same for every part of the report.

const MOVE_PX = 4;

// onMove(event, dragged) for every move, onEnd(dragged, event) once; dragged tells a drag from a press.
export function drag(start, onMove, onEnd = () => {}) {
  let dragged = false;
  const bound = new AbortController();
  const options = { signal: bound.signal };
  const move = (event) => {
    if (event.pointerId !== start.pointerId) return;
    dragged ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) >= MOVE_PX;
    onMove(event, dragged);
  };
  const end = (event) => {
    if (event.pointerId !== start.pointerId) return;
    bound.abort();
    onEnd(dragged, event);
  };
  window.addEventListener("pointermove", move, options);
  window.addEventListener("pointerup", end, options);
  window.addEventListener("pointercancel", end, options);
}
