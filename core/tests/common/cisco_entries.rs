//! Entries of access lists, as Cisco's manuals describe them: a reference that knows nothing of the model.

use crate::random::Random;

/// An address and a port.
pub(crate) type End4 = (u32, u16);

pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

pub(crate) const PORTS: [u16; 8] = [20, 21, 990, 1023, 1024, 21000, 21050, 40000];

#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet {
    pub(crate) from: End4,
    pub(crate) to: End4,
    pub(crate) flags: u8,
}

impl Packet {
    pub(crate) const fn answer(self, flags: u8) -> Self {
        Self { from: self.to, to: self.from, flags }
    }
}

/// One end of an entry: addresses with the bits that are not compared, and ports. Several addresses are
/// the members of a group.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) blocks: Vec<(u32, u32)>,
    pub(crate) ports: Option<(&'static str, Vec<u16>)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) number: u32,
    pub(crate) permits: bool,
    pub(crate) protocol: &'static str,
    pub(crate) from: Side,
    pub(crate) to: Side,
    pub(crate) option: &'static str,
}

impl Side {
    pub(crate) fn any() -> Self {
        Self { blocks: vec![(0, u32::MAX)], ports: None }
    }

    pub(crate) fn matches(&self, (address, port): End4) -> bool {
        let here = self.blocks.iter().any(|(base, wild)| (address ^ base) & !wild == 0);
        here && self.ports.as_ref().is_none_or(|(operator, ports)| match *operator {
            "eq" => ports.contains(&port),
            "neq" => !ports.contains(&port),
            "lt" => port < ports[0],
            "gt" => port > ports[0],
            _ => ports[0] <= port && port <= ports[1],
        })
    }

    /// The operator with its ports, as it is written.
    pub(crate) fn written_ports(&self) -> String {
        self.ports.as_ref().map_or_else(String::new, |(operator, ports)| {
            let list: Vec<_> = ports.iter().map(u16::to_string).collect();
            format!(" {operator} {}", list.join(" "))
        })
    }
}

impl Entry {
    pub(crate) fn matches(&self, packet: Packet) -> bool {
        let flags = match self.option {
            "established" => packet.flags & (ACK | RST) != 0,
            "match-all +ack -syn" => packet.flags & (ACK | SYN) == ACK,
            "match-any +syn +rst" => packet.flags & (SYN | RST) != 0,
            "fragments" | "inactive" => false,
            _ => true,
        };
        matches!(self.protocol, "ip" | "tcp")
            && flags
            && self.from.matches(packet.from)
            && self.to.matches(packet.to)
    }
}

/// What the first entry says that matches, in the order of their numbers.
pub(crate) fn says(list: &[Entry], packet: Packet) -> Option<bool> {
    let matching = list.iter().filter(|entry| entry.matches(packet));
    matching.min_by_key(|entry| entry.number).map(|entry| entry.permits)
}

/// Whether a list permits a packet; at its end everything is denied.
pub(crate) fn permitted(list: &[Entry], packet: Packet) -> bool {
    says(list, packet) == Some(true)
}

pub(crate) fn address(random: &mut Random) -> u32 {
    let net = random.pick(&[0x0a01_0000_u32, 0x0a02_0000, 0xc633_6400]);
    net + random.below(4) as u32 * 256 + random.below(8) as u32
}

/// One end by chance; its masks may be these. Several ports may follow one operator where `several`.
pub(crate) fn side(random: &mut Random, tcp: bool, masks: &[u32], several: bool) -> Side {
    let block = |random: &mut Random| {
        let wild = random.pick(masks);
        (address(random) & !wild, wild)
    };
    let blocks = match random.below(6) {
        0 | 1 => vec![(0, u32::MAX)],
        2 => (0..2 + random.below(2)).map(|_| block(random)).collect(),
        _ => vec![block(random)],
    };
    let ports = (tcp && random.chance(50)).then(|| {
        let operator = random.pick(&["eq", "neq", "lt", "gt", "range"]);
        let first = random.pick(&PORTS);
        let ports = match operator {
            "eq" if several => (0..1 + random.below(3)).map(|_| random.pick(&PORTS)).collect(),
            "range" => vec![first, first.saturating_add(random.below(100) as u16)],
            _ => vec![first],
        };
        (operator, ports)
    });
    Side { blocks, ports }
}
