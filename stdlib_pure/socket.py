"""Stands for `socket` where the interpreter has no access to the host: addresses as text; to open a socket is an `OSError`."""

import enum
import ipaddress

__all__ = [
    "AF_INET", "AF_INET6", "AF_UNIX", "AF_UNSPEC", "AddressFamily", "IPPROTO_IPV6", "IPPROTO_TCP", "IPPROTO_UDP", "SOCK_DGRAM", "SOCK_STREAM",
    "SOL_SOCKET", "SO_KEEPALIVE", "SO_REUSEADDR", "SocketKind", "TCP_NODELAY", "create_connection", "create_server", "error", "fromfd",
    "gaierror", "getaddrinfo", "getdefaulttimeout", "getfqdn", "gethostbyname", "gethostname", "has_ipv6", "herror", "htonl", "htons",
    "inet_aton", "inet_ntoa", "inet_ntop", "inet_pton", "ntohl", "ntohs", "setdefaulttimeout", "socket", "socketpair", "timeout",
]


class AddressFamily(enum.IntEnum):
    AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6 = 0, 1, 2, 10


class SocketKind(enum.IntEnum):
    SOCK_STREAM, SOCK_DGRAM = 1, 2


globals().update(AddressFamily.__members__)
globals().update(SocketKind.__members__)
IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6, TCP_NODELAY, SOL_SOCKET, SO_REUSEADDR, SO_KEEPALIVE = 6, 17, 41, 1, 1, 2, 9
has_ipv6 = False
_GLOBAL_DEFAULT_TIMEOUT = object()
error, timeout = OSError, TimeoutError


class herror(OSError):
    """An address has no name."""


class gaierror(OSError):
    """A name has no address."""


def _refuse(name):
    def refused(*args, **kwargs):
        raise PermissionError(1, "no socket can be opened")

    refused.__name__ = refused.__qualname__ = name
    return refused


class socket:
    """A socket; none can be opened."""

    __init__ = _refuse("__init__")


create_connection, create_server, socketpair, fromfd = map(
    _refuse, ("create_connection", "create_server", "socketpair", "fromfd")
)


def getaddrinfo(host, port, *args, **kwargs):
    """No name can be looked up."""
    raise gaierror(-3, "Temporary failure in name resolution")


gethostbyname = lambda host: getaddrinfo(host, None)


def gethostname():
    return "localhost"


def getfqdn(name=""):
    return name or gethostname()


def getdefaulttimeout():
    return None


def setdefaulttimeout(timeout):
    """No socket waits."""


def _packed(kind, text):
    try:
        return kind(text).packed
    except ValueError:
        raise OSError("illegal IP address string passed to inet_pton") from None


def inet_pton(family, text, /):
    """The bytes of an address."""
    if family not in (2, 10):
        raise OSError(97, "Address family not supported by protocol")
    return _packed(ipaddress.IPv4Address if family == 2 else ipaddress.IPv6Address, text)


def inet_ntop(family, packed, /):
    """The text of an address."""
    if family not in (2, 10):
        raise ValueError(f"unknown address family {family}")
    if len(packed) != (4 if family == 2 else 16):
        raise ValueError("invalid length of packed IP address string")
    return str((ipaddress.IPv4Address if family == 2 else ipaddress.IPv6Address)(packed))


def inet_aton(text, /):
    return _packed(ipaddress.IPv4Address, text)


def inet_ntoa(packed, /):
    return inet_ntop(2, packed)


def ntohs(number, /):
    return int.from_bytes(number.to_bytes(2, "little"), "big")


def ntohl(number, /):
    return int.from_bytes(number.to_bytes(4, "little"), "big")


htons, htonl = ntohs, ntohl
