// Comfort for the desk; everything works without it. Keys for the queue and the page of a request, a list of them,
// templates that are inserted where the text is written, and clauses that are found while typing.
"use strict";

(() => {
  const TYPED = "input, textarea, select, [contenteditable]";
  const PRESSED = ["checkbox", "radio", "submit", "button", "file"];

  // While somebody fills in a field, or uses a key with Ctrl, Alt or Meta, no key is ours.
  function isTyping(event) {
    const field = event.target.closest?.(TYPED);
    return Boolean(field && !PRESSED.includes(field.type));
  }

  // --- the queue: from row to row ---------------------------------------------------------------

  const links = () => [...document.querySelectorAll("main table.queue tbody tr")].flatMap(
    (row) => [...row.querySelectorAll('a[href*="/desk/requests/"]')].slice(0, 1),
  );

  function step(by) {
    const all = links();
    if (!all.length) return false;
    const here = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = all[Math.min(Math.max(here + by, 0), all.length - 1)] ?? all[0];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function openRow() {
    const row = document.activeElement?.closest?.("table.queue tbody tr");
    const link = row?.querySelector('a[href*="/desk/requests/"]');
    if (!link || document.activeElement.matches("a, button, input, summary")) return false; // it does so by itself
    link.click();
    return true;
  }

  // --- the page of a request ----------------------------------------------------------------------

  // Opens the form of an action, ready to be filled in at its first field that is of the kind `field`.
  function openAction(name, field) {
    const action = document.getElementById(name);
    if (!action || action.tagName !== "DETAILS") return false;
    action.open = true;
    action.querySelector(field)?.focus();
    action.scrollIntoView({ block: "nearest" });
    return true;
  }

  function decide(key) {
    const button = document.querySelector(`details[open] [data-decide] [data-key="${key}"]`);
    button?.click();
    return Boolean(button);
  }

  // --- the list of keys ---------------------------------------------------------------------------

  const KEYS = [
    ["j", "Next request of the list", () => links().length],
    ["k", "Previous request of the list", () => links().length],
    ["Enter", "Open the request", () => links().length],
    ["a", "Answer: write to the requester", () => document.getElementById("update")],
    ["e", "Escalate", () => document.getElementById("escalate")],
    ["n", "Internal note", () => document.getElementById("note")],
    ["1 to 6", "Decide by what you read", () => document.querySelector("details[open] [data-decide]")],
    ["/", "Find a request", () => document.querySelector("#find")],
    ["?", "This list", () => true],
    ["Esc", "Close this list", () => true],
  ];

  function list() {
    let dialog = document.getElementById("keys");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "keys";
      dialog.setAttribute("aria-labelledby", "keys-title");
      const title = document.createElement("h2");
      title.id = "keys-title";
      title.textContent = "Keys";
      const table = document.createElement("table");
      for (const [key, what, here] of KEYS) {
        if (!here()) continue;
        const row = table.insertRow();
        const head = document.createElement("th");
        const name = document.createElement("kbd");
        head.scope = "row";
        name.textContent = key;
        head.append(name);
        row.append(head);
        row.insertCell().textContent = what;
      }
      const close = document.createElement("button");
      close.type = "button";
      close.textContent = "Close";
      close.addEventListener("click", () => dialog.close());
      dialog.append(title, table, close);
      document.body.append(dialog);
      dialog.addEventListener("close", () => dialog.remove());
    }
    dialog.showModal();
    return true;
  }

  const DOES = {
    j: () => step(1),
    k: () => step(-1),
    Enter: openRow,
    a: () => openAction("update", "textarea"),
    e: () => openAction("escalate", "select"),
    n: () => openAction("note", "textarea"),
    "?": list,
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    const does = /^[1-6]$/.test(event.key) ? () => decide(event.key) : DOES[event.key];
    if (does?.()) event.preventDefault();
  });

  for (const hint of document.querySelectorAll("[data-scripted]")) hint.hidden = false;
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", list);
  }

  // --- templates ------------------------------------------------------------------------------------

  for (const button of document.querySelectorAll("[data-insert]")) {
    button.type = "button"; // Enter in a field of the form sends the form
    button.addEventListener("click", () => {
      const choice = button.parentElement.querySelector("select");
      const text = choice.selectedOptions[0]?.dataset.text;
      const area = document.getElementById(choice.dataset.into);
      if (!text || !area) return;
      const before = area.value.slice(0, area.selectionStart);
      area.setRangeText((before.trim() ? "\n\n" : "") + text, area.selectionStart, area.selectionEnd, "end");
      area.rows = Math.max(area.rows, 9);
      area.focus();
    });
  }

  // --- clauses ----------------------------------------------------------------------------------------

  const AFTER = 250; // milliseconds without a key

  for (const field of document.querySelectorAll("[data-clauses]")) {
    const place = field.form.querySelector("[data-found]");
    let timer = 0;
    let latest = 0;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const mine = ++latest;
        const chosen = place.querySelector("input:checked")?.value;
        const answer = await fetch(`${field.dataset.clauses}?${new URLSearchParams({ find: field.value })}`);
        if (!answer.ok || mine !== latest) return;
        place.innerHTML = await answer.text();
        for (const radio of place.querySelectorAll("input")) radio.checked = radio.value === chosen;
      }, AFTER);
    });
  }

  // --- who else looks at it -----------------------------------------------------------------------------

  const EVERY = 30000;
  const others = document.querySelector("[data-presence]");
  if (others) {
    setInterval(async () => {
      if (document.hidden) return;
      const answer = await fetch(others.dataset.presence).catch(() => null);
      if (answer?.ok) others.textContent = await answer.text();
    }, EVERY);
  }
})();
