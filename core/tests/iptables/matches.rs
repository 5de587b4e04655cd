//! Every match, against what `man iptables-extensions` and the kernel's `xt_*.c` say it means.

use pasvaudit::dialect::Parser;
use pasvaudit::firewall::Side::{Destination, Source};
use pasvaudit::firewall::{
    ConnectionTest, Direction, HelperTest, InterfaceTest, Mark, States, TcpFlags, Test,
};

use crate::support::*;

#[test]
fn addresses() {
    let net = v4(&[("10.1.0.0", "10.1.255.255")]);
    for rule in [
        "-s 10.1.0.0/16",
        "--source 10.1.2.3/16",
        "--src 10.1.0.0/255.255.0.0",
        "-s10.1/16",
        "--source=10.1.0.0/16",
        "--sour 10.1.0.0/16",
    ] {
        assert_eq!(tests(&one(rule)), [Test::Address(Source, net.clone())], "{rule}");
    }
    let others = v4(&[("0.0.0.0", "10.0.255.255"), ("10.2.0.0", "255.255.255.255")]);
    for rule in ["! -d 10.1.0.0/16", "-d ! 10.1.0.0/16"] {
        assert_eq!(tests(&one(rule)), [Test::Address(Destination, others.clone())], "{rule}");
    }
    let two = v4(&[("10.0.0.1", "10.0.0.1"), ("10.0.0.9", "10.0.0.9")]);
    assert_eq!(tests(&one("-s 10.0.0.9,10.0.0.1")), [Test::Address(Source, two)]);
    for any in ["-s 0.0.0.0/0", "-s 0/0", "-d 1.2.3.4/0", "-s any/0"] {
        assert_eq!(tests(&one(any)), [], "{any}");
    }
    let network = v6(&[("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]);
    assert_eq!(tests(&one_v6("-d 2001:db8::/32")), [Test::Address(Destination, network)]);
    assert_eq!(tests(&one_v6("-d ::/0 -s 0/0")), []);
}

/// Loaded by iptables-nft 1.8.9, the rule matches every port; loaded by the legacy one, none.
#[test]
fn no_port_at_all_is_undecided() {
    for rule in ["-p tcp ! --dport 0:65535", "-p tcp -m tcp --sport ! :"] {
        assert_eq!(unmodelled(&one(rule)), ["! a range of all ports"], "{rule}");
    }
}

#[test]
fn a_mask_with_holes_is_a_set_of_ranges() {
    let firewall = one("-d 10.0.0.5/255.254.255.255");
    let both = v4(&[("10.0.0.5", "10.0.0.5"), ("10.1.0.5", "10.1.0.5")]);
    assert_eq!(tests(&firewall), [Test::Address(Destination, both)]);
    // 65,536 ranges are more than a rule is written out to.
    let firewall = one("-d 10.0.0.0/255.0.0.255");
    assert_eq!(unmodelled(&firewall), ["-d 10.0.0.0/255.0.0.255"]);
}

#[test]
fn protocols() {
    for tcp in
        ["-p tcp", "-p 6", "-p TCP", "-ptcp", "-p all", "-p 0", "! -p udp", "-p ! 17", "-p ip"]
    {
        assert_eq!(tests(&one(tcp)), [], "{tcp}");
    }
    for other in [
        "-p udp",
        "! -p tcp",
        "-p 17",
        "-p udp -m udp --dport 53",
        "-p udp --sport 53 --dport 1024:",
        "-p icmp --icmp-type echo-request",
        "-p icmp -m icmp --icmp-type 8/0",
        "-p sctp --dport 80",
        "-p esp -m esp --espspi 1:9",
        "-p udp -m multiport --dports 53,67:68",
        "-p igmp -s 10.0.0.1",
        "-m udp --dport 53",
        "-f",
        "! -i +",
    ] {
        assert_eq!(tests(&one(other)), [Test::Never], "{other}");
    }
    assert_eq!(tests(&one_v6("-p icmpv6 --icmpv6-type 135 -m hl --hl-eq 255")), [Test::Never]);
    assert_eq!(tests(&one("! -f")), []);
    assert!(unmodelled(&one("-p udp -m limit --limit 1/s")).is_empty());
}

#[test]
fn ports_of_tcp() {
    for (rule, range) in [
        ("--dport 21", (21, 21)),
        ("--dport ftp", (21, 21)),
        ("-m tcp --dport 20:21", (20, 21)),
        ("--destination-port :1023", (0, 1023)),
        ("--dport 1024:", (1024, 65535)),
        ("--dport ftp-data:ftp", (20, 21)),
        // `strtoul` with base 0.
        ("--dport 0x15", (21, 21)),
        ("--dport 025", (21, 21)),
    ] {
        assert_eq!(tests(&one(&format!("-p tcp {rule}"))), [to_port(&[range])], "{rule}");
    }
    let not_21 = [Test::Port(Source, except(&[(21, 21)]))];
    assert_eq!(tests(&one("-p tcp -m tcp ! --sport 21")), not_21);
    assert_eq!(tests(&one("-p tcp -m tcp --sport ! 21")), not_21);
    assert_eq!(tests(&one("-p tcp --dport 0:65535 --sport :")), []);
}

#[test]
fn multiport() {
    let list = [to_port(&[(20, 21), (990, 990), (50000, 50100)])];
    for rule in ["--dports", "--destination-ports", "--dport"] {
        let rule = format!("-p tcp -m multiport {rule} 21,20,990,50000:50100");
        assert_eq!(tests(&one(&rule)), list, "{rule}");
    }
    let firewall = one("-p tcp -m multiport ! --sports 1:20");
    assert_eq!(tests(&firewall), [Test::Port(Source, except(&[(1, 20)]))]);
    let firewall = one("-p tcp -m multiport --ports 20,21");
    assert_eq!(tests(&firewall), [Test::EitherPort(ports(&[(20, 21)]))]);
    // Not (source or destination in the set): neither is.
    let firewall = one("-p tcp -m multiport ! --ports 20,21");
    let neither = except(&[(20, 21)]);
    assert_eq!(
        tests(&firewall),
        [Test::Port(Source, neither.clone()), Test::Port(Destination, neither)]
    );
}

#[test]
fn flags() {
    let mask = TcpFlags::SYN | TcpFlags::RST | TcpFlags::ACK | TcpFlags::FIN;
    let syn = |negated| Test::Flags { mask, set: TcpFlags::SYN, negated };
    assert_eq!(tests(&one("-p tcp --syn")), [syn(false)]);
    assert_eq!(tests(&one("-p tcp ! --syn")), [syn(true)]);
    assert_eq!(tests(&one("-p tcp --tcp-flags FIN,SYN,RST,ACK SYN")), [syn(false)]);
    assert_eq!(tests(&one("-p tcp -m tcp ! --tcp-flags SYN,FIN,RST,ACK SYN")), [syn(true)]);
    let none = Test::Flags { mask: TcpFlags(63), set: TcpFlags(0), negated: false };
    assert_eq!(tests(&one("-p tcp --tcp-flags ALL NONE")), [none]);
}

#[test]
fn interfaces() {
    let firewall = one("-i eth0 ! -o ppp+");
    let (eth0, ppp) = (firewall.symbol("eth0").unwrap(), firewall.symbol("ppp").unwrap());
    let came = InterfaceTest { incoming: true, name: eth0, prefix: false, negated: false };
    let goes = InterfaceTest { incoming: false, name: ppp, prefix: true, negated: true };
    assert_eq!(tests(&firewall), [Test::Interface(came), Test::Interface(goes)]);
    assert_eq!(tests(&one("-i + --out-interface +")), []);
}

#[test]
fn states() {
    let state = |states, negated| Test::State { states, negated };
    let both = States::RELATED | States::ESTABLISHED;
    assert_eq!(tests(&one("-m state --state RELATED,ESTABLISHED")), [state(both, false)]);
    assert_eq!(tests(&one("-m state ! --state established,rel")), [state(both, true)]);
    assert_eq!(tests(&one("-m state --state ! RELATED,ESTABLISHED")), [state(both, true)]);
    let nat = States::DNAT | States::NEW;
    assert_eq!(tests(&one("-m conntrack --ctstate DNAT,NEW")), [state(nat, false)]);
    let none = States::INVALID | States::UNTRACKED;
    assert_eq!(tests(&one("-m conntrack --ctstate INVALID,UNTRACKED")), [state(none, false)]);
}

#[test]
fn connections() {
    let firewall = one("-m conntrack --ctorigdst 192.0.2.1 --ctorigdstport 21 --ctdir ORIGINAL");
    let connection = |addresses, ports| {
        let (direction, side) = (Direction::Original, Destination);
        Test::Connection(Box::new(ConnectionTest { direction, side, addresses, ports }))
    };
    assert_eq!(
        tests(&firewall),
        [
            connection(Some(v4(&[("192.0.2.1", "192.0.2.1")])), None),
            connection(None, Some(ports(&[(21, 21)]))),
            Test::Direction(Direction::Original),
        ]
    );
    let reply = Test::Direction(Direction::Reply);
    assert_eq!(tests(&one("-m conntrack ! --ctdir ORIGINAL")), [reply]);
    // A packet has the protocol of its connection, if it has one.
    let states = States::INVALID | States::UNTRACKED;
    let has_one = Test::State { states, negated: true };
    assert_eq!(tests(&one("-m conntrack --ctproto 6")), [has_one]);
    assert_eq!(tests(&one("-m conntrack --ctproto udp")), [Test::Never]);
    assert_eq!(unmodelled(&one("-m conntrack --ctexpire 100:200")), ["--ctexpire"]);
}

#[test]
fn helpers_marks_ranges_comments() {
    let firewall = one("-m helper --helper ftp -m comment --comment \"-j DROP, \\\"quoted\\\"\"");
    let name = firewall.symbol("ftp").unwrap();
    assert_eq!(
        tests(&firewall),
        [Test::Helper(HelperTest { name, prefix: true, negated: false, without: false })]
    );
    let mark = Mark { value: 0x10, mask: 0xff };
    assert_eq!(tests(&one("-m mark --mark 0x10/0xff")), [Test::Mark { mark, negated: false }]);
    let mark = Mark { value: 1, mask: u32::MAX };
    assert_eq!(tests(&one("-m mark ! --mark 1")), [Test::Mark { mark, negated: true }]);
    let firewall = one("-m iprange --src-range 10.0.0.5-10.0.0.9 --dst-range 10.0.0.1");
    assert_eq!(
        tests(&firewall),
        [
            Test::Address(Source, v4(&[("10.0.0.5", "10.0.0.9")])),
            Test::Address(Destination, v4(&[("10.0.0.1", "10.0.0.1")])),
        ]
    );
    // `iprange_mt4`: nothing is both after the last and before the first.
    let never = one("-m iprange --src-range 10.0.0.9-10.0.0.5");
    assert!(never.chains()[0].rule(0).unwrap().bounds::<u32>().unwrap().cuboid().is_none());
}

#[test]
fn local_addresses_are_exact_if_they_are_given() {
    let rule = "-m addrtype --dst-type LOCAL";
    assert_eq!(unmodelled(&one(rule)), ["-m addrtype --dst-type LOCAL"]);
    let given = || Parser::new().local("192.0.2.1/24".parse().unwrap());
    let firewall = try_one(given(), rule).unwrap();
    let own = v4(&[("127.0.0.0", "127.255.255.255"), ("192.0.2.1", "192.0.2.1")]);
    assert_eq!(tests(&firewall), [Test::Address(Destination, own)]);
    let firewall = try_one(given(), "-m addrtype --dst-type LOCAL --limit-iface-in").unwrap();
    assert!(tests(&firewall).iter().all(|test| matches!(test, Test::Unmodelled(_))));
    let firewall = one("-m addrtype ! --src-type MULTICAST");
    let unicast = v4(&[("0.0.0.0", "223.255.255.255"), ("240.0.0.0", "255.255.255.255")]);
    assert_eq!(tests(&firewall), [Test::Address(Source, unicast)]);
    let firewall = one("-m addrtype --dst-type UNICAST");
    assert_eq!(unmodelled(&firewall), ["-m addrtype --dst-type UNICAST"]);
}

/// The options of a match that is not decided are read, and what follows them too.
#[test]
fn undecided_matches_are_listed() {
    for options in [
        "-m limit --limit 5/min --limit-burst 7",
        "-m hashlimit --hashlimit-above 5/s --hashlimit-mode srcip,dstip --hashlimit-name f",
        "-m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr",
        "-m recent --name x --update --seconds 60 --hitcount 4 --rsource",
        "-m recent ! --rcheck --name x",
        "-m statistic --mode random --probability 0.5",
        "-m quota --quota 1000",
        "-m time --timestart 09:00 --timestop 17:00 --weekdays Mon,Tue --utc",
        "-m string --algo bm --to 70 --string \"PASV -j DROP\"",
        "-m u32 --u32 \"6&0xFF=1\"",
        "-m bpf --bytecode \"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0\"",
        "-m owner ! --uid-owner 0-99",
        "-m socket --transparent",
        "-m rpfilter --loose --invert",
        "-m policy --dir in --pol ipsec --proto esp --mode tunnel",
        "-m geoip --src-cc DE,AT",
        "-m ttl --ttl-lt 5",
        "-m length --length 0:100",
        "-m dscp --dscp-class EF",
        "-m tos --tos 0x10/0x3f",
        "-m cgroup --cgroup 1",
        "-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 1",
        "-m mac --mac-source XX:XX:XX:XX:XX:XX",
        "-m connmark --mark 1",
        "-m physdev --physdev-in eth0 --physdev-is-bridged",
        "-m pkttype --pkt-type broadcast",
        "-m connbytes --connbytes 1: --connbytes-dir both --connbytes-mode bytes",
        "-m tcpmss --mss 1:500",
    ] {
        let firewall = one(&format!("-p tcp {options} --dport 21 -j ACCEPT"));
        let name: Vec<_> = options.splitn(3, ' ').take(2).collect();
        assert_eq!(unmodelled(&firewall), [name.join(" ")], "{options}");
        assert!(tests(&firewall).contains(&to_port(&[(21, 21)])), "{options}");
        assert_eq!(action(&firewall), &pasvaudit::firewall::Action::Accept, "{options}");
    }
    assert_eq!(unmodelled(&one("-p tcp --tcp-option 7")), ["--tcp-option"]);
    assert_eq!(unmodelled(&one_v6("-m rt --rt-type 0 --rt-segsleft 1:2")), ["-m rt"]);
    assert_eq!(unmodelled(&one_v6("-m hl --hl-eq 255")), ["-m hl"]);
}

/// Whatever belongs to a match that we have never heard of, it is undecided and the rule goes on.
#[test]
fn an_unknown_match_never_decides() {
    let firewall =
        one("-p tcp --dport 21 -m ndpi ! --ftp-control --level 3 x -s 10.0.0.1 -j ACCEPT");
    let from = Test::Address(Source, v4(&[("10.0.0.1", "10.0.0.1")]));
    let unknown = Test::Unmodelled(firewall.symbol("-m ndpi").unwrap());
    assert_eq!(tests(&firewall), [from, to_port(&[(21, 21)]), unknown]);
    assert_eq!(action(&firewall), &pasvaudit::firewall::Action::Accept);
    // `--dport` may be an option of the unknown match.
    let firewall = one("-p tcp -m ndpi --dport 21 -m tcp --sport 20");
    assert_eq!(tests(&firewall).len(), 2);
}

/// The lines that dumps are made of are read on a way of their own; a comment sends the same rule
/// the other way, and both must come to the same.
#[test]
fn common_lines_read_as_all_lines_do() {
    let options = [
        "-s 10.1.0.0/16",
        "-d 209.43.40.0/24",
        "-s 0.0.0.0/0",
        "-d 10.0.0.1",
        "-p tcp",
        "-p udp",
        "-m tcp",
        "--dport 21",
        "--sport 1024:65535",
        "--dport 0:65535",
        "--dport 5:1",
        "--dport ftp",
        "-s 300.1.1.1",
        "-d 1.2.3.4/33",
        "--sport :100",
        "! -s 10.0.0.1",
        "-s 01.2.3.4",
        "-s 1.2.3",
        "-s 1.2.3.4.5",
        "-d 1.2.3.4/",
        "-d 1.2.3.256",
        "-d 1.2.3.4000",
        "-d 1.2.3.4/024",
        "-d 1.2.3.4/0",
        "-s 1.2.3.4/255.0.0.0",
        "-s 10.1.2.3/8",
        "-d 1..2.3",
        "--dport 65536",
        "--dport 021",
        "--dport 0:0",
        "--sport 1:",
        "",
    ];
    let targets = ["-j ACCEPT", "-j DROP", "-j RETURN", "-j LOG", "-j NOWHERE", ""];
    for (number, first) in options.iter().enumerate() {
        for second in options {
            for third in ["-p tcp -m tcp --dport 21000:21050", "-p tcp", "-m tcp", ""] {
                let target = targets[number % targets.len()];
                for order in [[third, first, second], [first, third, second]] {
                    let rule = order.join(" ");
                    // Only a chain that was named before has common lines.
                    let quick = Parser::new().parse(format!(
                        "*filter\n:FORWARD DROP\n-A FORWARD -j LOG\n-A FORWARD {rule} {target}\nCOMMIT\n"
                    ));
                    let full = try_one(Parser::new(), &format!("{rule} {target}"));
                    match (quick, full) {
                        (Ok(quick), Ok(full)) => {
                            assert_eq!(tests_of(&quick, 1), tests(&full), "{rule} {target}");
                            let quick = quick.chains()[0].rule(1).unwrap();
                            assert_eq!(quick.action(), action(&full), "{rule} {target}");
                        }
                        (Err(quick), Err(full)) => {
                            assert_eq!(quick.code(), full.code(), "{rule} {target}");
                        }
                        (quick, full) => panic!("{rule} {target}: {quick:?} and {full:?}"),
                    }
                }
            }
        }
    }
}
