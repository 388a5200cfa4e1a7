/* Ctrl-K: every record that may be read, every page of the menu and what may be made, by a few letters. */
(() => {
  const PAUSE = 150;
  const MOST_RECORDS = 8;
  let dialog, input, records, waiting, asking;

  const options = () => [...dialog.querySelectorAll("[role=option]")].filter((each) => !each.hidden);

  function choose(option) {
    dialog.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option ? option.id : "");
  }

  /* Groups without an option are hidden; the first option is the one that Enter opens. */
  function settle() {
    dialog.querySelectorAll("[role=group]").forEach((group) => {
      group.hidden = !group.querySelector("[role=option]:not([hidden])");
    });
    const found = options();
    dialog.querySelector(".palette-none").hidden = found.length > 0 || Boolean(asking);
    choose(found[0]);
  }

  function recordOption(found, place) {
    const option = document.createElement("a");
    Object.assign(option, { id: `palette-record-${place}`, href: found.url, tabIndex: -1 });
    option.setAttribute("role", "option");
    const kind = Object.assign(document.createElement("small"), { textContent: found.entity_label });
    const text = found.snippet ? `${found.title} · ${found.snippet}` : found.title;
    option.append(kind, Object.assign(document.createElement("span"), { textContent: text }));
    return option;
  }

  async function findRecords(text) {
    asking?.abort();
    const mine = (asking = new AbortController());
    let found = [];
    try {
      const address = new URL(records.dataset.records, window.location.origin);
      address.search = new URLSearchParams({ q: text, page_size: MOST_RECORDS });
      const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "application/json" } });
      if (answer.ok) found = (await answer.json()).result;
    } catch {
      if (mine !== asking) return;
    }
    if (mine !== asking) return;
    asking = null;
    showRecords(found);
  }

  function showRecords(found) {
    records.querySelectorAll("[role=option]").forEach((each) => each.remove());
    records.append(...found.map(recordOption));
    settle();
  }

  function typed() {
    const text = input.value.trim();
    const folded = text.toLowerCase().replaceAll(" ", "");
    dialog.querySelectorAll("[data-words]").forEach((option) => {
      option.hidden = !option.dataset.words.includes(folded);
    });
    window.clearTimeout(waiting);
    asking?.abort();
    asking = null;
    if (text) {
      waiting = window.setTimeout(() => findRecords(text), PAUSE);
      settle();
    } else {
      showRecords([]);
    }
  }

  function pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const found = options();
    const chosen = found.findIndex((each) => each.getAttribute("aria-selected"));
    if (step && found.length) {
      event.preventDefault();
      choose(found[(chosen + step + found.length) % found.length]);
    } else if (event.key === "Enter" && !event.isComposing && found[chosen]) {
      event.preventDefault();
      found[chosen].click();
    }
  }

  async function furnish() {
    const answer = await fetch(dialog.dataset.palette);
    if (!answer.ok || answer.redirected) throw new Error("the palette cannot be had");
    dialog.innerHTML = await answer.text();
    input = dialog.querySelector("input");
    records = dialog.querySelector("[data-records]");
    input.addEventListener("input", typed);
    input.addEventListener("keydown", pressed);
  }

  async function open() {
    if (!dialog || dialog.open) return;
    if (!input) await furnish();
    if (dialog.open) return;
    dialog.showModal();
    input.value = "";
    typed();
    input.focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    dialog = document.querySelector("[data-palette]");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open().catch(() => {});
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-palette]")) open().catch(() => {});
    // The dialog itself is its margin: a press beside the box closes it.
    else if (event.target === dialog) dialog.close();
  });
})();
