from __future__ import annotations


class StatementError(ValueError):
    """A file that can't be read as a statement of account: a code, and what is needed to say it in words."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params
