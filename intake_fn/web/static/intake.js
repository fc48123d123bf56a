// Comfort for the forms; everything works without it. Says "too large" before an upload, keeps a draft so that
// nothing typed is lost, stops the second click, and gives forms built into the wiki their submit key.
"use strict";

(() => {
  const MB = 1024 * 1024;

  // A draft holds texts only; it stays in this tab and goes when the receipt is shown.
  const draftName = (kind) => `specdesk-draft-${kind}`;
  const texts = (form) =>
    [...form.elements].filter((e) => e.name && !["hidden", "file", "submit", "button"].includes(e.type));
  const isChosen = (e) => e.type === "radio" || e.type === "checkbox";

  function keepDraft(form) {
    const name = draftName(form.dataset.intake);
    form.addEventListener("input", () => {
      const draft = texts(form)
        .filter((e) => e.name !== "held" && (isChosen(e) ? e.checked : e.value))
        .map((e) => [e.name, e.value]);
      try {
        sessionStorage.setItem(name, JSON.stringify(draft));
      } catch {
        // No room or not allowed: the form works as without a draft.
      }
    });
  }

  function restoreDraft(form) {
    if ("shownAgain" in form.dataset) return; // the server has given everything back already
    let draft = [];
    try {
      draft = JSON.parse(sessionStorage.getItem(draftName(form.dataset.intake)) || "[]");
    } catch {
      return;
    }
    for (const [name, value] of draft) {
      for (const e of texts(form).filter((e) => e.name === name)) {
        if (isChosen(e)) e.checked = e.checked || e.value === value;
        else if (!e.value || e.tagName === "SELECT") e.value = value;
      }
    }
  }

  function forgetDraft(kind) {
    try {
      sessionStorage.removeItem(draftName(kind));
    } catch {
      // Nothing was kept, then.
    }
  }

  function tellSizes(input) {
    const message = document.createElement("p");
    message.className = "sd-error";
    message.setAttribute("role", "alert");
    message.hidden = true;
    input.after(message);
    const check = () => {
      const files = [...input.files];
      const most = Number(input.dataset.files);
      const room = Number(input.dataset.megabytes);
      const size = files.reduce((sum, file) => sum + file.size, 0);
      let text = "";
      if (files.length > most) {
        text = `These are ${files.length} files; at most ${most} can be attached. Put them into one zip file.`;
      } else if (size > room * MB) {
        text = `These files have ${(size / MB).toFixed(1)} MB; ${room} MB together can be attached. ` +
          "Make them smaller, for example by cutting the picture to the part that matters.";
      }
      message.textContent = text;
      message.hidden = !text;
      input.setCustomValidity(text);
      return !text;
    };
    input.addEventListener("change", check);
    return check;
  }

  function tellLengths(field) {
    const limit = Number(field.dataset.limit);
    const message = document.createElement("p");
    message.className = "sd-error";
    message.setAttribute("role", "status");
    message.hidden = true;
    field.after(message);
    field.addEventListener("input", () => {
      const length = [...field.value].length;
      message.hidden = length <= limit;
      message.textContent = message.hidden ? "" : `${length} characters; at most ${limit} fit.`;
    });
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function giveKey(form) {
    if (form.elements.key) return;
    const key = document.createElement("input");
    key.type = "hidden";
    key.name = "key";
    key.value = newKey();
    form.append(key);
  }

  function clickOnce(form, checks) {
    const button = form.querySelector("button");
    const release = () => button && button.removeAttribute("aria-disabled");
    form.addEventListener("submit", (event) => {
      const wrong = checks.find((check) => !check());
      if (wrong || button?.getAttribute("aria-disabled") === "true") {
        event.preventDefault();
        if (wrong) form.querySelector("input[type=file]").focus();
        return;
      }
      button?.setAttribute("aria-disabled", "true");
      setTimeout(release, 15000); // no answer: let the person try again
    });
    addEventListener("pageshow", release); // after Back, the form may be sent again
  }

  for (const form of document.querySelectorAll("form[data-intake]")) {
    giveKey(form);
    restoreDraft(form);
    keepDraft(form);
  }
  for (const form of document.querySelectorAll("form[enctype]")) {
    clickOnce(form, [...form.querySelectorAll("input[type=file][data-files]")].map(tellSizes));
    form.querySelectorAll("[data-limit]").forEach(tellLengths);
  }
  const sent = document.querySelector("[data-sent]");
  if (sent) forgetDraft(sent.dataset.sent);
  document.querySelector("[data-focus]")?.focus();
})();
