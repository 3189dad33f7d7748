// Which layers were on last: a coach's habit, kept in this browser for every report.

const KEY = "shadow-trainer/layers";

export function savedLayers(store = window.localStorage) {
  try {
    return JSON.parse(store.getItem(KEY)) || {};
  } catch {
    return {};
  }
}

// A browser that keeps nothing (private window, full storage) shows the usual layers next time.
export function saveLayer(name, on, store = window.localStorage) {
  try {
    store.setItem(KEY, JSON.stringify({ ...savedLayers(store), [name]: on }));
  } catch {
    return false;
  }
  return true;
}
