"""Which addresses of the network a channel may reach. Knows nothing of Django.

An engineer of a company types an address, and our server calls it: what stands behind our own
firewall must not be reached that way unless whoever runs the server has allowed it. A name is
looked up once, and the address that was judged is the one that is called.
"""

import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

#: For asking what IP addresses a name has. The system itself may wait much longer for an answer.
LOOK_UP_SECONDS = 5.0
#: Look-ups under way at once: one that hangs goes on in its thread until the system gives it up.
MOST_LOOK_UPS = 32

_under_way = threading.BoundedSemaphore(MOST_LOOK_UPS)
_NAT64 = ip_network("64:ff9b::/96")
#: Where clouds tell the secrets of a machine, besides the link-local addresses; and everybody.
_NEVER = frozenset((ip_address("fd00:ec2::254"), ip_address("255.255.255.255")))


def may_be_called(address: str, *, private: bool) -> bool:
    """Say whether an IP address may be called; `private` opens the own network and this machine.

    Link-local addresses stay closed in any case: clouds tell their secrets there.
    """
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        # An IPv4 address in another coat is judged as what it is.
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip.sixtofour is not None:
            ip = ip.sixtofour
        elif ip in _NAT64:
            ip = IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in _NEVER or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    if private and (ip.is_private or ip.is_loopback):
        return True
    return ip.is_global and not ip.is_reserved


def addresses(
    host: str,
    port: int,
    *,
    private: bool,
    within: float = LOOK_UP_SECONDS,
    look_up: Callable[..., Any] = socket.getaddrinfo,
) -> list[str]:
    """Return the IP addresses of a host that may be called; raises OSError when it has no name.

    Empty when one of them may not be called: a name that points inside, too, is not trusted. Raises
    TimeoutError when nobody has said what the name means within so many seconds.
    """
    found = _looked_up(host, port, within, look_up)
    ips = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return ips if all(may_be_called(ip, private=private) for ip in ips) else []


def _looked_up(host: str, port: int, within: float, look_up: Callable[..., Any]) -> Any:
    told: list[Any] = []

    def ask() -> None:
        try:
            told.append(look_up(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            told.append(error)
        except UnicodeError:  # such as a..b, which cannot be asked for
            told.append(socket.gaierror(socket.EAI_NONAME, "no computer can have this name"))
        finally:
            _under_way.release()

    if not _under_way.acquire(blocking=False):
        raise TimeoutError("too many names are being looked up")
    asking = threading.Thread(target=ask, name="look-up", daemon=True)
    asking.start()
    asking.join(within)
    if not told:
        raise TimeoutError("nobody said in time what this name means")
    if isinstance(told[0], OSError):
        raise told[0]
    return told[0]
