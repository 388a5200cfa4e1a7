/* How a field may be asked, as soon as it is chosen. */
document.addEventListener("change", async (event) => {
  const chosen = event.target.closest("[data-condition]");
  if (!chosen) return;
  const rest = chosen.form.querySelector(".condition-rest");
  rest.replaceChildren();
  if (!chosen.value) return;
  const address = new URL(chosen.dataset.condition, window.location.origin);
  address.searchParams.set("field", chosen.value);
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) return;
  rest.innerHTML = await answer.text();
  rest.dispatchEvent(new CustomEvent("parts:added", { bubbles: true }));
});
