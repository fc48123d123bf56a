"""Templates in the language in use.

`_`, `ngettext` and `{% trans %}` are for texts that stand in the template: they may hold markup. `tr` is for all
others, which are escaped like any value. `language()` is for HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.texts import gettext, language, ngettext

if TYPE_CHECKING:
    from jinja2 import Environment


def translated(environment: Environment) -> None:
    """Let the templates of this environment be translated where they are shown."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    environment.globals.update(language=language, tr=gettext)
