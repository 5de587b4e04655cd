//! Conversations, packet by packet.

use std::net::SocketAddr;

use pasvaudit::capture::{Capture, CaptureReport, CapturedTransfer};

use crate::wire::{ACK, FIN, Link, RST, SYN, Tcp, Timed, icmp, pcap, tcp};

/// The client in a private network, and a server of SmartFile.
pub(crate) const CLIENT: &str = "10.1.0.2:50000";
pub(crate) const SERVER: &str = "209.43.40.5:21";

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    Opener,
    Acceptor,
}
pub(crate) use Who::{Acceptor, Opener};

#[derive(Clone, Copy, Debug)]
struct Connection {
    ends: [SocketAddr; 2],
    next: [u32; 2],
}

/// What is captured.
pub(crate) struct Scene {
    pub(crate) packets: Vec<Timed>,
    /// In microseconds.
    now: u64,
    connections: Vec<Connection>,
    /// The TTL of packets of each address; others have 64.
    hops: Vec<(String, u8)>,
}

pub(crate) fn end(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

impl Scene {
    /// A capture at the client, to which the server is twelve routers away.
    pub(crate) fn new() -> Self {
        let hops = vec![("209.43.40.".to_owned(), 52), ("2001:db8:".to_owned(), 52)];
        Self { packets: Vec::new(), now: 1_700_000_000_000_000, connections: Vec::new(), hops }
    }

    /// A capture at the server.
    pub(crate) fn at_server() -> Self {
        let hops = vec![("10.1.".to_owned(), 52)];
        Self { hops, ..Self::new() }
    }

    pub(crate) fn wait(&mut self, milliseconds: u64) {
        self.now += milliseconds * 1000;
    }

    fn hops_of(&self, from: SocketAddr) -> u8 {
        let text = from.ip().to_string();
        let known = self.hops.iter().find(|(prefix, _)| text.starts_with(prefix));
        known.map_or(64, |(_, hops)| *hops)
    }

    pub(crate) fn put(&mut self, packet: Vec<u8>) {
        self.now += 1000;
        self.packets.push((self.now, packet));
    }

    fn packet(&mut self, at: usize, who: Who, flags: u8, sequence: u32, data: &[u8]) -> Vec<u8> {
        let Connection { ends: [opener, acceptor], next } = self.connections[at];
        let (from, to, other) = match who {
            Opener => (opener, acceptor, next[1]),
            Acceptor => (acceptor, opener, next[0]),
        };
        let acknowledged = if flags & ACK == 0 { 0 } else { other };
        let hops = self.hops_of(from);
        tcp(&Tcp { from, to, flags, sequence, acknowledged, hops, data })
    }

    fn say(&mut self, at: usize, who: Who, flags: u8, data: &[u8]) {
        let side = who as usize;
        let sequence = self.connections[at].next[side];
        let packet = self.packet(at, who, flags, sequence, data);
        let virtual_bytes = u32::from(flags & (SYN | FIN) != 0);
        let length = u32::try_from(data.len()).unwrap() + virtual_bytes;
        self.connections[at].next[side] = sequence.wrapping_add(length);
        self.put(packet);
    }

    /// A SYN that nobody has answered yet.
    pub(crate) fn syn(&mut self, from: &str, to: &str) -> usize {
        let number = u32::try_from(self.connections.len()).unwrap();
        // Numbers that go round soon.
        let next = [u32::MAX - 20 - number, 4_000_000_000 + number];
        self.connections.push(Connection { ends: [end(from), end(to)], next });
        let at = self.connections.len() - 1;
        self.say(at, Opener, SYN, b"");
        at
    }

    /// The same SYN once more.
    pub(crate) fn syn_again(&mut self, at: usize) {
        let sequence = self.connections[at].next[0].wrapping_sub(1);
        let packet = self.packet(at, Opener, SYN, sequence, b"");
        self.put(packet);
    }

    /// A SYN that is sent again and again, as Linux does it: after one second, two, and four.
    pub(crate) fn unanswered(&mut self, from: &str, to: &str) -> usize {
        let at = self.syn(from, to);
        for wait in [1000, 2000, 4000] {
            self.wait(wait);
            self.syn_again(at);
        }
        self.wait(3000);
        at
    }

    pub(crate) fn syn_ack(&mut self, at: usize) {
        self.say(at, Acceptor, SYN | ACK, b"");
    }

    pub(crate) fn syn_ack_again(&mut self, at: usize) {
        let sequence = self.connections[at].next[1].wrapping_sub(1);
        let packet = self.packet(at, Acceptor, SYN | ACK, sequence, b"");
        self.put(packet);
    }

    pub(crate) fn ack(&mut self, at: usize, who: Who) {
        self.say(at, who, ACK, b"");
    }

    pub(crate) fn open(&mut self, from: &str, to: &str) -> usize {
        let at = self.syn(from, to);
        self.wait(20);
        self.syn_ack(at);
        self.ack(at, Opener);
        at
    }

    /// Data, and its acknowledgement.
    pub(crate) fn data(&mut self, at: usize, who: Who, data: &[u8]) {
        self.say(at, who, ACK, data);
        self.ack(at, if who == Opener { Acceptor } else { Opener });
    }

    /// Data that is not acknowledged, and comes again.
    pub(crate) fn unheard(&mut self, at: usize, who: Who, data: &[u8], times: usize) {
        let sequence = self.connections[at].next[who as usize];
        self.say(at, who, ACK, data);
        for time in 0..times {
            self.wait(1000 << time);
            let packet = self.packet(at, who, ACK, sequence, data);
            self.put(packet);
        }
    }

    pub(crate) fn line(&mut self, at: usize, who: Who, line: &str) {
        self.data(at, who, format!("{line}\r\n").as_bytes());
    }

    /// A command and its reply.
    pub(crate) fn ask(&mut self, at: usize, command: &str, reply: &str) {
        self.line(at, Opener, command);
        self.wait(20);
        self.line(at, Acceptor, reply);
    }

    pub(crate) fn fin(&mut self, at: usize, who: Who) {
        self.say(at, who, FIN | ACK, b"");
    }

    pub(crate) fn close(&mut self, at: usize) {
        self.fin(at, Acceptor);
        self.fin(at, Opener);
        self.ack(at, Acceptor);
    }

    pub(crate) fn rst(&mut self, at: usize, who: Who) {
        self.say(at, who, RST | ACK, b"");
    }

    /// What these addresses send from now on comes another way.
    pub(crate) fn hops(&mut self, prefix: &str, hops: u8) {
        self.hops.insert(0, (prefix.to_owned(), hops));
    }

    /// An ICMP error about the last packet.
    pub(crate) fn icmp(&mut self, by: &str, kind: u8, code: u8) {
        let (_, about) = self.packets.last().unwrap().clone();
        self.put(icmp(by.parse().unwrap(), kind, code, &about));
    }

    /// A control connection with somebody logged in.
    pub(crate) fn login(&mut self) -> usize {
        self.login_to(CLIENT, SERVER)
    }

    pub(crate) fn login_to(&mut self, client: &str, server: &str) -> usize {
        let control = self.open(client, server);
        self.line(control, Acceptor, "220 welcome");
        self.ask(control, "USER anna", "331 and the password?");
        self.ask(control, "PASS sesame", "230 in");
        control
    }

    /// A listing by PASV that works.
    pub(crate) fn listing(&mut self, control: usize, client: &str, server: &str) {
        let to = end(server);
        let (high, low) = (to.port() / 256, to.port() % 256);
        let address = to.ip().to_string().replace('.', ",");
        self.ask(control, "PASV", &format!("227 Entering Passive Mode ({address},{high},{low})."));
        let data = self.open(client, server);
        self.ask(control, "LIST", "150 here it comes");
        self.data(data, Acceptor, b"-rw-r--r-- 1 ftp ftp 5 Jan 1 2026 a\r\n");
        self.close(data);
        self.line(control, Acceptor, "226 done");
    }

    pub(crate) fn quit(&mut self, control: usize) {
        self.ask(control, "QUIT", "221 bye");
        self.close(control);
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        pcap(&self.packets, Link::Ethernet, false, false, usize::MAX)
    }

    pub(crate) fn report(&self) -> CaptureReport {
        Capture::new().read(self.bytes().as_slice()).unwrap()
    }

    /// The only session's only transfer.
    pub(crate) fn transfer(&self) -> CapturedTransfer {
        let report = self.report();
        let [session] = report.sessions.as_slice() else { panic!("{:#?}", report.sessions) };
        let [transfer] = session.transfers.as_slice() else { panic!("{:#?}", session.transfers) };
        transfer.clone()
    }
}
