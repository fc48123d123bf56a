// A table that is wider than the page is scrolled in a box of its own, which the theme makes. Whoever uses the keyboard
// has to reach that box, and to hear what it is; a box that need not be scrolled is no stop.

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => isStop(target)));

function isStop(box) {
  if (box.scrollWidth <= box.clientWidth) {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    return;
  }
  const heads = [...document.querySelectorAll(".md-content :is(h1, h2, h3, h4)")];
  const before = heads.filter((head) => head.compareDocumentPosition(box) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
  const number = [...document.querySelectorAll(".md-typeset__scrollwrap")].indexOf(box) + 1;
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Table ${number}: ${(before?.firstChild?.textContent || document.title).trim()}`);
}

addEventListener("load", () => document.querySelectorAll(".md-typeset__scrollwrap").forEach((box) => sizes.observe(box)));
