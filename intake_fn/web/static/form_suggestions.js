// While somebody writes: the clauses that the text resembles stand below the field, each whole, with four answers. What a
// person says of a clause goes along with the request as their reading. "That answers it" sends nothing: it is counted,
// the draft is removed, and it can be taken back.
"use strict";

(() => {
  const { _, store, drafts } = specdesk;
  const PAUSE = 350; // milliseconds after the last key
  const VISITOR = "specdesk-visitor";
  const DAYS = 7; // as long as an answer can be taken back (core/answered.py)
  const TEXTS = ["summary", "description"];

  // A random number by which an answer is taken back when the same person comes again; kept for seven days.
  function visitor() {
    const known = store.get(VISITOR);
    if (known && Date.now() - known.at <= DAYS * 86_400_000) return known.id;
    store.remove(VISITOR);
    return "";
  }

  function newVisitor() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = visitor() || [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    store.set(VISITOR, { id, at: Date.now() });
    return id;
  }

  function made(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function suggestions(form, place) {
    const aside = new Set();
    const value = (name) => form.elements[name]?.value ?? "";
    let asked = "";
    let timer = 0;
    let call = null;

    async function ask() {
      const texts = TEXTS.map((name) => [name, value(name)]);
      const said = JSON.stringify([texts, [...aside]]);
      if (said === asked) return;
      asked = said;
      call?.abort();
      call = new AbortController();
      const body = new URLSearchParams(texts);
      for (const name of ["reading_clause", "reading_stance"]) body.append(name, value(name));
      for (const clause of aside) body.append("aside", clause);
      body.append("kind", form.dataset.draft);
      try {
        const answer = await fetch(place.dataset.suggestions, { method: "POST", body, signal: call.signal });
        if (answer.ok) show(await answer.text());
      } catch {
        // No answer, or a newer question: what stands there stays.
      }
    }

    function show(html) {
      if (place.contains(document.activeElement)) return; // nothing moves under a person's hand
      const open = [...place.querySelectorAll("details[open]")].map((one) => one.dataset.clause);
      place.innerHTML = html;
      for (const one of place.querySelectorAll("details")) one.open ||= open.includes(one.dataset.clause);
    }

    async function post(fields) {
      const body = new URLSearchParams({ email: value("email"), ...fields });
      const answer = await fetch(place.dataset.answered, { method: "POST", body });
      if (!answer.ok) throw new Error((await answer.json()).problem);
    }

    async function answers(clause, title) {
      const fields = { clause, visitor: newVisitor() };
      const problem = made("p", { className: "sd-error", hidden: true });
      problem.setAttribute("role", "alert");
      const back = made("button", { type: "button", textContent: _("It does not, after all: back to the form") });
      const panel = made(
        "div",
        { className: "notice notice-good", tabIndex: -1 },
        made("h2", { textContent: _("Answered, and nothing was sent") }),
        made("p", { textContent: _("You said that the clause “%(title)s” answers you.", { title }) }),
        made("p", {}, back),
        problem,
      );
      try {
        await post(fields);
      } catch (error) {
        place.prepend(made("p", { className: "sd-error", textContent: error.message }));
        return;
      }
      const name = drafts.name(form.dataset.draft);
      const draft = store.get(name);
      store.remove(name);
      form.hidden = true;
      form.before(panel);
      panel.focus();
      back.addEventListener("click", async () => {
        try {
          await post({ ...fields, back: "1" });
        } catch (error) {
          problem.textContent = error.message;
          problem.hidden = false;
          return;
        }
        if (draft) store.set(name, draft);
        panel.remove();
        form.hidden = false;
        place.querySelector("[data-answers]")?.focus();
      });
    }

    async function follow(button) {
      const told = button.nextElementSibling;
      const body = new URLSearchParams({ request: button.dataset.follow, email: value("email") });
      try {
        const answer = await fetch(place.dataset.follow, { method: "POST", body });
        const { done, problem } = await answer.json();
        told.textContent = done || problem;
        if (!value("email")) form.elements.email?.focus();
      } catch {
        told.textContent = _("This could not be saved. Your text is still here.");
      }
    }

    place.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && "follow" in button.dataset) return follow(button);
      const shown = button?.closest("[data-clause]");
      if (!shown) return;
      const { clause } = shown.dataset;
      if ("answers" in button.dataset) {
        answers(clause, shown.querySelector("strong").textContent);
      } else if ("aside" in button.dataset) {
        aside.add(clause);
        if (value("reading_clause") === clause) read("", "");
        shown.remove();
        form.elements.description?.focus();
        ask();
      } else {
        const again = button.getAttribute("aria-pressed") === "true";
        for (const other of place.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", "false");
        button.setAttribute("aria-pressed", String(!again));
        for (const said of place.querySelectorAll("[data-said]")) said.hidden = again || !shown.contains(said);
        read(again ? "" : clause, again ? "" : button.dataset.stance);
      }
    });

    function read(clause, stance) {
      specdesk.carry(form, "reading_clause", clause);
      specdesk.carry(form, "reading_stance", stance);
    }

    form.addEventListener("input", (event) => {
      if (!TEXTS.includes(event.target.name)) return;
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    form.addEventListener("restored", ask);
    if (TEXTS.some((name) => value(name))) ask();
  }

  for (const form of document.querySelectorAll("form[data-draft]")) {
    const place = form.querySelector("[data-suggestions]");
    if (place) suggestions(form, place);
    if (form.elements.visitor) form.elements.visitor.value = visitor();
  }
})();
