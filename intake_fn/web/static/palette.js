// Light or dark, as somebody has chosen in the header: here or in the wiki, which keeps the choice in the same place.
// Without a choice, pages follow the system. Loaded before the page is drawn, so that no page flashes in the other one.
"use strict";

(() => {
  const root = document.documentElement;
  const key = `${new URL(root.dataset.site || "/", location).pathname}.__palette`;
  const SCHEMES = { light: "default", dark: "slate" };

  function chosen() {
    try {
      const { scheme } = JSON.parse(localStorage.getItem(key)).color;
      return Object.keys(SCHEMES).find((name) => SCHEMES[name] === scheme) || "";
    } catch {
      return ""; // nothing was chosen, or nothing may be stored
    }
  }

  function choose(name) {
    const color = { media: `(prefers-color-scheme: ${name})`, scheme: SCHEMES[name], primary: "indigo", accent: "indigo" };
    root.dataset.scheme = name;
    try {
      localStorage.setItem(key, JSON.stringify({ index: name === "dark" ? 1 : 0, color }));
    } catch {
      // The choice is good for this page, then.
    }
  }

  const stored = chosen();
  if (stored) root.dataset.scheme = stored;

  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-palette]");
    if (!button) return;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const shown = () => root.dataset.scheme || (system.matches ? "dark" : "light");
    const name = () => button.setAttribute("aria-label", button.dataset[shown() === "dark" ? "light" : "dark"]);
    button.addEventListener("click", () => {
      choose(shown() === "dark" ? "light" : "dark");
      name();
    });
    system.addEventListener("change", name);
    name();
    button.hidden = false;
  });
})();
