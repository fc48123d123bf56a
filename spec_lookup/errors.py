"""What can go wrong in the library.

SpecLookupError
├── SpecBroken     a page of the spec cannot be read; says page and line
├── IndexMissing   there is no index in the folder
├── IndexBroken    there is one, but of another version or damaged
├── ModelBroken    the embedding model is damaged, or not the one that is known
├── InputBroken    a line of a JSON Lines file is not what the command takes; says the line
└── NoResponse     the language model is off, slow, refused or over budget
    └── NotRecorded    a replay has no cassette of this prompt
"""


class SpecLookupError(Exception):
    """The root; the message says what happened, where, and what to do."""


class SpecBroken(SpecLookupError):
    """A page of the spec cannot be read."""


class IndexMissing(SpecLookupError):
    """There is no index in the folder."""


class IndexBroken(SpecLookupError):
    """The folder holds an index that this version cannot read."""


class ModelBroken(SpecLookupError):
    """The embedding model is damaged, or not the one that is known."""


class InputBroken(SpecLookupError):
    """A line of the input is not what the command takes."""


class NoResponse(SpecLookupError):
    """The language model is off, slow, refused or over budget; the built-in judge gives the verdict instead."""


class NotRecorded(NoResponse):
    """A replay has no cassette of this prompt, which is listed as missing."""
