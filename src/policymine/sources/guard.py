"""Which network addresses may be reached: public ones, unless a source says otherwise. Judged where the connection is made.

A name is resolved once, by the resolver below; the connection goes to exactly the addresses that it let through, so a name
that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

NAT64 = ipaddress.ip_network("64:ff9b::/96")
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet: not private, loopback, link-local, multicast or a wrapped one.

    >>> [is_public(a) for a in ("8.8.8.8", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False, False, False]
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def is_address(host: str) -> bool:
    """Whether a host is an IP address and no name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


class PrivateAddress(Exception):  # noqa: N818 - what was met, like StopIteration
    """A host leads to an address that is not public."""


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the public addresses of a resolution and remembers the others."""

    def __init__(self, receiver: Any, host: str, refused: dict[str, str]) -> None:
        self._receiver, self._host, self._refused = receiver, host, refused

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's names
        """Resolution has begun."""
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        """One address was found."""
        if is_public(address.host):
            self._receiver.addressResolved(address)
        else:
            self._refused[self._host] = address.host

    def resolutionComplete(self) -> None:  # noqa: N802
        """All were found."""
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class PublicResolver(CachingHostnameResolver):
    """Resolves names (IPv4 and IPv6) and, unless private ones are allowed, lets only public addresses through."""

    refused: dict[str, str] = {}  # noqa: RUF012 - one process crawls one source
    """Hosts that led to an address that is not public, with that address."""

    def __init__(self, reactor: Any, cache_size: int, *, allow_private: bool = False) -> None:
        super().__init__(reactor, cache_size)
        self._allow = allow_private

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        """Made by Scrapy."""
        settings = crawler.settings
        return cls(reactor, settings.getint("DNSCACHE_SIZE"), allow_private=settings.getbool("ALLOW_PRIVATE"))

    def resolveHostName(  # noqa: N802
        self, resolutionReceiver: Any, hostName: str, portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None, transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:  # fmt: skip
        """Resolves a name; called by Twisted for every connection."""
        receiver: Any = resolutionReceiver if self._allow else _PublicOnly(resolutionReceiver, hostName, self.refused)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
