//! The lines of a rule set: tables, chains, policies, rules.

use std::collections::{HashMap, HashSet};

use crate::error::{Code, Error};
use crate::firewall::{Action, Builder, ChainId, Fate, Given, Policy, Span};
use crate::source::Source;
use crate::space::Family;

use super::super::circle::{Jump, circle};
use super::super::detect;
use super::chains::Table;
use super::lexer::{Fault, Read, Word, Words, fault, lines};
use super::numbers::number;
use super::quick;
use super::rule::{Draft, Scratch};
use super::tables::{self, CONNTRACK, built_in};
use super::{Context, tables::NAMES};

/// Reads the lines of a rule set.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    source: &'a Source,
    context: Context<'a>,
    lenient: bool,
    builder: Builder,
    /// The builder of the sections that count, while one is read that does not.
    kept: Option<Builder>,
    sections: std::vec::IntoIter<Section<'a>>,
    table: Option<Table<'a>>,
    /// The tables that were read and count.
    tables: Vec<Table<'a>>,
    scratch: Scratch,
    jumps: Vec<Jump>,
    /// How many jumps were known before the section.
    jumps_before: usize,
    /// Policies other than accept in sections that a later one replaces.
    earlier: HashMap<(&'a str, &'a str), Span>,
    /// Lines outside of any table that could not be read; they could concern every chain.
    unreadable: Vec<Span>,
    line: u32,
}

