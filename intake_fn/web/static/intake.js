// Comfort for the forms; everything works without it but files that are too large to travel with a form. Says "too
// large" before an upload, uploads large files, keeps a draft so that nothing typed is lost, stops the second click,
// and gives forms built into the wiki their submit key.
"use strict";

(() => {
  const MB = 1024 * 1024;

  // Each text stands in one literal, so that translators find it; pages in another language bring the translations.
  const translations = JSON.parse(document.documentElement.dataset.texts || "{}");
  const _ = (text, values = {}) =>
    (translations[text] || text).replace(/%\((\w+)\)s/g, (_match, name) => values[name]);

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

  const megabytes = (bytes) => `${(bytes / MB).toFixed(1)} MB`;

  function errorAfter(element) {
    const message = document.createElement("p");
    message.className = "sd-error";
    message.setAttribute("role", "alert");
    message.hidden = true;
    element.after(message);
    return (text) => {
      message.textContent = text;
      message.hidden = !text;
      return text;
    };
  }

  // Files that are too large to travel with the form are put into the file store at once, each by itself.
  function uploadsOf(input) {
    const list = document.createElement("ul");
    list.className = "sd-uploads";
    input.after(list);
    const all = new Set();
    const changed = () => list.dispatchEvent(new Event("changed"));

    function put(file, permission, told) {
      const body = new FormData();
      for (const [name, value] of Object.entries(permission.fields)) body.append(name, value);
      body.append("file", file);
      const call = new XMLHttpRequest();
      const done = new Promise((resolve, reject) => {
        call.upload.addEventListener("progress", (event) => told(event.loaded / event.total));
        call.addEventListener("load", () => (call.status < 300 ? resolve() : reject()));
        call.addEventListener("error", reject);
        call.addEventListener("abort", reject);
      });
      call.open("POST", permission.url);
      call.send(body);
      return [done, () => call.abort()];
    }

    function add(file) {
      const row = document.createElement("li");
      const name = document.createElement("span");
      const bar = document.createElement("progress");
      const state = document.createElement("span");
      const again = document.createElement("button");
      const remove = document.createElement("button");
      const one = { state: "", name: file.name };
      let stop = () => {};
      name.dir = "auto";
      name.textContent = `${file.name} (${megabytes(file.size)})`;
      bar.max = 1;
      bar.setAttribute("aria-label", _("Upload of %(name)s", { name: file.name }));
      state.className = "sd-upload-state";
      state.setAttribute("role", "status");
      again.type = remove.type = "button";
      again.textContent = _("Retry");
      again.setAttribute("aria-label", _("Retry %(name)s", { name: file.name }));
      remove.textContent = _("Remove");
      remove.setAttribute("aria-label", _("Remove %(name)s", { name: file.name }));
      row.append(name, bar, state, again, remove);

      function is(value, text) {
        one.state = value;
        state.textContent = text;
        row.className = `sd-upload-${value}`;
        again.hidden = value !== "failed";
        bar.hidden = value !== "running";
        changed();
      }

      async function run() {
        is("running", "");
        bar.removeAttribute("value");
        let why = _("The upload failed.");
        try {
          const asked = await fetch(input.dataset.upload, {
            method: "POST",
            body: new URLSearchParams({ name: file.name, size: file.size }),
          });
          const answer = await asked.json();
          if (!asked.ok) {
            why = answer.problem;
            throw new Error(why);
          }
          const [done, abort] = put(file, answer, (share) => {
            bar.value = share;
          });
          stop = abort;
          await done;
          const token = document.createElement("input");
          token.type = "hidden";
          token.name = "uploaded";
          token.value = answer.token;
          row.append(token);
          is("there", _("attached"));
        } catch {
          if (all.has(one)) is("failed", why);
        }
      }

      again.addEventListener("click", run);
      remove.addEventListener("click", () => {
        all.delete(one);
        stop();
        row.remove();
        input.focus();
        changed();
      });
      all.add(one);
      list.append(row);
      run();
    }

    return { all, add, onChange: (listener) => list.addEventListener("changed", listener) };
  }

  // Says "too large" before anything is sent, and has large files uploaded. Gives a check for the moment of sending.
  function tellSizes(input) {
    const say = errorAfter(input);
    const uploads = input.dataset.upload ? uploadsOf(input) : null;
    const most = Number(input.dataset.files);
    const room = Number(input.dataset.megabytes);
    const largest = uploads ? Number(input.dataset.largest) : room;
    const hint = input.parentElement.querySelector("[data-uploads]");
    if (uploads && hint) hint.textContent = hint.dataset.uploads;
    let sendLater = false;

    function problem(files) {
      const held = input.form.querySelectorAll("input[type=checkbox][name=held]:checked").length;
      const count = files.length + held + (uploads?.all.size ?? 0);
      const large = files.find((file) => file.size > largest * MB);
      const size = files.reduce((sum, file) => sum + file.size, 0);
      if (count > most) {
        return _("You have chosen %(count)s files; at most %(most)s can be attached. Put them into one zip file.", {
          count,
          most,
        });
      }
      if (large && uploads) {
        return _(
          "%(name)s has %(size)s; the limit is %(limit)s MB per file. Reduce its size, for example by cropping the screenshot.",
          { name: large.name, size: megabytes(large.size), limit: largest },
        );
      }
      if (!uploads && size > room * MB) {
        return _(
          "These files have %(size)s; the limit is %(limit)s MB in total. Reduce their size, for example by cropping the screenshots.",
          { size: megabytes(size), limit: room },
        );
      }
      return "";
    }

    function look() {
      const files = [...input.files];
      const text = say(problem(files));
      const size = files.reduce((sum, file) => sum + file.size, 0);
      if (!text && uploads && size > room * MB) {
        input.value = "";
        files.forEach(uploads.add);
      }
      input.setCustomValidity(text);
      return !text;
    }

    function check() {
      if (!look()) return false;
      const states = [...(uploads?.all ?? [])];
      const failed = states.find((one) => one.state === "failed");
      const running = states.filter((one) => one.state === "running").length;
      sendLater = running > 0 && !failed;
      if (failed) say(_("%(name)s is not attached. Retry the upload, or remove the file.", { name: failed.name }));
      else if (running) say(_("Your files are still uploading. The form is sent as soon as the upload is complete."));
      return !failed && !running;
    }

    uploads?.onChange(() => {
      const states = [...uploads.all].map((one) => one.state);
      if (states.includes("running")) return;
      say("");
      if (sendLater && !states.includes("failed")) input.form.requestSubmit();
      sendLater = false;
    });
    input.addEventListener("change", look);
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
      message.textContent = message.hidden ? "" : _("%(length)s characters; the limit is %(limit)s.", { length, limit });
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
