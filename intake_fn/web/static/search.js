// The search box: a combobox over a form that works without it. What is typed is looked up in the index of the wiki at
// once, and by the intake, which also searches by meaning, a moment later; where the intake does not answer, the index
// is all there is. Nothing is loaded before somebody goes to the box.

import { _ } from "./texts.js";

const IN_A_MOMENT = 180;
const PATIENCE = 3000;
const SOON = 5000;
const SHOWN = { spec: 8, support: 4, operators: 3 };
const LONGEST = 200;

/** The intake's search by meaning; `null` where there is none, and then it is not asked again on this page. */
class Engine {
  constructor(address) {
    this.address = address;
    this.silentUntil = 0;
  }

  async find(text, signal) {
    if (!this.address || Date.now() < this.silentUntil) return null;
    try {
      const asked = new URLSearchParams({ q: text, limit: SHOWN.spec });
      const answer = await fetch(`${this.address}?${asked}`, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) });
      if (answer.status === 429) this.silentUntil = Date.now() + 1000 * (Number(answer.headers.get("Retry-After")) || 60);
      else if (!answer.ok) this.silentUntil = Infinity;
      return answer.ok ? (await answer.json()).results : null;
    } catch (error) {
      if (error.name === "TimeoutError") this.silentUntil = Date.now() + SOON;
      else if (!signal.aborted) this.silentUntil = Infinity;
      return null;
    }
  }
}

