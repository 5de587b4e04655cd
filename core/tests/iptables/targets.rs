//! Every target, against what `man iptables-extensions` and the kernel's `xt_*.c` say it does.

use pasvaudit::Code;
use pasvaudit::firewall::{Action, Mark, Reject, Side, Translation, TranslationKind};

use crate::support::*;

#[test]
fn verdicts() {
    for (rule, expected) in [
        ("-j ACCEPT", Action::Accept),
        ("-jDROP", Action::Drop),
        ("--jump RETURN", Action::Return),
        ("", Action::Continue),
        ("-j REJECT", Action::Reject(Reject::PortUnreachable)),
        ("-j REJECT --reject-with icmp-port-unreachable", Action::Reject(Reject::PortUnreachable)),
        ("-p tcp -j REJECT --reject-with tcp-reset", Action::Reject(Reject::TcpReset)),
        ("-j REJECT --reject-with icmp-host-prohibited", Action::Reject(Reject::Unreachable)),
        ("-j REJECT --reject-with icmp-admin-prohibited", Action::Reject(Reject::Unreachable)),
        ("-j REJECT --reject-with icmp-net-unreachable", Action::Reject(Reject::Unreachable)),
        ("-j REJECT --reject-with host-prohib", Action::Reject(Reject::Unreachable)),
    ] {
        assert_eq!(action(&one(rule)), &expected, "{rule}");
    }
    let firewall = one_v6("-j REJECT --reject-with icmp6-adm-prohibited");
    assert_eq!(action(&firewall), &Action::Reject(Reject::Unreachable));
    assert_eq!(refused("-j REJECT --reject-with nonsense"), Code::BadSyntax);
}

#[test]
fn jumps() {
    let firewall = one("-p tcp -j OWN");
    let Action::Jump(to) = action(&firewall) else { panic!("no jump") };
    assert_eq!(firewall.chain(*to).unwrap().name(), "OWN");
    let firewall = one("-g OWN");
    let Action::Goto(to) = action(&firewall) else { panic!("no goto") };
    assert_eq!(firewall.chain(*to).unwrap().name(), "OWN");
}

#[test]
fn targets_after_which_the_packet_goes_on() {
    for rule in [
        "-j LOG --log-prefix \"[drop] \" --log-level 4 --log-tcp-options --log-uid",
        "-j NFLOG --nflog-prefix \"x y\" --nflog-group 2 --nflog-threshold 20",
        "-j ULOG --ulog-nlgroup 1 --ulog-prefix x",
        "-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu",
        "-j TCPMSS --set-mss 1400",
        "-j CLASSIFY --set-class 1:10",
        "-j TRACE",
        "-j AUDIT --type accept",
        "-j CHECKSUM --checksum-fill",
        "-j DSCP --set-dscp-class EF",
        "-j TOS --set-tos 0x10/0x3f",
        "-j TTL --ttl-set 64",
        "-j SET --add-set seen src,dst --timeout 60 --exist",
        "-j ECN --ecn-tcp-remove",
        "-j IDLETIMER --timeout 5 --label x",
        "-j LED --led-trigger-id x --led-delay 5",
        "-j RATEEST --rateest-name x --rateest-interval 250ms --rateest-ewmalog 0.5s",
        "-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff",
        "-j CONNMARK --set-xmark 0x1/0xff",
        "-j TEE --gateway 10.0.0.1",
    ] {
        let firewall = one(rule);
        assert_eq!(action(&firewall), &Action::Continue, "{rule}");
        assert!(unmodelled(&firewall).is_empty(), "{rule}");
    }
    assert_eq!(action(&one_v6("-j HL --hl-set 64")), &Action::Continue);
}

/// `mark_tg` in `xt_mark.c`, and how `libxt_MARK.c` fills in its value and mask.
#[test]
fn marks() {
    for (option, value, mask) in [
        ("--set-mark 5", 5, u32::MAX),
        ("--set-mark 0x4/0x3", 4, 7),
        ("--set-xmark 0x4/0x3", 4, 3),
        ("--and-mark 0xf0", 0, !0xf0),
        ("--or-mark 0x3", 3, 3),
        ("--xor-mark 0x3", 3, 0),
    ] {
        let firewall = one(&format!("-j MARK {option}"));
        assert_eq!(action(&firewall), &Action::SetMark(Mark { value, mask }), "{option}");
    }
    assert_eq!(action(&one("-j CONNMARK --restore-mark")), &Action::UnknownMark);
    assert_eq!(refused("-j MARK"), Code::BadSyntax);
    // iptables makes two rules of it; an address in both is turned over twice.
    let firewall = one("-s 10.0.0.1,10.0.0.0/24 -j MARK --xor-mark 1");
    assert_eq!(action(&firewall), &Action::UnknownMark);
}