/// A section of the text, from `*table` to `COMMIT`, as found before it is read.
#[derive(Debug)]
struct Section<'a> {
    table: &'a str,
    text: &'a str,
    /// A later section of the same table replaces it.
    replaced: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(given: &'a Given, family: Family, source: &'a Source) -> Self {
        let mut builder = Builder::default();
        builder.track_from(CONNTRACK);
        builder.local(&given.local);
        builder.kernel(given.kernel);
        Self {
            source,
            context: Context::new(given, family),
            lenient: given.lenient,
            builder,
            kept: None,
            sections: sections(source.text()).into_iter(),
            table: None,
            tables: Vec::new(),
            scratch: Scratch::default(),
            jumps: Vec::new(),
            jumps_before: 0,
            earlier: HashMap::new(),
            unreadable: Vec::new(),
            line: 0,
        }
    }

    /// Reads the whole text.
    pub(super) fn read(mut self) -> Result<Builder, Error> {
        let text = self.source.text();
        self.check_language(text)?;
        for line in lines(text) {
            self.line = self.line.saturating_add(1);
            let read = if self.is_cut_off(text, line) {
                // A new table begins even so: it replaces an earlier one.
                let begun = if line.starts_with('*') { self.read_line(line) } else { Ok(()) };
                let message = "the input ends in the middle of a table; give the whole file";
                begun.and_then(|()| fault(Code::Truncated, message, line))
            } else {
                self.read_line(line)
            };
            if let Err(fault) = read {
                self.refuse(line, *fault)?;
            }
        }
        self.end_table();
        self.place_unreadable();
        if let Some(span) = circle(std::mem::take(&mut self.jumps)) {
            let message = "the chains jump to one another in a circle, which this rule is a part \
                           of; iptables refuses that: remove a jump";
            let text = self.source.quote(span);
            return Err(self.source.error(Code::JumpLoop, message, span.line, text, text));
        }
        Ok(self.builder)
    }

    /// Whether the first line that says something is one of ours.
    fn check_language(&self, text: &'a str) -> Result<(), Error> {
        let shebang = text.starts_with("#!");
        let significant = |line: &&str| {
            let line = line.trim();
            !line.is_empty() && (!line.starts_with('#') || line.starts_with("#!"))
        };
        let Some((line, number)) = lines(text).zip(1..).find(|(line, _)| significant(line)) else {
            let message =
                "the input is empty; give the output of `iptables-save` or `nft list ruleset`";
            return Err(Error::new(Code::EmptyInput, message).in_file(self.source.file()));
        };
        let trimmed = line.trim();
        let counters = trimmed.strip_prefix('[').and_then(|rest| rest.bytes().next());
        let ours = match trimmed.as_bytes().first() {
            Some(b'*' | b':' | b'-') => true,
            Some(b'[') => counters.is_some_and(|byte| byte.is_ascii_digit()),
            _ => trimmed == "COMMIT",
        };
        if ours && !shebang {
            return Ok(());
        }
        let like = detect::language(line)
            .map_or_else(String::new, |language| format!(": it looks like {language}"));
        let message = format!(
            "this is not the output of `iptables-save`, nor recognised as another dialect{like}; give \
             the rules as the device prints them, or name their dialect"
        );
        Err(self.source.error(Code::UnknownDialect, message, number, line, trimmed))
    }

    /// Whether the line is the last one, without a line end, and `COMMIT` is still to come: more of
    /// it may be missing, even where what is there could be read.
    fn is_cut_off(&self, text: &str, line: &str) -> bool {
        let ends = line.as_bytes().as_ptr_range().end == text.as_bytes().as_ptr_range().end;
        let inside = self.table.is_some() || line.starts_with('*');
        ends && inside && !matches!(line.trim_ascii(), "COMMIT" | "")
    }

    fn read_line(&mut self, line: &'a str) -> Read<'a, ()> {
        let line = line.trim_ascii();
        if self.quick_rule(line).is_some() {
            return Ok(());
        }
        match line.as_bytes().first() {
            None | Some(b'#') => Ok(()),
            Some(b'*') => self.begin_table(line),
            Some(b':') => self.declaration(line),
            Some(b'-') => self.command(line, Words::new(line)),
            Some(b'[') => {
                let rest = counters(line)?;
                self.command(line, Words::new(rest))
            }
            _ if line == "COMMIT" => {
                if self.table.is_none() {
                    return fault(Code::BadSyntax, "`COMMIT` ends no table; remove it", line);
                }
                self.end_table();
                Ok(())
            }
            _ => foreign(line),
        }
    }

    /// Reads a rule of the commonest form that is appended to the chain that was named last.
    fn quick_rule(&mut self, line: &'a str) -> Option<()> {
        let table = self.table.as_mut()?;
        let (chain, options) = table.same_chain(line.strip_prefix("-A ")?)?;
        let tests = &mut self.scratch.tests;
        tests.clear();
        let action = quick::rule(options, self.context.family, tests)?;
        table.has_rules = true;
        let span = self.source.span(self.line, line);
        self.builder.rule(chain, None, span, tests, action);
        Some(())
    }

    fn begin_table(&mut self, line: &'a str) -> Read<'a, ()> {
        // A table without `COMMIT` before the next one.
        self.end_table();
        let Some(section) = self.sections.next() else {
            return fault(Code::BadSyntax, "the table cannot be read", line);
        };
        let name = section.table;
        if !NAMES.contains(&name) {
            let message = format!("no table is named `{name}`; there are {}", NAMES.join(", "));
            return fault(Code::BadSyntax, message, line);
        }
        if section.replaced {
            self.kept = Some(std::mem::take(&mut self.builder));
        }
        self.jumps_before = self.jumps.len();
        self.table = Some(Table::new(name, self.context.family, section.text));
        Ok(())
    }

    fn end_table(&mut self) {
        let Some(mut table) = self.table.take() else { return };
        if let Some(kept) = self.kept.take() {
            self.builder = kept;
            self.jumps.truncate(self.jumps_before);
            return;
        }
        // Whether a policy of an earlier section still holds depends on the kind of iptables.
        for chain in tables::chains(table.name) {
            if let Some(&span) = self.earlier.get(&(table.name, chain))
                && !table.is_declared(chain)
                && let Some(id) = table.chain(chain, &mut self.builder)
            {
                let what = self.builder.symbol("policy of a replaced section");
                self.builder.rule(id, None, span, &mut Vec::new(), Action::Unmodelled(what));
            }
        }
        self.tables.push(table);
    }

    /// Lines outside of any table that could not be read may be about any of them: they stand
    /// before everything.
    fn place_unreadable(&mut self) {
        if self.unreadable.is_empty() {
            return;
        }
        for name in NAMES {
            let found = self.tables.iter().position(|table| table.name == name);
            let mut new = Table::new(name, self.context.family, "");
            let table = found.and_then(|found| self.tables.get_mut(found)).unwrap_or(&mut new);
            for chain in tables::chains(name) {
                let Some(chain) = table.chain(chain, &mut self.builder) else { continue };
                for &span in self.unreadable.iter().rev() {
                    unreadable(&mut self.builder, chain, Some(0), span);
                }
            }
        }
    }

    /// `:chain policy [packets:bytes]`.
    fn declaration(&mut self, line: &'a str) -> Read<'a, ()> {
        let span = self.source.span(self.line, line);
        let mut words = Words::new(line);
        let Some(word) = words.next()? else { return Ok(()) };
        let name = match word.raw.strip_prefix(':') {
            // `: INPUT` is how some write it.
            Some("") | None => words.next()?.map_or("", |word| word.raw),
            Some(name) => name,
        };
        if name.is_empty() {
            return fault(Code::BadSyntax, "the chain has no name: write `:NAME - [0:0]`", line);
        }
        let Some(policy) = words.next()? else {
            let message = "the chain has no policy: write `-` for a chain of your own";
            return fault(Code::BadSyntax, message, line);
        };
        self.declare(name, &policy, span)
    }

    fn declare(&mut self, name: &'a str, policy: &Word<'a>, span: Span) -> Read<'a, ()> {
        let replaced = self.kept.is_some();
        let Some(table) = &mut self.table else { return outside(policy.raw) };
        if !table.declare(name) {
            let message = format!("the chain `{name}` is declared twice; remove one of the lines");
            return fault(Code::BadSyntax, message, policy.raw);
        }
        let known = built_in(table.name, name).is_some();
        let fate = match &*policy.text {
            "-" => None,
            "ACCEPT" => Some(Fate::Accept),
            "DROP" => Some(Fate::Drop),
            _ => {
                let message = "a policy is ACCEPT or DROP, and `-` for a chain of your own";
                return fault(Code::BadSyntax, message, policy.raw);
            }
        };
        if !known && fate.is_some() {
            let message = format!(
                "only built-in chains have a policy, and `{name}` is none of table `{}`: write `-`",
                table.name
            );
            return fault(Code::BadSyntax, message, policy.raw);
        }
        let table_name = table.name;
        let Some(chain) = table.chain(name, &mut self.builder) else { return Ok(()) };
        let (Some(fate), Some(base)) = (fate, self.builder.base_mut(chain)) else { return Ok(()) };
        base.policy = Policy { fate, span: Some(span) };
        if replaced && fate != Fate::Accept {
            self.earlier.insert((table_name, name), span);
        }
        Ok(())
    }

    /// A line that begins with a command: `-A`, `-I`, `-N`, `-P` and the like.
    fn command(&mut self, line: &'a str, mut words: Words<'a>) -> Read<'a, ()> {
        let span = self.source.span(self.line, line);
        let Some(mut command) = words.next()? else { return foreign(line) };
        if self.table.is_none() {
            return outside(command.raw);
        }
        while let Some(family) = only_for(&command.text) {
            if family != self.context.family {
                return Ok(());
            }
            let Some(next) = words.next()? else { return foreign(line) };
            command = next;
        }
        match &*command.text {
            "-A" | "--append" => {
                let name = named(&command, &mut words)?;
                self.rule(&name, None, span, words)
            }
            "-I" | "--insert" => {
                let name = named(&command, &mut words)?;
                let position = words.peek().and_then(|word| Some((number(&word.text)?, word.raw)));
                if position.is_some() {
                    words.next()?;
                }
                self.rule(&name, Some(position.unwrap_or((1, name.raw))), span, words)
            }
            "-N" | "--new-chain" | "--new" => {
                let name = named(&command, &mut words)?;
                self.declare(name.raw, &Word::plain("-"), span)
            }
            "-P" | "--policy" => {
                let name = named(&command, &mut words)?;
                let policy = named(&command, &mut words)?;
                self.policy(&name, &policy, span)
            }
            "-F" | "--flush" | "-X" | "--delete-chain" | "-Z" | "--zero" => {
                let chain = words.next()?;
                self.housekeeping(&command, chain.as_ref())
            }
            _ => fault(
                Code::BadSyntax,
                format!(
                    "`{}` is not read: a rule begins with `-A CHAIN`, as `iptables-save` writes it",
                    command.raw
                ),
                command.raw,
            ),
        }
    }

    fn policy(&mut self, name: &Word<'a>, policy: &Word<'a>, span: Span) -> Read<'a, ()> {
        let Some(table) = &mut self.table else { return outside(name.raw) };
        let fate = match &*policy.text {
            "ACCEPT" => Fate::Accept,
            "DROP" => Fate::Drop,
            _ => return fault(Code::BadSyntax, "a policy is ACCEPT or DROP", policy.raw),
        };
        let chain = table.chain(&name.text, &mut self.builder);
        match chain.and_then(|chain| self.builder.base_mut(chain)) {
            Some(base) => {
                base.policy = Policy { fate, span: Some(span) };
                table.declare(name.raw);
                Ok(())
            }
            None => unknown_chain(name, table.name),
        }
    }

    /// Commands that empty chains: nothing, where nothing was added before.
    fn housekeeping(&mut self, command: &Word<'a>, chain: Option<&Word<'a>>) -> Read<'a, ()> {
        let Some(table) = &mut self.table else { return outside(command.raw) };
        let fresh = match (&*command.text, chain) {
            ("-Z" | "--zero", _) => true,
            ("-X" | "--delete-chain", None) => !table.has_user_chains(),
            ("-X" | "--delete-chain", Some(_)) => false,
            (_, None) => !table.has_rules,
            (_, Some(chain)) => match table.chain(&chain.text, &mut self.builder) {
                Some(id) => self.builder.rule_count(id) == 0,
                None => return unknown_chain(chain, table.name),
            },
        };
        if fresh {
            return Ok(());
        }
        let message = format!(
            "`{}` undoes lines above it, which is not read: remove it and what it undoes",
            command.raw
        );
        fault(Code::BadSyntax, message, command.raw)
    }

    fn rule(
        &mut self,
        name: &Word<'a>,
        position: Option<(u32, &'a str)>,
        span: Span,
        mut words: Words<'a>,
    ) -> Read<'a, ()> {
        let Some(table) = &mut self.table else { return outside(name.raw) };
        let Some(chain) = table.chain(&name.text, &mut self.builder) else {
            return unknown_chain(name, table.name);
        };
        let count = self.builder.rule_count(chain);
        let position = match position {
            None => None,
            Some((place, at)) => {
                let place = place as usize;
                if place == 0 || place > count + 1 {
                    let message = format!("the chain has {count} rules, none to insert before");
                    return fault(Code::BadSyntax, message, at);
                }
                Some(place - 1)
            }
        };
        table.has_rules = true;
        let (builder, context, scratch) = (&mut self.builder, &mut self.context, &mut self.scratch);
        let rest = words.rest();
        scratch.tests.clear();
        let mut draft = Draft::new(builder, context, table, scratch, &name.text);
        let read = draft.read(&mut words);
        if draft.skipped || (read.is_err() && for_other_family(rest, draft.family)) {
            return Ok(());
        }
        read?;
        let action = draft.action;
        if let Action::Jump(to) | Action::Goto(to) = action {
            self.jumps.push((chain, to, span));
        }
        if let Some(ports) = self.scratch.datagrams.take() {
            self.builder.datagrams(chain, span, ports);
        }
        self.builder.rule(chain, position, span, &mut self.scratch.tests, action);
        Ok(())
    }

    /// Refuses a line, or takes it for something unknown where that is allowed.
    fn refuse(&mut self, line: &'a str, fault: Fault<'a>) -> Result<(), Error> {
        if !self.lenient {
            let Fault { code, message, at } = fault;
            return Err(self.source.error(code, message, self.line, line, at));
        }
        let span = self.source.span(self.line, line.trim());
        let Some(table) = &mut self.table else {
            self.unreadable.push(span);
            return Ok(());
        };
        match chain_of(line).and_then(|name| table.chain(name, &mut self.builder)) {
            Some(chain) => unreadable(&mut self.builder, chain, None, span),
            None => {
                for chain in tables::chains(table.name) {
                    table.chain(chain, &mut self.builder);
                }
                for &chain in table.bases() {
                    unreadable(&mut self.builder, chain, None, span);
                }
            }
        }
        Ok(())
    }
}

