// The search box of the desk: results while somebody types, as a combobox with a list (WAI-ARIA); "/" goes there.
// Without this script the box is a form that leads to the page of results.
"use strict";

(() => {
  const box = document.querySelector("[data-find]");
  if (!box) return;
  const list = document.getElementById(box.getAttribute("aria-controls"));
  const said = document.getElementById("find-said");
  const WAIT = 180; // milliseconds after the last key
  let timer = 0;
  let call = null;
  let at = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function mark(place) {
    at = place;
    options().forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    const chosen = options()[at];
    if (chosen) {
      box.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  }

  function close() {
    clearTimeout(timer);
    call?.abort();
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function part(name, text) {
    const element = document.createElement("span");
    element.className = name;
    element.dir = "auto";
    element.textContent = text;
    return element;
  }

  function show(answer) {
    list.replaceChildren(
      ...answer.results.map((result, number) => {
        const option = document.createElement("li");
        option.id = `find-option-${number}`;
        option.setAttribute("role", "option");
        option.dataset.url = result.url;
        option.append(part("find-summary", result.summary), part("find-about", `${result.id} · ${result.about}`));
        return option;
      }),
    );
    const count = answer.results.length;
    said.textContent = count
      ? `${count}${answer.more ? " or more" : ""} found. Arrow keys choose, Enter opens.`
      : "Nothing found so far.";
    list.hidden = count === 0;
    box.setAttribute("aria-expanded", String(count > 0));
    mark(-1);
  }

  async function ask() {
    const query = box.value.trim();
    if (query.length < 2 && !/^\d$/.test(query)) return close();
    call?.abort();
    call = new AbortController();
    try {
      const answer = await fetch(`${box.dataset.find}?q=${encodeURIComponent(query)}`, {
        signal: call.signal,
        headers: { Accept: "application/json" },
      });
      if (answer.ok && document.activeElement === box) show(await answer.json());
    } catch {
      // Aborted, or no connection: the form still leads to the page of results.
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  box.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape") {
      if (!list.hidden) event.preventDefault();
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden && count) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(at < 0 && step < 0 ? count - 1 : (at + step + count) % count);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      location.assign(options()[at].dataset.url);
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
  box.addEventListener("blur", close);

  document.addEventListener("keydown", (event) => {
    const types = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || types || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
})();
