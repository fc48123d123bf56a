"""MantisBT over REST (2.26 or newer), as it really behaves: docs/operate/mantis.md tells the habits met here.

- A name that does not resolve is dropped or replaced in silence: names are resolved to ids first
  (`names`), and the answer is compared with what was sent (`fields`).
- An answer can be lost or be an error although the issue was made: our marker is looked for before
  an issue is created, and again, twice, after every doubtful answer (`filing`). A second POST in a call
  follows a refusal alone: of an id, for what was known of names may be old, or of the handler.
- Whoever is mentioned with @ is mailed: no text of ours mentions anybody (`texts`).
- Success is a status and the expected key (`answers`); an error's text can echo the requester's, so
  logs cut it.
- It sends a session cookie that would make calls wait for each other: urllib3 keeps no cookies (`http`).

Errors: TryLater when it is down, slow or confused; Broken when token, rights or configuration are
wrong; Unknown when the issue is gone.
"""

from __future__ import annotations

from intake_fn.adapters.mantis.tracker import MantisTracker

__all__ = ["MantisTracker"]
