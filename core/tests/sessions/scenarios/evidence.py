"""The scenarios that are probed and captured, and the findings that have to come of them."""

from __future__ import annotations

from lab.evidence import Case
from lab.model import Scenario

from . import active, families, forward, helpers, hosts, matrix, translation

KNOWN: dict[str, Scenario] = {
    one.name: one
    for one in (
        *helpers.SCENARIOS,
        *forward.SCENARIOS,
        *translation.SCENARIOS,
        *active.SCENARIOS,
        *families.SCENARIOS,
        *hosts.SCENARIOS,
        *matrix.scenarios(),
    )
}


def case(name: str, findings: str, at_client: str | None = None, at_server: str | None = None) -> Case:
    """Captures show what the probe has seen, if nothing else is said."""
    of_probe, near, far = (
        frozenset((findings if one is None else one).split())
        for one in (findings, at_client, at_server)
    )
    return Case(KNOWN[name], of_probe, near, far)


CASES = [
    # The whole range is open, and active mode is not.
    case("range-open", "FTP-A1"),
    case("vsftpd-range-open", "FTP-A1"),
    case("vsftpd-TLS-session-reuse", ""),
    case("client-gateway-open-nftables", "FTP-A1"),
    case("server-host-open-iptables", "FTP-A1"),
    case("ip6tables-range-open", "FTP-A1"),
    # A part of it.
    case("range-half-open", "FTP-D2 FTP-A1"),
    case("range-one-port-missing", "FTP-D2 FTP-A1"),
    case("range-off-by-one", "FTP-D2 FTP-A1"),
    case("client-host-half-iptables", "FTP-D2 FTP-A1"),
    case("server-gateway-half-nftables", "FTP-D2 FTP-A1"),
    case("server-host-input-rejects", "FTP-D2 FTP-A1"),
    case("ip6tables-half-open", "FTP-D2 FTP-A1"),
    # None of it: dropped, refused, or answered with ICMP.
    case("client-gateway-related-no-helper-iptables", "FTP-D1 FTP-A1"),
    case("client-host-related-no-helper-nftables", "FTP-D1 FTP-A1"),
    case("server-host-related-no-helper-iptables", "FTP-D1 FTP-A1"),
    case("F5-later-chain-drops-range", "FTP-D1 FTP-A1", "FTP-D1"),
    case("K1-nft-reject-reset", "FTP-D1 FTP-A1"),
    case("K3-nft-reject-prohibited", "FTP-D1 FTP-A1"),
    case("K-icmp-port-unreachable", "FTP-D1 FTP-A1"),
    case("K-icmp-host-unreachable", "FTP-D1 FTP-A1"),
    case("K-icmp-net-unreachable", "FTP-D1 FTP-A1"),
    case("client-host-output-rejects", "FTP-D1 FTP-A1"),
    case("ip6tables-reset", "FTP-D1 FTP-A1"),
    # A helper that TLS blinds, that nobody assigned, or that opens what rules leave shut.
    case("client-gateway-related-helper-iptables", "FTP-D3 FTP-A1", "FTP-D3", "FTP-A1"),
    case("client-host-related-helper-nftables", "FTP-D3 FTP-A1", "FTP-A1", "FTP-A1"),
    case("server-gateway-related-helper-iptables", "FTP-D3 FTP-A1", "FTP-D3", "FTP-A1"),
    case("vsftpd-helper", "FTP-D3 FTP-A1", "FTP-D3", "FTP-A1"),
    case("client-gateway-helper-wrong-port-nftables", "FTP-D1 FTP-A1"),
    case("client-gateway-helper-half-iptables", "FTP-D2 FTP-A1", "FTP-D2", "FTP-A1"),
    # The control connection.
    case("control-dropped", "FTP-C1", at_server=""),
    case("control-rejected", "FTP-C1", at_server=""),
    case("control-prohibited", "FTP-C1", at_server=""),
    case("implicit-only", "FTP-C1 FTP-A1", "FTP-C1", "FTP-A1"),
    # Answers.
    case("no-established", "FTP-C1", at_server="FTP-D7"),
    case("third-packet-dropped", "FTP-D7 FTP-A1"),
    # Active mode.
    case("active-open", "FTP-D1"),
    case("active-from-20-vsftpd", "FTP-D1"),
    case("server-host-active-from-20", "FTP-D1"),
    # Translation.
    case("masquerade-address-right", "FTP-A1"),
    case("dnat-half-of-the-range", "FTP-D2 FTP-A1"),
]
