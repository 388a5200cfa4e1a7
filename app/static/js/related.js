/* Related lists further down a record page are fetched when they come into sight; without this their link leads there. */
document.addEventListener("DOMContentLoaded", () => {
  const fetchInto = async (section) => {
    const answer = await fetch(section.dataset.later, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) section.innerHTML = await answer.text();
  };
  const watcher = new IntersectionObserver((seen) => {
    seen.filter((each) => each.isIntersecting).forEach((each) => {
      watcher.unobserve(each.target);
      fetchInto(each.target).catch(() => {}).finally(() => each.target.removeAttribute("aria-busy"));
    });
  }, { rootMargin: "200px" });
  document.querySelectorAll("[data-later]").forEach((section) => watcher.observe(section));
});
