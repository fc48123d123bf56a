"""The clauses of a page against the site that MkDocs really builds of it, with Material's extensions."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from spec_lookup.search.coverage import coverage
from spec_lookup.search.pages import read_pages
from spec_lookup.search.parse import Page, page_clauses, page_name, read_page

CONFIG = """
site_name: Corpus
theme: {name: material, font: false}
plugins: []
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc: {permalink: true}
  - pymdownx.arithmatex: {generic: true}
  - pymdownx.betterem: {smart_enable: all}
  - pymdownx.caret
  - pymdownx.critic
  - pymdownx.details
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
      emoji_generator: !!python/name:material.extensions.emoji.to_svg
  - pymdownx.highlight: {anchor_linenums: true, line_spans: __span, pygments_lang_class: true}
  - pymdownx.inlinehilite
  - pymdownx.keys
  - pymdownx.magiclink
  - pymdownx.mark
  - pymdownx.smartsymbols
  - pymdownx.snippets
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:pymdownx.superfences.fence_code_format
  - pymdownx.tabbed: {alternate_style: true}
  - pymdownx.tasklist: {custom_checkbox: true}
  - pymdownx.tilde
"""

CONSTRUCTS = """---
title: Corpus
---
Words above.

# Every construct {#top .big data-kind="x"}