/// A rule that stands for a line that could not be read.
fn unreadable(builder: &mut Builder, chain: ChainId, position: Option<usize>, span: Span) {
    let what = builder.symbol("unreadable line");
    builder.rule(chain, position, span, &mut Vec::new(), Action::Unmodelled(what));
}

/// The sections, found by their first characters.
fn sections(text: &str) -> Vec<Section<'_>> {
    let begins = |&star: &usize| {
        let before = text.as_bytes().get(..star).unwrap_or_default();
        let blank = |byte: &&u8| byte.is_ascii_whitespace() && **byte != b'\n';
        let indent = before.iter().rev().take_while(blank).count();
        let line = before.get(..star - indent).unwrap_or_default();
        matches!(line, [] | [.., b'\n'] | b"\xef\xbb\xbf")
    };
    let stars: Vec<_> = memchr::memchr_iter(b'*', text.as_bytes()).filter(begins).collect();
    let ends = stars.iter().copied().skip(1).chain([text.len()]);
    let mut sections: Vec<_> = stars
        .iter()
        .zip(ends)
        .map(|(&from, to)| {
            let text = text.get(from..to).unwrap_or_default();
            let table = lines(text).next().unwrap_or_default();
            let table = table.trim_start_matches('*').trim();
            Section { table, text, replaced: false }
        })
        .collect();
    let mut later = HashSet::new();
    for section in sections.iter_mut().rev() {
        section.replaced = !later.insert(section.table);
    }
    sections
}

