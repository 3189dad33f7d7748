// The summary of what is wrong, with links to the fields.

export class Problem {
  constructor(form) {
    this.form = form;
    this.box = form.querySelector("#upload-problem");
  }

  // What the server said, or that it said nothing.
  static of({ response }) {
    return {
      title: response?.message || "The upload did not arrive.",
      fix: response?.fix || "Check the connection and try again.",
      errors: response?.errors || [],
    };
  }

  show({ title, fix, errors = [] }) {
    const place = (name) => this.box.querySelector(`[data-problem-${name}]`);
    place("title").textContent = title;
    place("fix").textContent = fix || "";
    place("list").replaceChildren(...errors.map((error) => this.link(error)));
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const { field } of errors) {
      this.field(field)?.setAttribute("aria-invalid", "true");
      this.open(field);
    }
    this.box.hidden = false;
    this.box.focus();
  }

  clear() {
    this.box.hidden = true;
  }

  link(error) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${error.field}`;
    link.textContent = error.message;
    link.addEventListener("click", () => this.open(error.field));
    item.append(link);
    return item;
  }

  field(name) {
    return this.form.querySelector(`#${CSS.escape(name)}`);
  }

  open(name) {
    this.field(name)?.closest("details")?.setAttribute("open", "");
  }
}
