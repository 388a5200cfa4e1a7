/* Light or dark before the first stroke is painted: what the user chose, else what the device says. */
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const chosen = root.dataset.theme;
    const isDark = chosen === "dark" || (chosen === "system" && dark.matches);
    root.dataset.bsTheme = isDark ? "dark" : "light";
  };
  dark.addEventListener("change", paint);
  new MutationObserver(paint).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  paint();
})();
