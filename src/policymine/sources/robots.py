"""robots.txt as RFC 9309 has it: who may be asked for what, how often, and where the sitemaps are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from protego import Protego

LONGEST = 512 * 1024
"""Of a longer robots.txt only so many bytes are read; RFC 9309, 2.5, asks for at least 500 KiB."""
LONGEST_DELAY = 60.0


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one site for one crawler."""

    rules: Any
    agent: str

    @classmethod
    def parse(cls, body: bytes, *, agent: str) -> Robots:
        """The rules that a file gives; what can't be read in it says nothing.

        >>> robots = Robots.parse("User-agent: *\\nCrawl-delay: 3\\nDisallow: /neibu/".encode(), agent="policymine")
        >>> robots.allows("http://a.example/neibu/1.html"), robots.allows("http://a.example/1.html"), robots.delay
        (False, True, 3.0)
        """
        text = body[:LONGEST].decode("utf-8-sig", "replace")
        if len(body) > LONGEST:  # the last line may be cut in two
            text = text.rpartition("\n")[0]
        return cls(Protego.parse(text), agent)

    def allows(self, url: str) -> bool:
        """Whether the site lets this crawler ask for an address."""
        allowed: bool = self.rules.can_fetch(url, self.agent)
        return allowed

    @property
    def delay(self) -> float:
        """Seconds between two requests that the site asks for; 0 when it says nothing."""
        asked = self.rules.crawl_delay(self.agent)
        rate = self.rules.request_rate(self.agent)
        between = rate.seconds / rate.requests if rate is not None and rate.requests else 0.0
        return min(max(float(asked or 0.0), between), LONGEST_DELAY)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that the file names."""
        return tuple(self.rules.sitemaps)
