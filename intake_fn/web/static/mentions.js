// While somebody types "@" in an internal note: the colleagues whom it may mean, as a list with one active choice
// (WAI-ARIA), which arrow keys move and Enter or Tab takes. Without this script the names stand beside the field.
"use strict";

(() => {
  const BEGUN = /(?:^|[^\w.@/+-])@([\w.-]*)$/u; // as core/mentions.py reads it
  const MOST = 8;

  function plain(text) {
    return text.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");
  }

  function completion(area) {
    const people = JSON.parse(area.dataset.mentions);
    const list = document.createElement("ul");
    const said = document.createElement("p");
    let open = null; // where the name that is typed begins
    let at = 0;

    list.id = `${area.id}-mentions`;
    list.className = "mention-list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Colleagues");
    said.className = "sd-sr";
    said.setAttribute("role", "status");
    area.after(list, said);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);

    const options = () => [...list.children];

    function mark(place) {
      at = place;
      options().forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
      area.setAttribute("aria-activedescendant", options()[at].id);
      options()[at].scrollIntoView({ block: "nearest" });
    }

    function close() {
      if (list.hidden) return;
      open = null;
      list.hidden = true;
      list.replaceChildren();
      said.textContent = "";
      area.removeAttribute("aria-activedescendant");
    }

    function show() {
      const before = area.value.slice(0, area.selectionStart);
      const begun = area.selectionStart === area.selectionEnd && BEGUN.exec(before);
      if (!begun) return close();
      const typed = plain(begun[1]);
      const begins = (text) => plain(text).split(/[\s-]+/).some((word) => word.startsWith(typed));
      const found = people.filter(({ id, name }) => id.startsWith(typed) || begins(id) || begins(name)).slice(0, MOST);
      if (!found.length) return close();
      open = before.length - begun[1].length;
      list.replaceChildren(
        ...found.map(({ id, name, role }, number) => {
          const option = document.createElement("li");
          const who = document.createElement("span");
          option.id = `${list.id}-${number}`;
          option.setAttribute("role", "option");
          option.dataset.person = id;
          who.className = "muted";
          who.textContent = `${name}, ${role}`;
          option.append(`@${id} `, who);
          return option;
        }),
      );
      list.hidden = false;
      mark(0);
      const count = found.length === 1 ? "1 colleague" : `${found.length} colleagues`;
      said.textContent = `${count}. Arrow keys choose, Enter takes ${found[0].name}, Escape closes.`;
    }

    function take(option) {
      area.setRangeText(`${option.dataset.person} `, open, area.selectionStart, "end");
      close();
      area.focus();
    }

    area.addEventListener("input", show);
    area.addEventListener("click", show);
    area.addEventListener("blur", close);
    area.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      const count = options().length;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        mark((at + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
      } else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) {
        take(options()[at]);
      } else if (event.key === "Escape") {
        close();
      } else {
        return;
      }
      event.preventDefault();
    });
    area.addEventListener("keyup", (event) => {
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) show();
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) take(option);
    });
  }

  document.querySelectorAll("textarea[data-mentions]").forEach(completion);
})();
