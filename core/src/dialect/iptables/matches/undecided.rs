//! Extensions whose outcome no rule set tells: they depend on time, on earlier packets, on the
//! payload, on users, on the kernel's tables. Their options are known, so that what follows is read.

use super::super::options::Means::Nothing;
use super::super::options::{Effect, Module};

macro_rules! undecided {
    ($($name:literal: $($option:literal $count:literal),*;)*) => {
        &[$(Module {
            name: $name,
            what: concat!("-m ", $name),
            effect: Effect::Undecided,
            options: &[$(($option, Nothing($count))),*],
        }),*]
    };
}

/// From the iptables 1.8 sources, xtables-addons, and extensions of older releases.
pub(super) const MODULES: &[Module] = undecided! {
    "mac": "mac-source" 1;
    "limit": "limit" 1, "limit-burst" 1;
    "recent": "name" 1, "rsource" 0, "rdest" 0, "mask" 1, "set" 0, "rcheck" 0, "update" 0,
        "remove" 0, "seconds" 1, "reap" 0, "hitcount" 1, "rttl" 0;
    "hashlimit": "hashlimit" 1, "hashlimit-upto" 1, "hashlimit-above" 1, "hashlimit-srcmask" 1,
        "hashlimit-dstmask" 1, "hashlimit-burst" 1, "hashlimit-htable-size" 1,
        "hashlimit-htable-max" 1, "hashlimit-htable-gcinterval" 1, "hashlimit-htable-expire" 1,
        "hashlimit-mode" 1, "hashlimit-name" 1, "hashlimit-rate-match" 0,
        "hashlimit-rate-interval" 1;
    "connlimit": "connlimit-upto" 1, "connlimit-above" 1, "connlimit-mask" 1,
        "connlimit-saddr" 0, "connlimit-daddr" 0;
    "owner": "uid-owner" 1, "gid-owner" 1, "socket-exists" 0, "suppl-groups" 0, "pid-owner" 1,
        "sid-owner" 1, "cmd-owner" 1;
    "physdev": "physdev-in" 1, "physdev-out" 1, "physdev-is-in" 0, "physdev-is-out" 0,
        "physdev-is-bridged" 0;
    "pkttype": "pkt-type" 1;
    "statistic": "mode" 1, "probability" 1, "every" 1, "packet" 1;
    "policy": "dir" 1, "pol" 1, "strict" 0, "reqid" 1, "spi" 1, "proto" 1, "mode" 1,
        "tunnel-src" 1, "tunnel-dst" 1, "next" 0;
    "connmark": "mark" 1;
    "ttl": "ttl" 1, "ttl-eq" 1, "ttl-lt" 1, "ttl-gt" 1;
    "hl": "hl-eq" 1, "hl-lt" 1, "hl-gt" 1;
    "length": "length" 1;
    "tcpmss": "mss" 1;
    "dscp": "dscp" 1, "dscp-class" 1;
    "tos": "tos" 1;
    "ecn": "ecn-tcp-cwr" 0, "ecn-tcp-ece" 0, "ecn-ip-ect" 1;
    "string": "from" 1, "to" 1, "algo" 1, "string" 1, "hex-string" 1, "icase" 0;
    "time": "timestart" 1, "timestop" 1, "datestart" 1, "datestop" 1, "monthdays" 1,
        "weekdays" 1, "days" 1, "utc" 0, "localtz" 0, "kerneltz" 0, "contiguous" 0;
    "quota": "quota" 1;
    "quota2": "quota" 1, "grow" 0, "no-change" 0, "name" 1, "packets" 0;
    "rpfilter": "loose" 0, "validmark" 0, "accept-local" 0, "invert" 0;
    "socket": "transparent" 0, "nowildcard" 0, "restore-skmark" 0;
    "bpf": "bytecode" 1, "object-pinned" 1;
    "u32": "u32" 1;
    "cgroup": "cgroup" 1, "path" 1;
    "cluster": "cluster-total-nodes" 1, "cluster-local-node" 1, "cluster-local-nodemask" 1,
        "cluster-hash-seed" 1;
    "connbytes": "connbytes" 1, "connbytes-dir" 1, "connbytes-mode" 1;
    "connlabel": "label" 1, "set" 0;
    "cpu": "cpu" 1;
    "devgroup": "src-group" 1, "dst-group" 1;
    "ipvs": "ipvs" 0, "vproto" 1, "vaddr" 1, "vport" 1, "vdir" 1, "vmethod" 1, "vportctl" 1;
    "nfacct": "nfacct-name" 1;
    "osf": "genre" 1, "ttl" 1, "log" 1;
    "realm": "realm" 1;
    "ah": "ahspi" 1, "ahlen" 1, "ahres" 0;
    "dst": "dst-len" 1, "dst-opts" 1, "dst-not-strict" 0;
    "hbh": "hbh-len" 1, "hbh-opts" 1, "hbh-not-strict" 0;
    "frag": "fragid" 1, "fraglen" 1, "fragres" 0, "fragfirst" 0, "fragmore" 0, "fraglast" 0;
    "ipv6header": "header" 1, "soft" 0;
    "rt": "rt-type" 1, "rt-segsleft" 1, "rt-len" 1, "rt-0-res" 0, "rt-0-addrs" 1,
        "rt-0-not-strict" 0;
    "eui64":;
    "geoip": "src-cc" 1, "dst-cc" 1, "source-country" 1, "destination-country" 1;
    "psd": "psd-weight-threshold" 1, "psd-delay-threshold" 1, "psd-lo-ports-weight" 1,
        "psd-hi-ports-weight" 1;
    "condition": "condition" 1;
    "layer7": "l7proto" 1, "l7dir" 1, "l7pkts" 1;
    "random": "average" 1;
    "nth": "every" 1, "counter" 1, "start" 1, "packet" 1;
    "iplimit": "iplimit-above" 1, "iplimit-mask" 1;
    "unclean":;
};
