// Search in the browser, over the index that the wiki's build writes (intake_fn/wiki/search_index.py): BM25 over words,
// their beginnings and parts, with typos forgiven and the synonyms of the spec. It is what finds where the intake,
// which also searches by meaning, does not answer. No document, no network: texts in, sections out.

const K1 = 1.2;
const B = 0.6;
const WEIGHT = { title: 4, cite: 2, page: 1.5, text: 1 };

// What a word of the index counts for a word that was typed.
const SAME = 1;
const SAME_STEM = 0.9;
const BEGINS = 0.5;
const HOLDS = 0.35;
const ONE_SLIP = 0.6;
const TWO_SLIPS = 0.3;
const SYNONYM = 0.7;
const PART = 0.6;

const STOP = new Set(
  ("a an and are as at be been but by can cannot could did do does for from had has have he her him his how i if in " +
    "into is it its just me my of on or our she so than that the their them then there these they this those to too " +
    "us was we were what when where which while who why will with would you your").split(" "),
);
const WORD = /[\p{L}\p{N}]+(?:[-_:./',’][\p{L}\p{N}]+)*%?/gu;
const JOINT = /[-_:./',’]/;
const THOUSANDS = /^[1-9]\d{0,2}(?:([,.'’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/;
const SPACED = /(?<![\d.,])([1-9]\d{0,2}(?: \d{3})+)(?!\d)(?:,(\d{1,2})(?!\d))?/g;
const DECIMALS = /^\d+[.,]\d+$/;
const COUNTED = /^(\d+)(\p{L}{1,4})$/u;
const CURRENCIES = { $: " usd ", "€": " eur ", "£": " gbp " };

/** Lower case without accents; a number and its percent sign are one word, and so are its thousands. */
export function fold(text) {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f\u00ad\u200b-\u200d]/g, "")
    .toLowerCase()
    .replace(/(\d)\s*(?:%|per ?cent\b|pct\b)/g, "$1%")
    .replace(/(?:us)?[$€£]/g, (sign) => CURRENCIES[sign.at(-1)])
    .replace(SPACED, (_all, whole, decimals) => whole.replaceAll(" ", ",") + (decimals ? `.${decimals}` : ""));
}

/** A written number without separators of thousands and zeros at its end; "" for what is none. */
function numberOf(plain) {
  if (THOUSANDS.test(plain)) {
    const [, decimals = ""] = plain.match(/[,.'’]\d{3}(?:[.,](\d+))?$/);
    const whole = plain.slice(0, decimals ? -decimals.length - 1 : undefined).replaceAll(/\D/g, "");
    return decimals.replace(/0+$/, "") ? `${whole}.${decimals.replace(/0+$/, "")}` : whole;
  }
  return DECIMALS.test(plain) ? plain.replace(",", ".").replace(/\.?0+$/, "") : "";
}

/** The forms under which one written word is found: itself, as one word, as a plain number, and its parts. */
function formsOf(whole) {
  const forms = [whole];
  const plain = whole.replace(/%$/, "");
  const number = numberOf(plain);
  if (number) forms.push(number, number.split(".")[0]);
  if (plain !== whole) forms.push(plain);
  if (!THOUSANDS.test(plain)) {
    const parts = plain.split(JOINT);
    if (parts.length > 1) forms.push(parts.join(""), ...parts);
    for (const part of parts) if (/\d/.test(part) && /\p{L}/u.test(part)) forms.push(...part.match(/\d+|\p{L}+/gu));
  }
  return [...new Set(forms)].filter((form) => form.length > 1 || /\d/.test(form) || form === whole);
}

const written = (text) => fold(text).match(WORD) || [];

/** A word without the endings of English; numbers stay. */
export function stem(word) {
  if (word.length < 4 || /\d/.test(word)) return word;
  return word
    .replace(/'s$/, "")
    .replace(/ies$/, "y")
    .replace(/(ss|sh|ch|x)es$/, "$1")
    .replace(/([^s])s$/, "$1")
    .replace(/(?:ing|ed)$/, (ending) => (word.length - ending.length < 3 ? ending : ""))
    .replace(/(bb|dd|gg|ll|mm|nn|pp|rr|tt)$/, (pair) => pair[0])
    .replace(/e$/, "");
}

/** How many slips (a letter more, less, other, or two swapped) lie between two words; `most` + 1 for more. */
export function slips(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    before = last;
    last = row;
  }
  return last[b.length];
}

const A_PART = 30; // milliseconds for which the index is read before the page may do something else

export class SearchIndex {
  /** @param {{synonyms: string[][], sections: {url, title, page, kind, text, cite}[]}} published */
  constructor(published) {
    this.sections = published.sections;
    this.postings = new Map(); // word -> Map(section -> weighted count)
    this.stems = new Map(); // stem -> words
    this.forms = new Map(); // written word -> its forms, for as long as the index is read
    this.lengths = [];
    this.known = new Map();
    this.synonyms = this.#groups(published.synonyms);
    this.mean = 0;
  }

  /** The index, read a part at a time: the page stays usable meanwhile, however large it is. */
  static async of(published) {
    const index = new SearchIndex(published);
    for (let until = performance.now() + A_PART; index.#readUntil(until); until = performance.now() + A_PART)
      await new Promise((resume) => setTimeout(resume));
    index.forms = null;
    index.mean = index.lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, index.lengths.length);
    return index;
  }

  /** Whether there are sections left to be read. */
  #readUntil(time) {
    while (this.lengths.length < this.sections.length) {
      this.lengths.push(this.#add(this.sections[this.lengths.length], this.lengths.length));
      if (performance.now() > time) break;
    }
    return this.lengths.length < this.sections.length;
  }

  /** The sections that a text finds, the best first: {section, score, words}, `words` as they stand in them. */
  search(text, limit = 50) {
    const units = this.#units(text);
    const scores = new Map();
    for (const unit of units) {
      for (const [number, found] of this.#unit(unit)) {
        const kept = scores.get(number) || { score: 0, units: 0, words: new Set() };
        kept.score += found.score;
        kept.units += found.share;
        for (const word of found.words) kept.words.add(word);
        scores.set(number, kept);
      }
    }
    return [...scores]
      .map(([number, { score, units: met, words }]) => ({
        section: this.sections[number],
        score: score * (met / units.length) ** 1.5,
        words,
      }))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  }

  #add(section, number) {
    let length = 0;
    for (const [field, weight] of Object.entries(WEIGHT)) {
      for (const whole of written(section[field] || "")) {
        length += 1;
        for (const sections of this.#postingsOf(whole)) sections.set(number, (sections.get(number) || 0) + weight);
      }
    }
    return length;
  }

  #postingsOf(whole) {
    if (this.forms.has(whole)) return this.forms.get(whole);
    const found = STOP.has(whole) ? [] : formsOf(whole).map((word) => this.#posting(word));
    this.forms.set(whole, found);
    return found;
  }

  #posting(word) {
    if (!this.postings.has(word)) {
      this.postings.set(word, new Map());
      const same = stem(word);
      this.stems.set(same, [...(this.stems.get(same) || []), word]);
    }
    return this.postings.get(word);
  }

  #groups(groups) {
    const terms = new Map(); // a term's words in one text -> the other terms of its groups
    for (const group of groups) {
      const said = group.map((term) => written(term).map(stem));
      said.forEach((words, at) => {
        const key = words.join(" ");
        terms.set(key, [...(terms.get(key) || []), ...said.filter((_, other) => other !== at)]);
      });
    }
    return terms;
  }

  /** A number with what it counts, such as 25mb, as two words, unless it is a word of the index. */
  #counted(word) {
    const [, number, counted] = COUNTED.exec(word) || [];
    return !number || this.stems.has(word) ? [word] : [number, counted];
  }

  /** The query as units, each a list of ways to meet it: the words themselves, or a term that means the same. */
  #units(text) {
    const said = written(text).flatMap((word) => this.#counted(word));
    const units = [];
    for (let at = 0; at < said.length; ) {
      let size = Math.min(5, said.length - at);
      while (size > 1 && !this.synonyms.has(said.slice(at, at + size).map(stem).join(" "))) size -= 1;
      const words = said.slice(at, at + size);
      const others = this.synonyms.get(words.map(stem).join(" ")) || [];
      if (size > 1 || others.length || !STOP.has(words[0])) units.push({ words, others });
      at += size;
    }
    return units.length ? units : said.map((word) => ({ words: [word], others: [] }));
  }

  /** For each section that meets a unit: the score of the best way, the share of its words, and the words met. */
  #unit({ words, others }) {
    const found = new Map();
    const take = (terms, weight, isWhole) => {
      const met = new Map();
      for (const term of terms) {
        for (const [number, one] of term) {
          const kept = met.get(number) || { score: 0, share: 0, words: new Set() };
          kept.score += weight * one.score;
          kept.share += 1 / terms.length;
          kept.words.add(one.word);
          met.set(number, kept);
        }
      }
      for (const [number, kept] of met) {
        if (isWhole && kept.share < 0.99) continue;
        if (kept.score > (found.get(number)?.score || 0)) found.set(number, kept);
      }
    };
    take(words.filter((word) => words.length === 1 || !STOP.has(word)).map((word) => this.#word(word)), SAME, false);
    for (const other of others) {
      const stems = other.filter((word) => !STOP.has(word));
      if (stems.length) take(stems.map((word) => this.#stem(word)), SYNONYM, true);
    }
    return found;
  }

  /** For one word that was typed: sections with the score of the best word of the index that it may mean. */
  #word(whole) {
    if (this.known.has(whole)) return this.known.get(whole);
    const meant = new Map();
    const add = (word, weight) => meant.set(word, Math.max(weight, meant.get(word) || 0));
    const [first, ...parts] = formsOf(whole);
    const number = numberOf(whole);
    for (const form of [first, ...parts.filter((part) => part === number || this.#isJoined(part, whole))])
      this.#meant(form, add, SAME);
    if (!meant.size) for (const part of parts) this.#meant(part, add, PART);
    if (!meant.size) this.#slipped(whole, add);
    const scores = this.#scores(meant);
    this.known.set(whole, scores);
    return scores;
  }

  /** Whether a form is the whole word, only written without its joints. */
  #isJoined(form, whole) {
    return form === whole.replaceAll(/[-_:./',’%]/g, "");
  }

  #meant(form, add, weight) {
    for (const word of this.stems.get(stem(form)) || []) add(word, weight * (word === form ? SAME : SAME_STEM));
    if (form.length < 2) return;
    const isPart = form.length > 3 || (form.length === 3 && /\d/.test(form));
    for (const word of this.postings.keys()) {
      if (word === form || word.length <= form.length) continue;
      const share = form.length / word.length;
      if (word.startsWith(form)) add(word, weight * BEGINS * (0.5 + share / 2));
      else if (isPart && word.includes(form)) add(word, weight * HOLDS * (0.5 + share / 2));
    }
  }

  #slipped(word, add) {
    if (word.length < 5 || /\d/.test(word)) return;
    const most = word.length < 8 ? 1 : 2;
    for (const other of this.postings.keys()) {
      if (other[0] !== word[0] && other[1] !== word[1]) continue;
      const far = slips(word, other, most);
      if (far <= most) add(other, far === 1 ? ONE_SLIP : TWO_SLIPS);
    }
  }

  #stem(stemmed) {
    const meant = new Map((this.stems.get(stemmed) || []).map((word) => [word, SAME]));
    if (!meant.size) for (const word of this.stems.get(stem(stemmed)) || []) meant.set(word, SAME);
    return this.#scores(meant);
  }

  #scores(meant) {
    const scores = new Map();
    for (const [word, weight] of meant) {
      const sections = this.postings.get(word);
      const rarity = Math.log(1 + (this.sections.length - sections.size + 0.5) / (sections.size + 0.5));
      for (const [number, count] of sections) {
        const norm = K1 * (1 - B + (B * this.lengths[number]) / this.mean);
        const score = (weight * rarity * count * (K1 + 1)) / (count + norm);
        if (score > (scores.get(number)?.score || 0)) scores.set(number, { score, word });
      }
    }
    return scores;
  }
}
