"""Where a request comes from: its peer, or what a proxy that is trusted says of it."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> str:
    """The address in its shortest form; "" where there is none (a call that came over no network).

    X-Forwarded-For is read from its right end, as long as whoever added an entry stands in
    TRUSTED_PROXIES; what a visitor wrote himself stands further left and is never reached.
    """
    peer = _parse(request.META.get("REMOTE_ADDR", ""))
    if peer is None:
        return ""
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while _trusted(peer) and entries:
        before = _parse(entries.pop())
        if before is None:
            break
        peer = before
    return str(peer)


def lockout_address(request: HttpRequest) -> str | None:
    """As `client_address`, but None where there is none: what the lock-out keeps in its column."""
    return client_address(request) or None


def _trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _parse(text: str) -> Address | None:
    """The address that `text` writes, without port and brackets; None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
