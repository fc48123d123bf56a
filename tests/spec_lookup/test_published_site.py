"""The clauses of a page against the site that MkDocs really builds of it, with Material's extensions."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from spec_lookup.parse import clauses
from spec_lookup.published import sections, words_missing

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

PAGE = """---
title: Corpus
---
Words above.

# Every construct {#top .big data-kind="x"}

Below the title, with HTML and an [link](#plain "tip") and :material-check: too.

*[HTML]: Hyper Text

## Plain { #plain data-toc-label="P" }

One ==marked== ~~gone~~ H~2~O A^2^ ++ctrl+alt+del++ {--old--} `#!python print(1)` (c) $x^2$.

## Plain

Twice.[^1]

[^1]: A note, with `code`.

## Fences

``` yaml title="prices.yml" linenums="1" hl_lines="2"
---
a: 1 # (1)!
# no heading
```

1.  An annotation.

``` { .python .annotate title=x }
## none
```

``` mermaid
graph LR
  A --> B
```

!!! note "Titled"

    ### In an admonition

    Text there.

??? tip

    Folded text.

> #### Quoted
> In a quotation.

-   An item

    ### In a list

    Below it.

- [x] done
- [ ] open

=== "First tab"

    ### In a tab

    Tab one.

=== "Second tab"

    Tab two.

Term
:   Meaning.

<div class="grid cards" markdown>

-   __Card__

    ---

    Card text.

</div>

<h3 id="raw">Raw <em>one</em></h3>
<p>Raw text.<br>Second line</p>

| Carrier | Limit | Note |
|:--|--:|---|
| X | 24 h | |
| Y. Z | **48** h | |

<table><tr><th>Side</th><td>Cell</td></tr></table>

<figure markdown="span"><figcaption>Caption</figcaption></figure>

Under lined
-----------

Last words.
"""


def test_clauses_hold_each_heading_and_each_word_of_the_built_page(tmp_path: Path) -> None:
    """Nothing that the site shows is in no clause, and every anchor is an id of a heading there, in order."""
    (tmp_path / "docs").mkdir()
    config = tmp_path / "mkdocs.yml"
    config.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "docs" / "index.md").write_text(PAGE, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config)], check=True, timeout=120)
    html = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    article = html.partition("<article")[2].partition(">")[2].partition("</article>")[0]
    found = clauses("index.md", PAGE, config)
    held = Counter(re.findall(r"\w+", " ".join(f"{clause.title} {clause.markdown}" for clause in found)))

    assert ["", *(section.anchor for section in sections(article)[1:])] == [clause.anchor for clause in found]
    assert [] == words_missing(article, [f"{clause.title} {clause.markdown}" for clause in found])
    assert 1 == held["Folded"] == held["Quoted"] == held["Meaning"] == held["annotation"]
    assert [2, 2] == [held["Carrier"], held["Limit"]], "the heads stand in both rows"


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "docs" / "spec").glob("*.md")), ids=lambda p: p.stem
)
def test_no_word_of_our_own_spec_is_in_no_clause(path: Path) -> None:
    """The strict reading holds for the pages that are shipped; `clauses` would refuse them otherwise."""
    assert clauses(path.name, path.read_text(encoding="utf-8"))
