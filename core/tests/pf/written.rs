//! Rule sets as the text of pf.conf.

use std::fmt::Write;

use super::rules::{Head, Hosts, Ports, Rule, RuleSet, Section, Target, Verb, Way};

impl RuleSet {
    /// As the text of pf.conf.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if let Some(skip) = self.skip {
            let _ = writeln!(text, "set skip on {skip}");
        }
        let entries: Vec<_> = self.table.iter().map(host).collect();
        let _ = writeln!(text, "table <t> const {{ {} }}", entries.join(", "));
        for section in &self.sections {
            write_section(&mut text, section);
        }
        for rule in &self.rules {
            write_rule(&mut text, rule, "");
        }
        text
    }
}

fn host((net, length, not): &(u32, u32, bool)) -> String {
    let not = if *not { "!" } else { "" };
    format!("{not}{}/{length}", std::net::Ipv4Addr::from(*net))
}

fn write_rule(text: &mut String, rule: &Rule, indent: &str) {
    let verb = match rule.verb {
        Verb::Pass => "pass",
        Verb::Drop => "block drop",
        Verb::Return => "block return",
        Verb::Match => "match",
        Verb::Anchor => "anchor",
    };
    let quick = if rule.quick { " quick" } else { "" };
    let mut line = format!("{indent}{verb}{}{quick}{}", way(&rule.head), rest(&rule.head));
    if rule.verb == Verb::Anchor {
        let _ = writeln!(text, "{line} {{");
        rule.inside.iter().for_each(|rule| write_rule(text, rule, &format!("{indent}\t")));
        let _ = writeln!(text, "{indent}}}");
        return;
    }
    line += &tag(rule.tag);
    if rule.verb == Verb::Pass {
        line += if rule.flags_any { " flags any" } else { "" };
        line += if rule.keeps { "" } else { " no state" };
    }
    if let Some(target) = &rule.target {
        line += if rule.head.way == Some(Way::In) { " rdr-to " } else { " nat-to " };
        line += &written(target);
    }
    let _ = writeln!(text, "{line}");
}

fn write_section(text: &mut String, Section { way, head, pass, tag: put, target }: &Section) {
    let word = if *way == Way::In { "rdr" } else { "nat" };
    let no = if target.is_none() { "no " } else { "" };
    let pass = if *pass { " pass" } else { "" };
    let target = target.as_ref().map(|target| format!(" -> {}", written(target)));
    let _ =
        writeln!(text, "{no}{word}{pass}{}{}{}", rest(head), tag(*put), target.unwrap_or_default());
}

fn written(target: &Target) -> String {
    let mut text = std::net::Ipv4Addr::from(target.address).to_string();
    match target.ports {
        Some((_, first, last)) if first == last => text += &format!(" port {first}"),
        Some((_, first, last)) => text += &format!(" port {first}:{last}"),
        None => {}
    }
    text + if target.fixed { " static-port" } else { "" }
}

const fn way(head: &Head) -> &'static str {
    match head.way {
        None => "",
        Some(Way::In) => " in",
        Some(Way::Out) => " out",
    }
}

fn tag(tag: Option<&str>) -> String {
    tag.map_or_else(String::new, |tag| format!(" tag {tag}"))
}

fn rest(head: &Head) -> String {
    let mut text = String::new();
    if let Some((not, name)) = head.on {
        text += &format!(" on {}{name}", if not { "! " } else { "" });
    }
    if let Some(inet6) = head.inet6 {
        text += if inet6 { " inet6" } else { " inet" };
    }
    if let Some(tcp) = head.tcp {
        text += if tcp { " proto tcp" } else { " proto udp" };
    }
    let hosts = |hosts: &Hosts| match hosts.as_slice() {
        [] => "any".to_owned(),
        [one] => host(one),
        list => format!("{{ {} }}", list.iter().map(host).collect::<Vec<_>>().join(" ")),
    };
    let from = if head.from_table { "<t>".to_owned() } else { hosts(&head.from) };
    text += &format!(
        " from {from}{} to {}{}",
        ports(head.from_ports),
        hosts(&head.to),
        ports(head.to_ports)
    );
    if let Some((not, tag)) = head.tagged {
        text += &format!(" {}tagged {tag}", if not { "! " } else { "" });
    }
    text
}

fn ports(ports: Ports) -> String {
    match ports {
        Ports::Any => String::new(),
        Ports::Range(a, b) if a == b => format!(" port {a}"),
        Ports::Range(a, b) => format!(" port {a}:{b}"),
        Ports::Not(a) => format!(" port != {a}"),
        Ports::Above(a) => format!(" port > {a}"),
        Ports::Between(a, b) => format!(" port {a} >< {b}"),
        Ports::Outside(a, b) => format!(" port {a} <> {b}"),
    }
}
