"""Find the clause of a spec that decides a request, and say which way it decides."""


class Spec:
    """An opened index."""