Below the title, with HTML and a [link](#plain "Where to look") and :material-check: inside a sentence.

*[HTML]: Hyper Text Markup

## Plain { #plain data-toc-label="P" }

One ==marked== ~~gone~~ H~2~O A^2^ ^^under^^ ++ctrl+alt+del++ `#!python print(1)` (c) $x^2$ *em* **strong** _it_.
{--struck--} {++put in++} {~~old~>new~~} {==lit==}{>>remark<<}

{==

A block of critic marks.

==}

## Plain

Twice.[^1] And again.[^long]

[^1]: A note, with `code`.
[^long]:
    A note of two paragraphs.

    The second one.

## Admonitions {#admonitions}

!!! note "Titled"

    ### In an admonition

    Text there.

    !!! warning

        Nested text.

??? tip

    Folded text.

???+ example "Unfolded"

    Open text.

!!! info inline end ""

    Without a title.

## Annotations {#annotations}

Lorem (1) ipsum.
{ .annotate }

1.  :man_raising_hand: An annotation of a text.

``` yaml title="prices.yml" linenums="1" hl_lines="2"
---
a: 1 # (1)!
# no heading
```

1.  An annotation of code.

``` { .python .annotate title=x }
## none
def rule(): ...
```

## Buttons and icons {#buttons}

[Subscribe now](#buttons){ .md-button .md-button--primary } [Send :fontawesome-solid-paper-plane:](#top){ .md-button }
A face :smile: and an icon :material-information-outline:{ title="What the icon says" } amid words.

## Tabs {#tabs}

=== "First tab"

    ### In a tab

    Tab one.

    ``` c title="main.c"
    int main(void) { return 0; }
    ```

=== "Second tab"

    1. Tab two.

        === "Inner tab"

            Inner words.

## Tables {#tables}

| Carrier | Limit | Note |
|:--|--:|:-:|
| X | 24 h | |
| Y. Z | **48** h | see [there](#tabs) |

| Only heads | of columns |
|---|---|

<table><caption>Captioned</caption><tr><th>Side</th><td>Cell</td></tr></table>

## Diagrams {#diagrams}

``` mermaid
graph LR
  A[Drawn] --> B
```

## Grids {#grids}

<div class="grid cards" markdown>

-   :material-clock-fast:{ .lg .middle } __Card__

    ---

    Card text.

    [:octicons-arrow-right-24: Card link](#grids)

-   ### Heading in a card {#card}

    Below it.

</div>

<div class="grid" markdown>

=== "Grid tab"

    Grid words.

```` title="grid.txt"
Grid code
````

</div>

## Images {#images}

![A pallet in the rain](pallet.svg){ align=left width="30" } Beside it.

<figure markdown="span">
  ![Framed picture](pallet.svg){ loading=lazy }
  <figcaption>A caption</figcaption>
</figure>

![Reference alt][ref]

[ref]: pallet.svg "A title of a picture"

## Lists {#lists}

-   An item

    ### In a list

    Below it.

    1. Numbered

        - Deep

- [x] done
- [ ] open
    * [x] nested done

`Term`
:   Meaning.

    A second paragraph of it.

Another term
:   One meaning
:   One more

## Math {#math}

$$
\\cos x=\\sum_{k=0}^{\\infty}k
$$

Inline \\(f\\) is a function.

## Quotations {#quotations}

> #### Quoted
> In a quotation.
>
> > Twice quoted.

## Raw {#raw-html}

<h3 id="raw">Raw <em>one</em></h3>
<p class="headerlink">A paragraph that is named like a link to a heading.</p>
<div class="linenos">A division that is named like numbers of lines.</div>
<p>Raw text.<br>Second line<br/>Third line</p>
<details><summary>Summed up</summary><p>Unfolded raw.</p></details>
<!-- ## A comment {#comment} -->
<script>var script = "unseen";</script>
<style>p { color: unseen }</style>

<h3>Without an id</h3>

Below a heading without an id.

Under lined
-----------

Last words.
"""

LEGACY = """Owner: nobody
Key: value

Legacy words
============

Below the title.

Carrier: is no front matter here.
"""

QUOTED = """---
not: a: mapping
---

## After {#after}

``` yaml
---
title: in a fence
---
```
"""

PAGES = {
    "index.md": CONSTRUCTS,
    "legacy.markdown": LEGACY,
    "deep/quoted.mkd": QUOTED,
    "deep/README.md": "# Read me\n\nWords.\n",
    "deep/untitled.md": "Only words, none above.\n",
    "chinese.md": "# 手册\n\n## 总览\n\n打开系统。\n\n## 总览\n\n选择一个运单。\n",
}

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


class Corpus:
    """The pages, read by us and built by MkDocs."""

    def __init__(self, folder: Path, config: str) -> None:
        """Build the site."""
        self.folder = folder
        for name, text in {**PAGES, "pallet.svg": PICTURE}.items():
            path = folder / "docs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.config = folder / "mkdocs.yml"
        self.config.write_text(config, encoding="utf-8")
        subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(self.config)], check=True, timeout=120)

    def pages(self) -> dict[str, Page]:
        """Each page as it is indexed."""
        return {name: read_page(name, text, self.config) for name, text in read_pages(self.folder / "docs")}

    def article(self, name: str) -> str:
        """What the site shows of a page, without what the theme puts around and above it."""
        address = re.sub(r"(^|/)(index|README)$", r"\1", page_name(name))
        html = (self.folder / "site" / address / "index.html").read_text(encoding="utf-8")
        article = html.partition("<article")[2].partition(">")[2].partition("</article>")[0]
        return re.sub(r"\A\s*<h1>[^<]*</h1>", "", article)  # the theme's, for a page without a title


def without_material(config: str) -> str:
    """The extensions of this repository's own wiki in the place of all of Material's."""
    own = (Path(__file__).parents[2] / "mkdocs.yml").read_text(encoding="utf-8")
    extensions = re.search(r"^markdown_extensions:\n(?:[ #-].*\n|\n)+", own, re.MULTILINE)
    assert extensions
    return config.partition("markdown_extensions:")[0] + extensions.group()


@pytest.fixture(scope="module", params=["all of Material's extensions", "those of the wiki"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The corpus, built."""
    config = without_material(CONFIG) if request.param == "those of the wiki" else CONFIG
    return Corpus(tmp_path_factory.mktemp("corpus"), config)


@pytest.mark.parametrize("name", PAGES)
def test_clauses_hold_each_word_of_the_built_page_below_its_heading(corpus: Corpus, name: str) -> None:
    """Nothing that the site shows is in no clause, and no clause says what the site does not show."""
    page = corpus.pages()[name]
    found = coverage(corpus.article(name), page.texts)

    assert ([], []) == (found.lost, found.invented)
    assert found.words == page.coverage.words > 0


@pytest.mark.parametrize("name", PAGES)
def test_every_anchor_is_that_of_the_built_page(corpus: Corpus, name: str) -> None:
    """Each heading with an id, in order, is cited by it; a title without text alone is no clause."""
    page = corpus.pages()[name]
    ids = re.findall(r'<h[1-6][^>]*\bid="([^"]*)"', corpus.article(name))

    assert ids == [anchor for anchor in page.texts if anchor]
    assert {*ids} >= {clause.anchor for clause in page.clauses if clause.anchor}


STANDS_IN = [
    ("", "Words above."),
    ("top", "with HTML and a link and inside a sentence."),
    ("top", "HTML: Hyper Text Markup"),
    ("top", "link: Where to look"),
    ("plain", "One marked gone H2O A2 under Ctrl+Alt+Del"),
    ("plain_1", "Twice.1 And again.2"),
    ("in-an-admonition", "Nested text."),
    ("in-an-admonition", "Folded text."),
    ("in-an-admonition", "Without a title."),
    ("annotations", "An annotation of code."),
    ("annotations", "prices.yml"),
    ("buttons", "Subscribe now"),
    ("buttons", "What the icon says"),
    ("tabs", "Second tab"),
    ("in-a-tab", "Inner words."),
    ("tables", "Carrier: Y. Z; Limit: 48 h; Note: see there"),
    ("tables", "Only heads; of columns"),
    ("diagrams", "A[Drawn] --> B"),
    ("grids", "Card text."),
    ("card", "Below it."),
    ("card", "grid.txt"),
    ("images", "A pallet in the rain Beside it."),
    ("images", "A caption"),
    ("images", "Reference alt"),
    ("in-a-list", "nested done"),
    ("in-a-list", "A second paragraph of it."),
    ("math", "is a function."),
    ("quoted", "Twice quoted."),
    ("raw", "A paragraph that is named like a link to a heading."),
    ("raw", "A division that is named like numbers of lines."),
    ("raw", "Unfolded raw."),
    ("raw", "Below a heading without an id."),
    ("under-lined", "Last words."),
    ("under-lined", "A note of two paragraphs."),
]


def test_words_stand_in_the_clause_of_the_heading_above_them(tmp_path: Path) -> None:
    """As a person reads the page, construct by construct."""
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    found = {
        clause.anchor: clause.text.replace("\u00a0", " ")
        for clause in page_clauses("index.md", CONSTRUCTS, tmp_path / "mkdocs.yml")
    }

    assert [] == [(anchor, words) for anchor, words in STANDS_IN if words not in found[anchor]]
    assert [] == [anchor for anchor, text in found.items() if "unseen" in text or "comment" in text]


@pytest.mark.parametrize("numbers", ["", ' linenums="1"', ' linenums="1" title="prices.yml"'])
def test_lines_of_code_stay_lines(tmp_path: Path, numbers: str) -> None:
    """With numbers beside them, too, which are no part of the text."""
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    page = f"# T {{#t}}\n\nWords.\n\n``` yaml{numbers}\na: x\nb: y\n\nc: z\n```\n\nEnd.\n"
    text = page_clauses("index.md", page, tmp_path / "mkdocs.yml")[0].markdown

    assert text.replace("prices.yml\n\n", "") == "Words.\n\na: x\nb: y\n\nc: z\n\nEnd."


def test_the_pages_of_the_index_are_those_of_the_site(tmp_path: Path) -> None:
    """What is excluded, a draft or hidden is in neither; what is reached by a link is in both."""
    docs = tmp_path / "docs"
    elsewhere = tmp_path / "elsewhere"
    names = ("a.md", "b.markdown", "c/README.md", "c/index.md", "d/README.md", "d/old.md", "templates/t.md", ".h/x.md")
    for name in (*names, "draft.md", "both.markdown", "both.md", "e/templates/kept.md"):
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text("# T\n\nText.\n", encoding="utf-8")
    elsewhere.mkdir()
    (elsewhere / "linked.md").write_text("# L\n\nText.\n", encoding="utf-8")
    (docs / "link").symlink_to(elsewhere, target_is_directory=True)
    (docs / "twice").symlink_to(docs / "d", target_is_directory=True)
    config = tmp_path / "mkdocs.yml"
    excluded = "exclude_docs: |\n  old.md\ndraft_docs: |\n  draft.md\n"
    config.write_text(f"site_name: x\nplugins: []\n{excluded}", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config)], check=True, timeout=120)
    built = {path.parent.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("index.html")}
    built |= {f"{name}/linked" for name in ("link",) if (tmp_path / "site" / name / "linked").is_dir()}
    read_here = [name for name, _ in read_pages(docs)]
    (docs / "circle").symlink_to(docs, target_is_directory=True)

    assert built - {"."} == {re.sub(r"(^|/)(index|README)$", "", page_name(name)) for name in read_here}
    assert {"link/linked.md", "twice/README.md", "e/templates/kept.md", "both.md", "c/index.md"} <= set(read_here)
    assert read_here == [name for name, _ in read_pages(docs)], "a link that leads back is not followed"


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "docs" / "spec").glob("*.md")), ids=lambda p: p.stem
)
def test_no_word_of_our_own_spec_is_in_no_clause(path: Path) -> None:
    """The strict reading holds for the pages that are shipped; `clauses` would refuse them otherwise."""
    assert page_clauses(path.name, path.read_text(encoding="utf-8"))
