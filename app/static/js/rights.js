/* The matrix of a role's rights: each cell is a button that tells its scope and opens the choice of it. */
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-rights]");
  const dialog = document.querySelector("[data-scopes]");
  const modes = document.querySelector("[data-modes]");
  const labels = new Map([...dialog.querySelectorAll("input")].map((box) => [box.value, box.parentElement.textContent.trim()]));
  let chosen;

  function show(button, input) {
    const words = input.value.split(" ").filter(Boolean);
    button.textContent = words.map((word) => labels.get(word) || word).join(", ") || form.dataset.none;
    button.classList.toggle("is-none", !words.length);
    button.classList.toggle("is-all", words.includes("all"));
    button.setAttribute("aria-label", `${input.getAttribute("aria-label")}: ${button.textContent}`);
  }

  function asButton(input) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "rights-scope" });
    input.type = "hidden";
    input.after(button);
    show(button, input);
    button.addEventListener("click", () => ask(button, input));
  }

  function ask(button, input) {
    chosen = { button, input };
    const words = input.value.split(" ");
    const known = input.dataset.words.split(" ");
    dialog.querySelector("h2").textContent = input.getAttribute("aria-label");
    dialog.querySelectorAll("input").forEach((box) => {
      box.checked = words.includes(box.value);
      box.parentElement.hidden = !known.includes(box.value);
    });
    dialog.showModal();
  }

  function asSelect(input) {
    const select = Object.assign(document.createElement("select"), { className: "form-select", name: input.name });
    select.append(modes.content.cloneNode(true));
    select.value = input.value;
    input.replaceWith(select);
  }

  dialog.addEventListener("change", () => {
    const words = [...dialog.querySelectorAll("input:checked")].map((box) => box.value);
    chosen.input.value = words.includes("all") ? "all" : words.join(" ");
    show(chosen.button, chosen.input);
  });
  dialog.addEventListener("close", () => chosen.button.focus());
  form.querySelectorAll("input[data-words]").forEach(asButton);
  form.querySelectorAll("details").forEach((details) => {
    details.addEventListener("toggle", () => details.querySelectorAll("input[data-mode]").forEach(asSelect));
  });
  const find = form.querySelector("[data-find]");
  find.addEventListener("input", () => {
    const text = find.value.trim().toLowerCase();
    form.querySelectorAll("[data-entity]").forEach((row) => {
      row.hidden = !row.dataset.entity.toLowerCase().includes(text);
    });
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
});
