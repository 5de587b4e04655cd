//! What generated rules say: addresses, ports and states around the edges that matter to FTP. What
//! stands here twice is wanted twice as often.

pub(crate) const NETS4: &[&str] = &[
    "209.43.40.0/24",
    "209.43.40.0/24",
    "209.43.40.0/25",
    "209.43.40.128/25",
    "209.43.40.0/32",
    "209.43.40.7/32",
    "209.43.40.7",
    "209.43.40.255/32",
    "209.43.41.0/24",
    "209.43.39.255/32",
    "209.43.32.0/20",
    "209.43.40.0/255.255.255.0",
    "10.1.0.0/16",
    "10.1.0.0/16",
    "10.1.0.0/24",
    "10.1.255.0/24",
    "10.1.255.255/32",
    "10.1.0.5/32",
    "10.0.0.0/8",
    "10.2.0.0/16",
    "0.0.0.0/0",
    "128.0.0.0/1",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "255.255.255.255/32",
    "0.0.0.0/32",
];
pub(crate) const NETS6: &[&str] = &[
    "2001:db8:40::/64",
    "2001:db8:40::/64",
    "2001:db8:40::/65",
    "2001:db8:40::7/128",
    "2001:db8:40::7",
    "2001:db8:40:0:ffff:ffff:ffff:ffff/128",
    "2001:db8:40:1::/64",
    "2001:db8:40::/48",
    "2001:db8:3f::/48",
    "2001:db8:1::/48",
    "2001:db8:1::/48",
    "2001:db8:1::5/128",
    "2001:db8:1::/64",
    "fd00::/8",
    "fe80::/10",
    "::1/128",
    "::/0",
    "8000::/1",
    "::/128",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
];
pub(crate) const SPANS4: &[&str] = &[
    "209.43.40.10-209.43.40.20",
    "209.43.39.250-209.43.40.3",
    "209.43.40.200-209.43.41.5",
    "209.43.40.7-209.43.40.7",
    "10.1.0.5-10.1.1.9",
    "10.0.255.0-10.1.0.0",
    "0.0.0.0-10.1.0.9",
    "10.1.0.0-255.255.255.255",
];
pub(crate) const SPANS6: &[&str] = &[
    "2001:db8:40::10-2001:db8:40::20",
    "2001:db8:3f:ffff::-2001:db8:40::3",
    "2001:db8:40::7-2001:db8:40::7",
    "2001:db8:1::5-2001:db8:1::109",
    "::-2001:db8:1::9",
];
pub(crate) const PORTS: &[&str] = &[
    "21", "21", "20", "990", "989", "22", "443", "0", "1023", "1024", "21000", "21025", "21050",
    "21051", "40000", "65535",
];
pub(crate) const PORT_RANGES: &[&str] = &[
    "21000:21050",
    "21000:21050",
    "20:21",
    "989:990",
    "1024:65535",
    "1024:65535",
    "0:1023",
    "21000:21030",
    "21031:21050",
    "20990:21010",
    "0:65535",
    "32768:60999",
];
pub(crate) const INTERFACES: &[&str] =
    &["eth0", "eth1", "eth0", "eth1", "eth+", "ppp0", "wg+", "lo", "lo+", "+"];
pub(crate) const STATES: &[&str] = &[
    "NEW",
    "NEW",
    "ESTABLISHED",
    "RELATED,ESTABLISHED",
    "RELATED,ESTABLISHED",
    "NEW,ESTABLISHED",
    "NEW,RELATED,ESTABLISHED",
    "RELATED",
    "INVALID",
    "INVALID,UNTRACKED",
    "UNTRACKED",
    "NEW,UNTRACKED",
];
pub(crate) const FLAGS: &[&str] = &[
    "FIN,SYN,RST,ACK SYN",
    "SYN,ACK SYN,ACK",
    "FIN FIN",
    "PSH,ACK PSH,ACK",
    "ACK ACK",
    "FIN,SYN,RST,PSH,ACK,URG NONE",
    "SYN,FIN SYN,FIN",
    "SYN SYN",
    "FIN,SYN,RST,PSH,ACK,URG ACK",
    "RST NONE",
];
pub(crate) const MARKS: &[&str] =
    &["0x1", "0x2", "0x1/0x1", "0x0/0x1", "0x2/0x3", "0x10/0xf0", "0x0"];
pub(crate) const SET_MARKS: &[&str] = &[
    "0x1/0xffffffff",
    "0x2/0xffffffff",
    "0x1/0x1",
    "0x0/0x1",
    "0x2/0x0",
    "0x10/0xf0",
    "0x0/0xffffffff",
];
pub(crate) const UNKNOWN_MATCHES: &[&str] = &[
    "-m limit --limit 3/min --limit-burst 10",
    "-m recent --rcheck --seconds 60 --name ftp --rsource",
    "-m statistic --mode random --probability 0.50000000000",
    "-m connmark --mark 0x1",
    "-m length --length 40:1500",
    "-m time --timestart 08:00:00 --timestop 18:00:00",
    "-m connlimit --connlimit-upto 4 --connlimit-mask 32 --connlimit-saddr",
];
