// Drafts: what is typed into a form or a reply is kept in this browser, across tabs and days, until it is sent, discarded
// or seven days old. Texts and choices only: files are named, not kept. The submit key is kept, too, so that a form that
// was sent without its receipt being seen gives the same receipt when it is sent again (R9).
"use strict";

(() => {
  const { _, store } = specdesk;
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

  function tell(form, draft, discarded) {
    const notice = document.createElement("div");
    const text = document.createElement("p");
    const discard = document.createElement("button");
    const when = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    notice.className = "notice sd-restored";
    notice.setAttribute("role", "status");
    text.textContent = _("Your draft of %(when)s is restored. It is kept in this browser only, for %(days)s days at most.", {
      when,
      days: specdesk.draftDays,
    });
    if (draft.files?.length) {
      text.textContent += ` ${_("Files are not kept. Please attach again: %(names)s.", { names: draft.files.join(", ") })}`;
    }
    discard.type = "button";
    discard.textContent = _("Discard the draft");
    discard.addEventListener("click", () => {
      notice.remove();
      discarded();
    });
    notice.append(text, discard);
    form.before(notice);
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

  for (const form of document.querySelectorAll("form[data-draft]")) {
    const name = specdesk.draftName(form.dataset.draft);
    const blank = typed(form).map(value);
    const before = carried(form).map((field) => [field.name, field.value]);
    let files = [];
    const draft = store.get(name);
    if (draft?.fields && !("shownAgain" in form.dataset)) {
      fill(form, draft.fields);
      files = draft.files ?? [];
      tell(form, draft, () => {
        form.reset();
        for (const field of carried(form)) field.value = before.find(([one]) => one === field.name)?.[1] ?? "";
        files = [];
        form.dispatchEvent(new Event("input"));
        store.remove(name);
      });
    }
    form.addEventListener("files", (event) => {
      files = event.detail;
      keep(form, name, blank, files);
    });
    form.addEventListener("input", () => keep(form, name, blank, files));
  }
})();
