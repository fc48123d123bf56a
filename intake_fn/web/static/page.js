// For all pages: texts in the language of the page, drafts that are too old, and the focus on what is to be read first.
"use strict";

(() => {
  const DRAFT = "specdesk-draft-";
  const DRAFT_DAYS = 7; // stated in the notice of a restored draft, and in docs/operate/stored-data.md

  // Each text stands in one literal, so that translators find it; pages in another language bring the translations.
  const translations = JSON.parse(document.documentElement.dataset.texts || "{}");
  const _ = (text, values = {}) =>
    (translations[text] || text).replace(/%\((\w+)\)s/g, (_match, name) => values[name]);

  // What this browser keeps. Where it may keep nothing, every page works as without it.
  const store = {
    get(name) {
      try {
        return JSON.parse(localStorage.getItem(name));
      } catch {
        return null;
      }
    },
    set(name, value) {
      try {
        localStorage.setItem(name, JSON.stringify(value));
      } catch {
        // No room, or not allowed.
      }
    },
    remove(name) {
      try {
        localStorage.removeItem(name);
      } catch {
        // Nothing was kept, then.
      }
    },
    names() {
      try {
        return Object.keys(localStorage);
      } catch {
        return [];
      }
    },
  };

  for (const name of store.names().filter((name) => name.startsWith(DRAFT))) {
    const at = store.get(name)?.at ?? 0;
    if (Date.now() - at > DRAFT_DAYS * 86_400_000) store.remove(name);
  }

  const sent = document.querySelector("[data-sent]")?.dataset.sent;
  if (sent) store.remove(`${DRAFT}${sent}`);

  globalThis.specdesk = { _, store, draftName: (name) => `${DRAFT}${name}`, draftDays: DRAFT_DAYS };
  document.querySelector("[data-focus]")?.focus();
})();