/// What follows the counters `[packets:bytes]` before a rule.
fn counters(line: &str) -> Read<'_, &str> {
    let closed = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match closed {
        Some((counters, rest)) if counters.bytes().all(|b| b.is_ascii_digit() || b == b':') => {
            Ok(rest)
        }
        _ => foreign(line),
    }
}

/// The family that a line is for, if the option that says so stands before its command.
fn only_for(option: &str) -> Option<Family> {
    match option {
        "-4" | "--ipv4" => Some(Family::Ipv4),
        "-6" | "--ipv6" => Some(Family::Ipv6),
        _ => None,
    }
}

/// The name that must follow a command.
fn named<'a>(command: &Word<'a>, words: &mut Words<'a>) -> Read<'a, Word<'a>> {
    match words.next()? {
        Some(word) => Ok(word),
        None => {
            let message = format!("`{}` needs the name of a chain", command.raw);
            fault(Code::BadSyntax, message, command.raw)
        }
    }
}

/// A line that is none of ours.
fn foreign<T>(line: &str) -> Read<'_, T> {
    match detect::language(line) {
        Some(language) => {
            let message = format!(
                "in the middle of an `iptables-save` this looks like {language}; give each rule set \
                 by itself"
            );
            fault(Code::MixedDialects, message, line)
        }
        None => {
            let message = "no line of `iptables-save` begins so; it writes `*table`, `:chain`, \
                           `-A chain`, `COMMIT` and comments with `#`";
            fault(Code::BadSyntax, message, line)
        }
    }
}

