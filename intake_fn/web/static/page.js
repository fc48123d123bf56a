// For all pages: texts in the language of the page, drafts that are too old, and the focus on what is to be read first.
"use strict";

(() => {
  const DRAFT = "specdesk-draft-";
  const DRAFT_DAYS = 7; // stated in the notice of a restored draft, and in docs/process/index.md#writing

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

  for (const name of store.names().filter((each) => each.startsWith(DRAFT))) {
    const at = store.get(name)?.at ?? 0;
    if (Date.now() - at > DRAFT_DAYS * 86_400_000) store.remove(name);
  }

  // Each tab keeps a draft of its own of each kind of form: its name is kept as long as the tab.
  const drafts = {
    days: DRAFT_DAYS,
    named: {},
    /** Under which name this tab keeps its draft of a form. */
    name(kind) {
      try {
        this.named[kind] ??= sessionStorage.getItem(`${DRAFT}${kind}`);
      } catch {
        // Known as long as the page, then.
      }
      return this.named[kind] ?? this.fresh(kind);
    },
    /** A name that no other tab has. */
    fresh(kind) {
      return this.take(kind, `${DRAFT}${kind}~${crypto.getRandomValues(new Uint32Array(2)).join("")}`);
    },
    /** From now on this tab keeps it under that name. */
    take(kind, name) {
      this.named[kind] = name;
      try {
        sessionStorage.setItem(`${DRAFT}${kind}`, name);
      } catch {
        // As above.
      }
      return name;
    },
    /** The names of all drafts of a form, the latest first. */
    all(kind) {
      const ours = (name) => name === `${DRAFT}${kind}` || name.startsWith(`${DRAFT}${kind}~`);
      return store.names().filter(ours).sort((a, b) => (store.get(b)?.at ?? 0) - (store.get(a)?.at ?? 0));
    },
    /** It was sent: the next form of this tab has a draft of its own. */
    sent(kind) {
      store.remove(this.name(kind));
      delete this.named[kind];
      try {
        sessionStorage.removeItem(`${DRAFT}${kind}`);
      } catch {
        // As above.
      }
    },
  };

  const sent = document.querySelector("[data-sent]")?.dataset.sent;
  if (sent) drafts.sent(sent);

  globalThis.specdesk = { _, store, drafts };
  document.querySelector("[data-focus]")?.focus();
})();
