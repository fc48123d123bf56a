// The desk's queue: says how many requests are new or changed since the list was shown, without moving it; ticks all.
// Without this script the list is as it was when it was opened, and each row is ticked by itself.
"use strict";

(() => {
  const EVERY = 20; // seconds between two looks
  const news = document.querySelector("[data-news]");
  const rows = new Map([...document.querySelectorAll("tr[data-request]")].map((row) => [row.dataset.request, row]));

  // --- what is new --------------------------------------------------------------------------

  const title = document.title;
  let announced = "";

  function announce(fresh, changed, more) {
    const parts = [];
    if (fresh) parts.push(`${fresh}${more ? " or more" : ""} new`);
    if (changed) parts.push(`${changed} changed`);
    const text = parts.join(", ");
    document.title = fresh + changed ? `(${fresh + changed}) ${title}` : title;
    if (text === announced) return;
    announced = text;
    news.querySelector("[data-news-text]").textContent = text;
    news.querySelector("a").hidden = !text;
    news.classList.toggle("has-news", Boolean(text));
  }

  function mark(row) {
    if (row.classList.contains("is-changed")) return;
    row.classList.add("is-changed");
    const note = document.createElement("span");
    note.className = "sd-sr";
    note.textContent = " Changed since this list was shown.";
    row.querySelector(".queue-what").append(note);
  }

  async function look() {
    try {
      const answer = await fetch(news.dataset.news, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return; // signed out, or down: the list stays as it is
      const { requests, more } = await answer.json();
      const changed = requests.filter(({ id, version }) => rows.has(id) && Number(rows.get(id).dataset.version) < version);
      const fresh = requests.filter(({ id, listed, received }) => {
        return listed && !rows.has(id) && (received || "complete" in news.dataset);
      });
      changed.forEach(({ id }) => mark(rows.get(id)));
      announce(fresh.length, changed.length, more);
    } catch {
      // No connection: the next look may have one.
    }
  }

  if (news) setInterval(look, EVERY * 1000);

  // --- ticks --------------------------------------------------------------------------------

  const form = document.querySelector("[data-bulk]");
  if (!form) return;
  const ticks = [...form.querySelectorAll("input[name=case]")];
  const count = form.querySelector("[data-ticked]");
  const all = form.querySelector("[data-tick-all]");

  function counted() {
    const ticked = ticks.filter((tick) => tick.checked).length;
    count.textContent = String(ticked);
    count.hidden = ticked === 0;
    form.querySelector(".bulk").classList.toggle("has-ticks", ticked > 0);
    if (all) {
      all.checked = ticked === ticks.length;
      all.indeterminate = ticked > 0 && ticked < ticks.length;
    }
  }

  if (all) {
    all.closest("[hidden]").hidden = false;
    all.addEventListener("change", () => {
      for (const tick of ticks) tick.checked = all.checked;
      counted();
    });
  }
  form.addEventListener("change", counted);
  addEventListener("pageshow", counted); // after Back, the browser may have kept the ticks
})();
