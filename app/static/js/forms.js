/* Asking before what cannot be seen coming, and choosing all rows at once. */
document.addEventListener("click", (event) => {
  const asking = event.target.closest("[data-confirm]");
  if (asking && !window.confirm(asking.dataset.confirm)) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-all]")) return;
  document.querySelectorAll('input[name="ids"]').forEach((box) => { box.checked = event.target.checked; });
});