#[test]
fn helpers_and_tracking() {
    let firewall = one("-p tcp --dport 21 -j CT --helper ftp");
    assert_eq!(action(&firewall), &Action::AssignHelper(firewall.symbol("ftp").unwrap()));
    assert_eq!(action(&one("-j CT --notrack")), &Action::NoTrack);
    assert_eq!(action(&one("-j NOTRACK")), &Action::NoTrack);
    // A template without a helper, after which none can be assigned.
    let firewall = one("-j CT --zone 1");
    assert_eq!(action(&firewall), &Action::AssignHelper(firewall.symbol("").unwrap()));
}

fn translated(side: Side, kind: TranslationKind) -> Translation {
    let (ports, base_port, random, persistent) = (None, None, false, false);
    Translation { side, kind, ports, base_port, random, persistent }
}

#[test]
fn translations() {
    let to = |lo: &str, hi: &str| TranslationKind::Range(Some((ip(lo), ip(hi))));
    let source = |kind| translated(Side::Source, kind);
    let destination = |kind| translated(Side::Destination, kind);
    for (rule, expected) in [
        ("-j SNAT --to-source 192.0.2.1", source(to("192.0.2.1", "192.0.2.1"))),
        (
            "-p tcp -j SNAT --to 192.0.2.1-192.0.2.9:1024-2048 --random --persistent",
            Translation {
                ports: Some((1024, 2048)),
                random: true,
                persistent: true,
                ..source(to("192.0.2.1", "192.0.2.9"))
            },
        ),
        ("-j DNAT --to-destination 10.0.0.5", destination(to("10.0.0.5", "10.0.0.5"))),
        (
            "-p tcp -j DNAT --to-destination 10.0.0.5:21000-21050/31000",
            Translation {
                ports: Some((21000, 21050)),
                base_port: Some(31000),
                ..destination(to("10.0.0.5", "10.0.0.5"))
            },
        ),
        (
            "-p tcp -j DNAT --to-destination :2121",
            Translation { ports: Some((2121, 2121)), ..destination(TranslationKind::Range(None)) },
        ),
        (
            "-p tcp -j REDIRECT --to-ports 2121",
            Translation { ports: Some((2121, 2121)), ..destination(TranslationKind::Redirect) },
        ),
        ("-j REDIRECT", destination(TranslationKind::Redirect)),
        (
            "-p tcp -j MASQUERADE --to-ports 1024-65535 --random-fully",
            Translation {
                ports: Some((1024, 65535)),
                random: true,
                ..source(TranslationKind::Masquerade)
            },
        ),
        (
            "-d 192.0.2.0/24 -j NETMAP --to 10.0.0.0/24",
            source(TranslationKind::Netmap(ip("10.0.0.0"), 24)),
        ),
    ] {
        assert_eq!(action(&one(rule)), &Action::Translate(Box::new(expected)), "{rule}");
    }
    let firewall = one_v6("-p tcp -j DNAT --to-destination [2001:db8::5]:21");
    let kind = to("2001:db8::5", "2001:db8::5");
    let expected = Translation { ports: Some((21, 21)), ..destination(kind) };
    assert_eq!(action(&firewall), &Action::Translate(Box::new(expected)));
    let firewall = one_v6("-j SNAT --to-source 2001:db8::5");
    assert_eq!(action(&firewall), &Action::Translate(Box::new(source(kind))));
    assert_eq!(refused("-j DNAT"), Code::BadSyntax);
    assert_eq!(refused("-j SNAT --to-source 2001:db8::1"), Code::BadAddress);
    assert_eq!(refused("-p tcp -j DNAT --to-destination 10.0.0.1:99999"), Code::BadPort);
}

#[test]
fn netmap_translates_the_end_that_the_hook_implies() {
    let text = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j NETMAP --to 10.0.0.0/24\nCOMMIT\n";
    let firewall = pasvaudit::Firewall::parse(text, pasvaudit::Dialect::Auto).unwrap();
    let expected = translated(Side::Destination, TranslationKind::Netmap(ip("10.0.0.0"), 24));
    assert_eq!(action(&firewall), &Action::Translate(Box::new(expected)));
}

#[test]
fn undecided_targets_are_listed() {
    for (rule, name) in [
        ("-j NFQUEUE --queue-num 1 --queue-bypass", "-j NFQUEUE"),
        ("-j QUEUE", "-j QUEUE"),
        ("-j TPROXY --on-port 3128 --on-ip 10.0.0.1 --tproxy-mark 1/1", "-j TPROXY"),
        ("-j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460", "-j SYNPROXY"),
        ("-p tcp -j TARPIT --reset", "-j TARPIT"),
        ("-j VENDORTHING --level 5 --fast", "-j VENDORTHING"),
    ] {
        let firewall = one(rule);
        assert!(matches!(action(&firewall), Action::Unmodelled(_)), "{rule}");
        assert_eq!(unmodelled(&firewall), [name], "{rule}");
    }
}
