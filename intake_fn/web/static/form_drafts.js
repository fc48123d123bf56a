// Drafts: what is typed into a form or a reply is kept in this browser, across tabs and days, until it is sent, discarded
// or seven days old. Texts and choices only: files are named, not kept. The submit key is kept, too, so that a form that
// was sent without its receipt being seen gives the same receipt when it is sent again (R9). A draft that is open in
// another tab is left to that tab, with its key: who writes two requests side by side sends two.
"use strict";

(() => {
  const { _, store, drafts } = specdesk;
  const ASKED = "specdesk-open?"; // one tab asks the others which of them has a draft open
  const ANSWERED = "specdesk-open";
  const PATIENCE = 300; // milliseconds until a tab that does not answer is taken for closed
  const NEVER = ["hidden", "file", "submit", "button", "password"];
  const WITHOUT = ["held", "uploaded", "homepage"];
  const CARRIED = ["key", "reading_clause", "reading_stance"];
  const isChosen = (field) => field.type === "radio" || field.type === "checkbox";
  const typed = (form) =>
    [...form.elements].filter((field) => field.name && !NEVER.includes(field.type) && !WITHOUT.includes(field.name));
  const carried = (form) => [...form.querySelectorAll("input[type=hidden]")].filter((field) => CARRIED.includes(field.name));
  const value = (field) => (isChosen(field) ? field.checked && field.value : field.value);

  function keep(form, name, blank, files) {
    const answers = typed(form).filter((field) => value(field));
    const changed = typed(form).some((field, at) => value(field) !== blank[at]);
    if (!changed && !files.length) return store.remove(name);
    const fields = [...answers, ...carried(form)].map((field) => [field.name, field.value]);
    return store.set(name, { at: Date.now(), fields, files });
  }

  function fill(form, fields) {
    for (const field of typed(form)) {
      if (isChosen(field)) field.checked = fields.some(([name, text]) => name === field.name && text === field.value);
      else field.value = fields.find(([name]) => name === field.name)?.[1] ?? field.value;
    }
    for (const name of CARRIED) {
      const text = fields.find(([one]) => one === name)?.[1];
      if (text !== undefined) specdesk.carry(form, name, text);
    }
  }

  const said = (event) => (event.newValue ? JSON.parse(event.newValue).name : "");
  const opened = new Set();
  addEventListener("storage", (event) => {
    if (event.key === ASKED && opened.has(said(event))) store.set(ANSWERED, { name: said(event), at: Math.random() });
  });

  // Whether another tab has a draft open: other tabs alone hear of what is stored here.
  function isOpenElsewhere(name) {
    return new Promise((resolve) => {
      const heard = (event) => event.key === ANSWERED && said(event) === name && done(true);
      const timer = setTimeout(() => done(false), PATIENCE);
      function done(isOpen) {
        removeEventListener("storage", heard);
        clearTimeout(timer);
        for (const key of [ASKED, ANSWERED]) store.remove(key);
        resolve(isOpen);
      }
      addEventListener("storage", heard);
      store.set(ASKED, { name, at: Math.random() });
    });
  }

  function tell(form, sentence, ...more) {
    const notice = document.createElement("div");
    const text = document.createElement("p");
    notice.className = "notice sd-restored";
    notice.setAttribute("role", "status");
    text.textContent = sentence;
    notice.append(text, ...more);
    form.before(notice);
    return notice;
  }

  function tellRestored(form, draft, discarded) {
    const when = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const discard = document.createElement("button");
    const sentences = [
      _("Your draft of %(when)s is restored. It is kept in this browser only, for %(days)s days at most.", {
        when,
        days: drafts.days,
      }),
    ];
    if (draft.files?.length) {
      sentences.push(_("Files are not kept. Please attach again: %(names)s.", { names: draft.files.join(", ") }));
    }
    const notice = tell(form, sentences.join(" "), discard);
    discard.type = "button";
    discard.textContent = _("Discard the draft");
    discard.addEventListener("click", () => {
      notice.remove();
      discarded();
    });
  }

  // A hidden field that goes along with the form.
  specdesk.carry = (form, name, text) => {
    let field = form.elements[name];
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      form.append(field);
    }
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  async function remember(form) {
    const kind = form.dataset.draft;
    const blank = typed(form).map(value);
    const before = carried(form).map((field) => [field.name, field.value]);
    const untouched = () => typed(form).every((field, at) => value(field) === blank[at]);
    let name = drafts.name(kind);
    let files = [];
    const carryAsBefore = () => {
      for (const field of carried(form)) field.value = before.find(([one]) => one === field.name)?.[1] ?? "";
    };

    function restore() {
      const draft = store.get(name);
      if (!draft?.fields) return false;
      fill(form, draft.fields);
      files = draft.files ?? [];
      const folded = form.closest("details");
      if (folded) folded.open = true;
      tellRestored(form, draft, () => {
        form.reset();
        carryAsBefore();
        files = [];
        form.dispatchEvent(new Event("input"));
        store.remove(name);
      });
      return true;
    }

    form.addEventListener("files", (event) => {
      files = event.detail;
      keep(form, name, blank, files);
    });
    form.addEventListener("input", () => keep(form, name, blank, files));
    const restored = "shownAgain" in form.dataset || restore();
    const others = drafts.all(kind).filter((other) => other !== name);

    // This tab is a copy of another one: its text stays, and it is a draft of its own from now on.
    let elsewhere = await isOpenElsewhere(name);
    if (elsewhere) {
      name = drafts.fresh(kind);
      carryAsBefore();
    }
    opened.add(name);
    for (const other of restored ? [] : others) {
      if (await isOpenElsewhere(other)) {
        elsewhere = true;
      } else if (untouched()) {
        opened.delete(name);
        name = drafts.take(kind, other);
        opened.add(name);
        restore();
        form.dispatchEvent(new CustomEvent("restored"));
        break;
      }
    }
    if (elsewhere) tell(form, _("This form is open in another tab, too. Each tab keeps a draft of its own."));
  }

  for (const form of document.querySelectorAll("form[data-draft]")) remember(form);
})();
