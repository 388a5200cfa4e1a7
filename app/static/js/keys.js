/* A list without the mouse: j and k go from row to row, Enter opens, x chooses, n makes a new record, ? tells all this. */
(() => {
  const rows = () => [...document.querySelectorAll("#found tbody tr")];

  function go(step) {
    const all = rows();
    const here = all.findIndex((row) => row.classList.contains("is-here"));
    const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
    if (!next) return;
    all[here]?.classList.remove("is-here");
    next.classList.add("is-here");
    next.scrollIntoView({ block: "nearest" });
    // The link of the row takes the focus, so that Enter opens it and a screen reader tells it.
    next.querySelector("a")?.focus({ preventScroll: true });
  }

  const does = {
    j: () => go(1),
    k: () => go(-1),
    x: () => document.querySelector("#found tr.is-here input[name=ids]")?.click(),
    n: () => document.querySelector("[data-new]")?.click(),
    "?": () => document.querySelector("[data-keys]")?.showModal(),
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-keys]")) does["?"]();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !(event.key in does)) return;
    event.preventDefault();
    does[event.key]();
  });
})();
