"""The moved clock: what `created` says. Signatures and delivery use real time."""

import time


class Clock:
    """Real time plus an offset in whole seconds."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Seconds since the epoch, moved by the offset."""
        return int(time.time()) + self.offset
