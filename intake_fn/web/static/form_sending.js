// Sending: says at once which text is too long, waits for the files, and stops the second click.
"use strict";

(() => {
  const { _ } = specdesk;

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

  function clickOnce(form, checks) {
    const button = form.querySelector("button.primary");
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

  for (const form of document.querySelectorAll("form[enctype]")) {
    clickOnce(form, specdesk.files(form));
    form.querySelectorAll("[data-limit]").forEach(tellLengths);
  }
})();