/** A quote of the spec without Markdown's signs. */
const spoken = (quote) =>
  quote
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*`]|^\s*[-#>]+\s/gm, "")
    .replace(/\s*\|\s*/g, " ");

class SearchBox {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.list = form.querySelector("[data-found]");
    this.status = form.querySelector("[role=status]");
    this.engine = new Engine(form.dataset.engine);
    this.base = new URL("..", new URL(form.dataset.index, location.href)); // the root of the wiki
    this.at = -1;
    this.asked = new AbortController();
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", _("Search results"));
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-autocomplete": "list",
    }))
      this.input.setAttribute(name, value);
    this.input.addEventListener("focus", () => this.load());
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.form.addEventListener("submit", (event) => this.sent(event));
    this.form.addEventListener("focusout", (event) => {
      if (!this.form.contains(event.relatedTarget)) this.close();
    });
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    document.addEventListener("keydown", (event) => this.called(event));
    if (document.activeElement === this.input) this.load();
  }

  /** The index of words, once; null where it can't be loaded. */
  load() {
    this.index ??= (async () => {
      try {
        const [{ SearchIndex }, answer] = await Promise.all([import("./search-index.js"), fetch(this.form.dataset.index)]);
        return answer.ok ? await SearchIndex.of(await answer.json()) : null;
      } catch {
        return null;
      }
    })();
    return this.index;
  }

  /** "/" anywhere on the page goes to the box. */
  called(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    this.form.dispatchEvent(new Event("called"));
    this.input.focus();
    this.input.select();
  }

  async typed() {
    this.asked.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    const text = this.input.value.trim().slice(0, LONGEST);
    if (!text) {
      this.close();
      return;
    }
    const [found, clauses] = await Promise.all([this.byWords(text, signal), this.byMeaning(text, signal)]);
    if (!signal.aborted && !found && !clauses) this.show(text, [], [], true);
  }

  /** Show what the words find, as soon as the index is there; null where it can't be loaded. */
  async byWords(text, signal) {
    const index = await this.load();
    if (!index || signal.aborted) return null;
    const found = index.search(text);
    const clauses = this.clauses?.text === text ? this.clauses.found : null;
    if (!clauses || this.at < 0) this.show(text, found, clauses || []); // nothing moves under somebody who is choosing
    this.words = { text, found };
    return found;
  }

  /** A moment later, show before it what the intake finds; a large index may still be read then. */
  async byMeaning(text, signal) {
    await new Promise((done) => setTimeout(done, IN_A_MOMENT));
    const clauses = signal.aborted ? null : await this.engine.find(text, signal);
    if (!clauses || signal.aborted) return null;
    this.clauses = { text, found: clauses };
    const words = this.words?.text === text ? this.words.found : null;
    if (!words || this.at < 0) this.show(text, words || [], clauses);
    return clauses;
  }

  /** Show what the words have found, and before it what the engine has found. */
  show(text, found, clauses, failed = false) {
    this.at = -1;
    const known = new Map(found.map((hit) => [hit.section.cite, hit]));
    const first = clauses.map((clause) => ({
      url: clause.url,
      title: clause.title,
      page: clause.page,
      cite: clause.clause,
      snippet: spoken(clause.quote),
      words: known.get(clause.clause)?.words || new Set(),
    }));
    const cites = new Set(first.map((hit) => hit.cite));
    const rest = found
      .filter((hit) => !hit.section.cite || !cites.has(hit.section.cite))
      .map(({ section, words }) => ({ ...section, url: new URL(section.url, this.base).href, snippet: section.text, words }));
    const kinds = {
      spec: [...first, ...rest.filter((hit) => hit.kind === "spec")],
      support: rest.filter((hit) => hit.kind === "support"),
      operators: rest.filter((hit) => hit.kind === "operators"),
    };
    const titles = {
      spec: found.length ? _("Spec") : _("Closest clauses of the spec"),
      support: _("Help and support process"),
      operators: _("Running Specdesk"),
    };
    const groups = Object.entries(kinds)
      .filter(([, hits]) => hits.length)
      .map(([kind, hits]) => this.group(kind, titles[kind], hits.slice(0, SHOWN[kind])));
    this.list.replaceChildren(...groups, this.ways(text, found.length || clauses.length, failed));
    this.list.querySelectorAll("[role=option]").forEach((option, number) => {
      option.id = `${this.list.id}-${number}`;
    });
    this.list.hidden = false;
    this.list.scrollTop = 0;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
    const number = groups.reduce((sum, group) => sum + group.querySelectorAll("[role=option]").length, 0);
    this.status.textContent = number
      ? _("%(number)s results; go through them with the arrow keys.", { number })
      : this.list.querySelector("[data-nothing]").textContent;
  }

  group(kind, title, hits) {
    const group = element("div", { role: "group", "aria-labelledby": `${this.list.id}-${kind}`, class: "sd-hits" });
    group.append(element("p", { role: "presentation", id: `${this.list.id}-${kind}`, class: "sd-hits-title" }, title));
    for (const hit of hits) {
      const option = element("a", { role: "option", href: hit.url, tabindex: "-1", class: "sd-hit", "aria-selected": "false" });
      const where = hit.cite ? `${hit.page} · ${hit.cite}` : hit.page;
      option.append(element("strong", {}, hit.title), " ", element("small", {}, hit.title === hit.page && !hit.cite ? "" : where));
      option.append(" ", snippet(hit.snippet, hit.words));
      group.append(option);
    }
    return group;
  }

  /** What one can do besides: all clauses in full, and a question; the latter first where nothing was found. */
  ways(text, found, failed) {
    const group = element("div", { role: "group", "aria-label": _("More"), class: "sd-hits" });
    if (!found) {
      const why = failed ? _("The search does not answer at the moment.") : _("Nothing found for “%(text)s”.", { text });
      group.append(element("p", { role: "presentation", class: "sd-hits-nothing", "data-nothing": "" }, why));
    }
    const way = (address, parameters, label) =>
      element(
        "a",
        { role: "option", href: `${address}?${new URLSearchParams(parameters)}`, tabindex: "-1", class: "sd-hit sd-hit-way", "aria-selected": "false" },
        label,
      );
    if (found) group.append(way(this.form.action, { q: text }, _("All clauses on “%(text)s”, in full", { text })));
    group.append(way(this.form.dataset.ask, { summary: text }, _("Ask a question: “%(text)s”", { text })));
    return group;
  }

  pressed(event) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    const isOpen = !this.list.hidden;
    if (event.key === "Escape" && isOpen) {
      event.preventDefault(); // the text stays; a second Escape clears it, as browsers do
      this.close();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      if (!isOpen) {
        this.typed();
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.choose(options, (this.at + step + (this.at < 0 && step < 0 ? 1 : 0) + options.length) % options.length);
    } else if (event.key === "Enter" && isOpen && this.at >= 0) {
      event.preventDefault();
      options[this.at].click();
      this.close();
    }
  }

  choose(options, at) {
    this.at = at;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    options[at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[at].id);
  }

  /** Enter without a choice: the first hit where the intake does not answer, else the page of the intake. */
  sent(event) {
    const first = this.list.querySelector("[role=option]");
    if (!this.input.value.trim()) event.preventDefault();
    else if (this.engine.silentUntil === Infinity && first) {
      event.preventDefault();
      first.click();
    }
  }

  close() {
    this.at = -1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

const AROUND = 60;
const SNIPPET = 180;

/** Lower case without accents, letter by letter, so that places in it are places in the text. */
const folded = (text) =>
  Array.from(text, (letter) => {
    const plain = letter.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    return plain.length === letter.length ? plain : letter;
  }).join("");

/** The part of a text that holds the first of the words found, with these words marked. */
function snippet(text, words) {
  const made = element("span", { class: "sd-snippet" });
  const sought = [...words].filter((word) => word.length > 1).sort((a, b) => b.length - a.length);
  const places = sought.map((word) => folded(text).indexOf(word)).filter((place) => place >= 0);
  const first = places.length ? Math.min(...places) : 0;
  const begin = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
  const shown = text.slice(begin, begin + SNIPPET);
  const pattern = sought.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|");
  let last = 0;
  if (begin) made.append("… ");
  for (const match of pattern ? folded(shown).matchAll(new RegExp(pattern, "gu")) : []) {
    made.append(shown.slice(last, match.index), element("mark", {}, shown.slice(match.index, match.index + match[0].length)));
    last = match.index + match[0].length;
  }
  made.append(shown.slice(last), begin + SNIPPET < text.length ? " …" : "");
  return made;
}

for (const form of document.querySelectorAll("form[data-search]")) new SearchBox(form);
