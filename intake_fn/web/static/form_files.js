// The files of a form: chosen, pasted or dropped, each with a thumbnail and a button to remove it. Small ones travel with
// the form; what is too large for that is put into the file store at once, with its progress. What can't be attached is
// said before anything is sent. Without JavaScript the plain file input does it, but for what is too large.
"use strict";

(() => {
  const { _ } = specdesk;
  const MB = 1024 * 1024;
  const THUMBNAIL = 96;
  const megabytes = (bytes) => (bytes < MB / 10 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / MB).toFixed(1)} MB`);

  function made(tag, properties = {}) {
    return Object.assign(document.createElement(tag), properties);
  }

  // Drawn anew, pixel by pixel: nothing of the file itself is shown. What the browser can't draw has no thumbnail.
  async function thumbnail(file) {
    const canvas = made("canvas", { className: "sd-thumbnail" });
    canvas.setAttribute("aria-hidden", "true");
    if (!file.type.startsWith("image/")) return null;
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, THUMBNAIL / Math.max(picture.width, picture.height));
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return canvas;
    } catch {
      return null;
    }
  }

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

  function files(input) {
    const form = input.form;
    const most = Number(input.dataset.files);
    const room = Number(input.dataset.megabytes) * MB;
    const largest = Number(input.dataset.largest);
    const types = input.accept.split(",");
    const list = made("ul", { className: "sd-uploads" });
    const message = made("p", { className: "sd-error", hidden: true });
    const rows = new Set();
    let sendLater = false;
    message.setAttribute("role", "alert");
    input.after(message, list);

    const hint = input.parentElement.querySelector("[data-uploads]");
    if (hint) hint.textContent = hint.dataset.uploads;
    const say = (text) => {
      message.textContent = text;
      message.hidden = !text;
    };
    const inState = (state) => [...rows].filter((row) => row.state === state);
    const held = () => form.querySelectorAll("input[type=checkbox][name=held]:checked").length;

    function changed() {
      const travelling = new DataTransfer();
      for (const row of inState("travels")) travelling.items.add(row.file);
      input.files = travelling.files;
      form.dispatchEvent(new CustomEvent("files", { detail: [...rows].map((row) => row.file.name) }));
      if (inState("running").length) return;
      say("");
      if (sendLater && !inState("failed").length) form.requestSubmit();
      sendLater = false;
    }

    function problem(file) {
      const extension = file.name.includes(".") ? `.${file.name.split(".").pop().toLowerCase()}` : "";
      const size = megabytes(file.size);
      if (!types.includes(extension)) return _("%(name)s: files of this type cannot be attached.", { name: file.name });
      if (!file.size) return _("%(name)s is empty.", { name: file.name });
      if (file.size > largest * MB) {
        return _(
          "%(name)s has %(size)s; the limit is %(limit)s MB per file. Reduce its size, for example by cropping the screenshot.",
          { name: file.name, size, limit: largest },
        );
      }
      if (rows.size - inState("refused").length + held() >= most) {
        return _("At most %(most)s files can be attached. Put them into one zip file.", { most });
      }
      return "";
    }

    function add(file) {
      const wrong = problem(file);
      const used = inState("travels").reduce((sum, row) => sum + row.file.size, 0);
      const row = { file, state: "" };
      const item = made("li");
      const name = made("span", { dir: "auto", className: "sd-upload-name", textContent: `${file.name} (${megabytes(file.size)})` });
      const bar = made("progress", { max: 1 });
      const state = made("span", { className: "sd-upload-state" });
      const again = made("button", { type: "button", textContent: _("Retry") });
      const remove = made("button", { type: "button", textContent: _("Remove") });
      let stop = () => {};
      bar.setAttribute("aria-label", _("Upload of %(name)s", { name: file.name }));
      state.setAttribute("role", "status");
      again.setAttribute("aria-label", _("Retry %(name)s", { name: file.name }));
      remove.setAttribute("aria-label", _("Remove %(name)s", { name: file.name }));
      item.append(name, bar, state, again, remove);
      thumbnail(file).then((canvas) => canvas && item.prepend(canvas));

      function is(value, text) {
        row.state = value;
        state.textContent = text;
        item.className = `sd-upload-${value}`;
        again.hidden = value !== "failed";
        bar.hidden = value !== "running";
        changed();
      }

      async function upload() {
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
          item.append(made("input", { type: "hidden", name: "uploaded", value: answer.token }));
          is("there", _("attached"));
        } catch {
          if (rows.has(row)) is("failed", why);
        }
      }

      again.addEventListener("click", upload);
      remove.addEventListener("click", () => {
        rows.delete(row);
        stop();
        item.remove();
        input.focus();
        changed();
      });
      row.forget = () => {
        rows.delete(row);
        item.remove();
      };
      rows.add(row);
      list.append(item);
      if (wrong) is("refused", wrong);
      else if (used + file.size > room) upload();
      else is("travels", _("attached"));
    }

    function addAll(added) {
      for (const row of inState("refused")) row.forget();
      added.forEach(add);
    }

    // What is pasted has no name of its own: every screenshot is called image.png.
    const pasted = (file) => {
      const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "");
      return new File([file], file.name.replace(/^image(\.\w+)$/, `screenshot-${time}$1`), { type: file.type });
    };
    form.addEventListener("paste", (event) => {
      const found = [...(event.clipboardData?.files ?? [])];
      if (!found.length || event.clipboardData.getData("text/plain")) return;
      event.preventDefault();
      addAll(found.map(pasted));
    });

    const area = input.closest(".sd-field") ?? input.parentElement;
    const over = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => {
        if (!over(event)) return;
        event.preventDefault();
        area.classList.add("sd-drop");
      });
    }
    form.addEventListener("dragleave", (event) => {
      if (!form.contains(event.relatedTarget)) area.classList.remove("sd-drop");
    });
    form.addEventListener("drop", (event) => {
      if (!over(event)) return;
      event.preventDefault();
      area.classList.remove("sd-drop");
      addAll([...event.dataTransfer.files]);
    });
    input.addEventListener("change", () => addAll([...input.files]));
    for (const help of form.querySelectorAll("[data-paste]")) help.hidden = false;

    // For the moment of sending: whether the files are all there; if not, it says why.
    return () => {
      const [refused] = inState("refused");
      const [failed] = inState("failed");
      const running = inState("running").length;
      sendLater = running > 0 && !failed && !refused;
      if (failed) say(_("%(name)s is not attached. Retry the upload, or remove the file.", { name: failed.file.name }));
      else if (refused) say(_("%(name)s cannot be attached. Remove it, or choose another file.", { name: refused.file.name }));
      else if (running) say(_("Your files are still uploading. The form is sent as soon as the upload is complete."));
      return !failed && !refused && !running;
    };
  }

  specdesk.files = (form) => [...form.querySelectorAll("input[type=file][data-files]")].map(files);
})();
