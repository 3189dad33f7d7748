// A browser's storage: one that keeps, and one that refuses (a private window, full storage).

export class Storage {
  constructor(refuses = false) {
    this.refuses = refuses;
    this.values = new Map();
  }

  getItem(key) {
    return this.values.get(key) ?? null;
  }

  setItem(key, value) {
    if (this.refuses) throw new Error("QuotaExceededError");
    this.values.set(key, String(value));
  }

  removeItem(key) {
    this.values.delete(key);
  }
}
