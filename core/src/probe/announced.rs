//! What the address is worth that a server announces.

use std::net::IpAddr;

use super::report::AnnouncedAddress;

/// What `announced` is for a client whose control connection goes to `peer`.
pub(super) fn judge(announced: IpAddr, peer: IpAddr) -> AnnouncedAddress {
    match announced {
        same if same == peer => AnnouncedAddress::Peer,
        address if address.is_loopback() || address.is_unspecified() => AnnouncedAddress::Own,
        IpAddr::V4(address)
            if address.is_private() || address.is_link_local() || shared(address.octets()) =>
        {
            AnnouncedAddress::Private
        }
        _ => AnnouncedAddress::Other,
    }
}

/// 100.64.0.0/10, which providers of access use behind their own address translation (RFC 6598).
const fn shared(octets: [u8; 4]) -> bool {
    octets[0] == 100 && octets[1] & 0xc0 == 64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_servers_announce() {
        use AnnouncedAddress::{Other, Own, Peer, Private};
        for (announced, peer, judged) in [
            ("192.0.2.5", "192.0.2.5", Peer),
            ("10.0.0.5", "10.0.0.5", Peer),
            ("10.0.0.5", "192.0.2.5", Private),
            ("172.31.0.1", "192.0.2.5", Private),
            ("169.254.1.1", "192.0.2.5", Private),
            ("100.64.0.1", "192.0.2.5", Private),
            ("100.128.0.1", "192.0.2.5", Other),
            ("127.0.0.1", "192.0.2.5", Own),
            ("0.0.0.0", "192.0.2.5", Own),
            ("198.51.100.7", "192.0.2.5", Other),
        ] {
            let judged_as = judge(announced.parse().unwrap(), peer.parse().unwrap());
            assert_eq!(judged_as, judged, "{announced} of {peer}");
        }
    }
}
