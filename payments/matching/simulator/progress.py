"""A progress bar on standard error, so that standard output holds the result alone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

Item = TypeVar("Item")

_WIDTH = 30
_DONE = 100


@dataclass(slots=True)
class Progress:
    """Draws a bar a percent at a time on a terminal, and a line every tenth elsewhere."""

    write: Callable[[str], object]
    terminal: bool = False
    _shown: int = field(default=-1, init=False)

    def over(self, items: Iterable[Item], label: str, whole: int) -> Iterator[Item]:
        """Pass items on, drawing how many of `whole` have gone by."""
        stride = max(1, whole // 100)
        self._shown = -1
        for count, item in enumerate(items):
            if count % stride == 0:
                self.show(label, count, whole)
            yield item
        self.show(label, whole, whole)

    def show(self, label: str, done: int, whole: int) -> None:
        """Draw `done` of `whole`, when it is a new percent (or tenth)."""
        percent = 100 * done // whole if whole else 100
        percent -= 0 if self.terminal else percent % 10
        if percent != self._shown:
            self._shown = percent
            full = "█" * (_WIDTH * percent // 100)
            end = "\r" if self.terminal and percent < _DONE else "\n"
            self.write(f"{label} {full:░<{_WIDTH}} {percent} %{end}")
