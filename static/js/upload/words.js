// Sizes and times as a person reads them.

export function megabytes(bytes) {
  return bytes < 1e6 ? "less than 1 MB" : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

export function seconds(value) {
  const minutes = Math.floor(value / 60);
  return minutes ? `${minutes}:${(value % 60).toFixed(1).padStart(4, "0")}` : `${value.toFixed(2)} s`;
}
