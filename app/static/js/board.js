/* Cards are moved by hand, or by a choice of the column; what is refused goes back to where it was. */
document.addEventListener("DOMContentLoaded", () => {
  const board = document.querySelector(".board");
  const said = document.querySelector(".board-said");
  const choice = document.querySelector(".board-choice");
  const token = document.querySelector("meta[name=csrf-token]").content;
  let choosing;

  function tell(sentence) {
    said.textContent = sentence;
    said.hidden = !sentence;
  }

  /* Counts and sums of the columns as they are now. */
  async function refreshHeads() {
    const answer = await fetch(window.location.href);
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    board.querySelectorAll(".board-column").forEach((column) => {
      const head = fresh.querySelector(`.board-column[data-value="${CSS.escape(column.dataset.value)}"] .board-head`);
      if (head) column.querySelector(".board-head").replaceWith(head);
    });
  }

  async function move(card, column, putBack) {
    tell("");
    const address = board.dataset.move.replace(/0$/, card.dataset.id);
    const body = new URLSearchParams({ value: column.dataset.value, _version: card.dataset.version });
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
      const told = await answer.json();
      if (!answer.ok) throw new Error([told.message, ...Object.values(told.problems || {})].join(" "));
      card.dataset.version = told.version;
      await refreshHeads();
    } catch (refusal) {
      putBack();
      tell(refusal.message);
    }
  }

  function backTo(card) {
    const [list, next] = [card.parentElement, card.nextElementSibling];
    return () => list.insertBefore(card, next);
  }

  board.querySelectorAll(".board-cards").forEach((list) => {
    let putBack;
    new window.Sortable(list, {
      group: "board", animation: 120, draggable: ".board-card[data-movable]", delay: 150, delayOnTouchOnly: true,
      onStart: (event) => { putBack = backTo(event.item); },
      onEnd: (event) => {
        if (event.to !== event.from) move(event.item, event.to.closest(".board-column"), putBack);
      },
    });
  });
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose]");
    if (!button) return;
    choosing = button.closest(".board-card");
    const here = choosing.closest(".board-column").dataset.value;
    choice.returnValue = "";
    choice.querySelectorAll("button").forEach((each) => { each.hidden = each.value === here; });
    choice.showModal();
  });
  choice.addEventListener("close", () => {
    const column = choice.returnValue
      && board.querySelector(`.board-column[data-value="${CSS.escape(choice.returnValue)}"]`);
    if (column) {
      const putBack = backTo(choosing);
      column.querySelector(".board-cards").prepend(choosing);
      move(choosing, column, putBack);
    }
    choosing.querySelector("[data-choose]").focus();
  });
});
