/* Every select that looks its options up while typing. */
function lookUp(part) {
  part.querySelectorAll("select[data-lookup]").forEach((select) => {
    if (!select.dataset.lookup) return;
    new window.TomSelect(select, {
      valueField: "id", labelField: "name", searchField: [], preload: "focus", maxOptions: 20,
      load: (text, done) => {
        const address = new URL(select.dataset.lookup, window.location.origin);
        address.searchParams.set("q", text);
        fetch(address, { headers: { Accept: "application/json" } })
          .then((answer) => (answer.ok ? answer.json() : { result: [] }))
          .then((found) => done(found.result))
          .catch(() => done());
      },
      score: () => () => 1,
    });
  });
}
document.addEventListener("DOMContentLoaded", () => lookUp(document));
document.addEventListener("parts:added", (event) => lookUp(event.target));
