// The athlete's hand, height and level become the form's, and a field for the name of a new one appears.

export function bindAthlete(form) {
  const choice = form.querySelector("[data-athlete]");
  const name = form.querySelector("[data-new-athlete]");
  if (!choice) return;

  const fill = () => {
    const { throws, height, level } = choice.selectedOptions[0].dataset;
    if (throws) form.querySelector(`input[name=throws][value="${throws}"]`).checked = true;
    if (height) form.querySelector("#height_m").value = height;
    if (level) form.querySelector("#level").value = level;
  };
  const show = () => {
    name.hidden = choice.value !== "new";
    if (name.hidden) name.querySelector("input").value = "";
  };
  choice.addEventListener("change", () => {
    show();
    fill();
    if (!name.hidden) name.querySelector("input").focus();
  });
  show();
  if (choice.value && choice.value !== "new" && !form.querySelector("#height_m").value) fill();
}
