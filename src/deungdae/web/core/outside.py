"""Which addresses of the network a channel may reach. Knows nothing of Django.

An engineer of a company types an address, and our server calls it: what stands behind our own
firewall must not be reached that way unless whoever runs the server has allowed it. A name is
looked up once, and the address that was judged is the one that is called.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

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


def addresses(host: str, port: int, *, private: bool) -> list[str]:
    """Return the IP addresses of a host that may be called; raises OSError when it has no name.

    Empty when one of them may not be called: a name that points inside, too, is not trusted.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # such as a..b, which cannot be asked for
        raise socket.gaierror(socket.EAI_NONAME, "no computer can have this name") from error
    ips = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return ips if all(may_be_called(ip, private=private) for ip in ips) else []
