// What scripts say. Each text stands in one literal, so that translators find it; pages in another language bring the
// translations.

const translations = JSON.parse(document.documentElement.dataset.texts || "{}");

export const _ = (text, values = {}) =>
  (translations[text] || text).replace(/%\((\w+)\)s/g, (_match, name) => values[name]);