fn outside<T>(at: &str) -> Read<'_, T> {
    let message = "this stands outside of a table; put a line like `*filter` before it and \
                   `COMMIT` after it";
    fault(Code::BadSyntax, message, at)
}

fn unknown_chain<'a, T>(name: &Word<'a>, table: &str) -> Read<'a, T> {
    let message = format!(
        "table `{table}` has no chain `{}`; declare it with `:{} - [0:0]`",
        name.text, name.text
    );
    fault(Code::UnknownChain, message, name.raw)
}

/// Whether the line says that it is for the other family, whose loader skips it.
fn for_other_family(line: &str, family: Family) -> bool {
    let (short, long) = match family {
        Family::Ipv4 => ("-6", "--ipv6"),
        Family::Ipv6 => ("-4", "--ipv4"),
    };
    let mut words = Words::new(line);
    while let Ok(Some(word)) = words.next() {
        if word.raw == short || word.raw == long {
            return true;
        }
    }
    false
}

/// The chain that a line which cannot be read is about.
fn chain_of(line: &str) -> Option<&str> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix(':') {
        return rest.split_whitespace().next();
    }
    let rule = counters(line).unwrap_or(line);
    let mut words = rule.split_whitespace();
    let command = words.next()?;
    matches!(command, "-A" | "--append" | "-I" | "--insert").then(|| words.next()).flatten()
}
