/* The frame of every page: menus that open and close, sections that stay as they were left, the bell, light and dark. */
const REMEMBERED = "kemai.menu";

function rememberSections() {
  const kept = JSON.parse(window.localStorage.getItem(REMEMBERED) || "{}");
  document.querySelectorAll("details[data-section]").forEach((section) => {
    const name = section.dataset.section;
    if (name in kept && !section.querySelector("[aria-current]")) section.open = kept[name];
    section.addEventListener("toggle", () => {
      kept[name] = section.open;
      window.localStorage.setItem(REMEMBERED, JSON.stringify(kept));
    });
  });
  document.querySelector(".side [aria-current]")?.scrollIntoView({ block: "nearest" });
}

function closeDrops(besides) {
  document.querySelectorAll("details[data-drop][open]").forEach((drop) => {
    if (drop !== besides) drop.open = false;
  });
}

async function ringBell() {
  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  const answer = await fetch(bell.dataset.bell, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const { unread } = await answer.json();
  const count = bell.querySelector(".bell-count");
  count.hidden = !unread;
  count.textContent = unread > 99 ? "99+" : unread;
}

document.addEventListener("click", (event) => closeDrops(event.target.closest("details[data-drop]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[data-drop][open]");
  closeDrops();
  open?.querySelector("summary").focus();
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-appearance]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const asked = new FormData(form, event.submitter);
  const chosen = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  asked.set("theme", chosen);
  document.documentElement.dataset.theme = chosen;
  fetch(form.action, { method: "POST", body: new URLSearchParams(asked), redirect: "manual" });
});
document.addEventListener("DOMContentLoaded", () => {
  rememberSections();
  ringBell().catch(() => {});
});
