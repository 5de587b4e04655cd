//! From what was observed to the report.

use super::compare::Comparison;
use super::describe;
use super::findings::{self, of_control, of_data, providers};
use super::framing::{End as Ended, Taken};
use super::judge;
use super::observer::{Facts, Observer};
use super::report::{
    CaptureEnd, CaptureFacts, CaptureReport, CapturedConnection, CapturedSession, CapturedTransfer,
    Loss, Outcome, Vantage,
};
use super::tally::{Record, Server, Tally};
use super::track::Track;
use super::transfer::Judged;
use super::vantage;
use crate::audit::{Check, Finding, SCHEMA_VERSION, Standing, Verdict};
use crate::ftp::{End, FlowKind, Protection};
use crate::space::Family;

pub(super) fn report(
    file: Option<String>,
    taken: Taken,
    observer: Observer,
    rules: Option<&Standing<'_>>,
) -> CaptureReport {
    let Observer { mut tally, facts, .. } = observer;
    let begun = facts.first.unwrap_or_default();
    let mut records = std::mem::take(&mut tally.sessions);
    records.sort_by_key(|record| record.track.begun.packet);
    let mut comparison = rules.map(Comparison::new);
    let builder = Builder { tally: &tally, begun, whole: taken.missed == 0 };
    let sessions: Vec<_> =
        records.iter().map(|record| builder.session(record, comparison.as_mut())).collect();
    let lost = lost(taken, &facts, &tally, comparison.as_ref());
    let hidden = |record: &Record| record.hidden && record.transfers.is_empty();
    let silent = records.iter().filter(|record| hidden(record)).count();
    let verdict =
        verdict(&tally, &facts, taken.end, silent > 0 || taken.unreadable > 0 || taken.missed > 0);
    CaptureReport {
        schema_version: SCHEMA_VERSION,
        verdict,
        exit_code: verdict.exit_code(),
        capture: capture(file, taken, &facts),
        totals: tally.totals,
        findings: blamed(findings::of(&tally), &sessions),
        rule_set: rules.map(Standing::rule_set),
        notes: notes(&tally, taken.end, silent, &sessions, comparison.as_ref()),
        sessions,
        lost,
    }
}

/// The findings, each with the rule that all failures of its kind agree on.
fn blamed(mut findings: Vec<Finding>, sessions: &[CapturedSession]) -> Vec<Finding> {
    for finding in &mut findings {
        let of = |code: Option<Check>| code == Some(finding.code);
        let controls = sessions.iter().map(|session| (session.finding, &session.decided));
        let transfers = sessions.iter().flat_map(|session| &session.transfers);
        let transfers = transfers.map(|transfer| (transfer.finding, &transfer.decided));
        let mut blamed = controls
            .chain(transfers)
            .filter(|(code, _)| of(*code))
            .map(|(_, decided)| decided.as_ref().filter(|one| one.agrees == Some(true)));
        let Some(Some(first)) = blamed.next() else { continue };
        if blamed.all(|other| other.is_some_and(|other| other.by == first.by)) {
            finding.line = first.by.line;
            finding.rule_set.clone_from(&first.by.rule_set);
        }
    }
    findings
}

fn capture(file: Option<String>, taken: Taken, facts: &Facts) -> CaptureFacts {
    let (end, damaged_at) = match taken.end {
        Ended::Complete => (CaptureEnd::Complete, None),
        Ended::Truncated => (CaptureEnd::Truncated, None),
        Ended::Damaged { at } => (CaptureEnd::Damaged, Some(at)),
    };
    CaptureFacts {
        file,
        form: taken.form,
        end,
        damaged_at,
        bytes: taken.bytes,
        packets: taken.packets,
        segments: facts.segments,
        milliseconds: millis(facts.last.saturating_sub(facts.first.unwrap_or_default())),
        links: facts.links.iter().map(|link| (*link).to_owned()).collect(),
    }
}

const fn millis(nanoseconds: u64) -> u64 {
    nanoseconds / 1_000_000
}

/// Whether everything worked. What was not seen is never taken for something that worked.
fn verdict(tally: &Tally, facts: &Facts, end: Ended, unseen: bool) -> Verdict {
    let totals = &tally.totals;
    let failed = totals.sessions_failed + totals.transfers_failed;
    let blind = matches!(end, Ended::Damaged { .. })
        || facts.forgotten + facts.hurried + tally.lost_bytes + tally.uncounted > 0;
    let open = tally.control_undecided + totals.transfers_undecided > 0 || unseen || blind;
    match () {
        () if totals.sessions == 0 => Verdict::Undecided,
        () if failed > 0 && totals.transfers_worked == 0 => Verdict::Blocked,
        () if failed > 0 => Verdict::Partly,
        () if open => Verdict::Undecided,
        () => Verdict::Works,
    }
}

fn lost(
    taken: Taken,
    facts: &Facts,
    tally: &Tally,
    comparison: Option<&Comparison<'_>>,
) -> Vec<Loss> {
    let counts = [
        ("packets that the capturing program has missed", taken.missed),
        ("packets of links that are not read here", taken.unreadable),
        ("packets that are not TCP", facts.others),
        ("fragments without a TCP header", facts.fragments),
        ("bytes of control connections that were not captured", tally.lost_bytes),
        ("connections that were forgotten before anything was said", facts.forgotten),
        ("sessions and data connections that were judged early to make room", facts.hurried),
        ("sessions that are counted and not listed", tally.untold_sessions),
        ("transfers that are counted and not listed", tally.untold_transfers),
        ("sessions and transfers that no finding counts, of too many servers", tally.uncounted),
        (
            "connections that were not compared with the rules",
            comparison.map_or(0, |comparison| comparison.skipped),
        ),
    ];
    let some = counts.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(what, count)| Loss { what: what.to_owned(), count }).collect()
}

fn notes(
    tally: &Tally,
    end: Ended,
    silent: usize,
    sessions: &[CapturedSession],
    comparison: Option<&Comparison<'_>>,
) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |text: &str| notes.push(text.to_owned());
    if tally.totals.sessions == 0 {
        note(
            "no FTP session is in the capture; name its port with --port if it is none that is known",
        );
    }
    let readable = sessions
        .iter()
        .any(|session| session.transfers.iter().any(|transfer| transfer.announced.is_some()));
    if readable && !tally.data_seen {
        note(
            "no data connection is in the capture: if it was taken with a filter such as `port 21`, \
             take it again without, or with `host SERVER`",
        );
    }
    if silent > 0 {
        note(
            "where TLS hides the dialogue and no data connection was seen, nobody can tell what was \
             tried; the client's log can",
        );
    }
    if sessions.iter().any(|session| session.protection != Protection::Plain) {
        note(
            "where TLS hides the dialogue, data connections are told by their addresses and times \
             alone, and whether a file is complete cannot be told",
        );
    }
    if end != Ended::Complete {
        note("the capture does not end where a packet ends; what stands before that was read");
    }
    if let Some(why) = comparison.and_then(|comparison| comparison.refused.as_deref()) {
        notes.push(format!("some connections could not be compared with the rules: {why}"));
    }
    notes
}

struct Builder<'a> {
    tally: &'a Tally,
    begun: u64,
    /// The capturing program has missed nothing that it knows of.
    whole: bool,
}

impl Builder<'_> {
    fn session(
        &self,
        record: &Record,
        mut comparison: Option<&mut Comparison<'_>>,
    ) -> CapturedSession {
        let [client, server] = record.track.ends;
        let (vantage, vantage_because) = vantage::of(&record.track);
        let check = judge::check(FlowKind::Control, record.control.outcome);
        let transfers: Vec<_> = record
            .transfers
            .iter()
            .map(|judged| self.transfer(record, judged, vantage, comparison.as_deref_mut()))
            .collect();
        CapturedSession {
            client: client.to_string(),
            server: server.to_string(),
            family: Family::of(server.address.ip()),
            providers: providers(server.address.ip()),
            protection: record.protection,
            packet: record.track.begun.packet,
            at_ms: self.millis(record.track.begun.time),
            control: record.control.outcome,
            certain: record.control.certain && self.whole,
            message: describe::control(record, vantage),
            finding: check.map(|check| {
                self.server(record).map_or(check, |known| of_control(known, server.port, check))
            }),
            decided: comparison.and_then(|comparison| comparison.control(record)),
            vantage,
            vantage_because,
            transfers,
            more_transfers: record.more,
        }
    }

    fn millis(&self, time: u64) -> u64 {
        millis(time.saturating_sub(self.begun))
    }

    fn server(&self, record: &Record) -> Option<&Server> {
        let [_, server] = record.track.ends;
        self.tally.servers.get(&server.address)
    }

    fn transfer(
        &self,
        record: &Record,
        judged: &Judged,
        vantage: Vantage,
        comparison: Option<&mut Comparison<'_>>,
    ) -> CapturedTransfer {
        let Judged { transfer, flow, outcome, certain, hidden } = judged;
        let check = judged.check(&record.track);
        let compare = |comparison: &mut Comparison<'_>| comparison.data(record, judged);
        CapturedTransfer {
            outcome: *outcome,
            certain: *certain && self.whole,
            message: describe::transfer(record, judged, vantage),
            finding: check.map(|check| {
                self.server(record).map_or(check, |known| of_data(known, *flow, *hidden, check))
            }),
            command: transfer.verb.map(|verb| verb.as_str().to_owned()),
            mode: transfer.mode,
            flow: *flow,
            announced: transfer.announced.map(|announced| announced.to_string()),
            connection: transfer.track.as_ref().map(|track| connection(track, *flow)),
            opening_reply: transfer.opening,
            closing_reply: transfer.closing.map(|(code, _)| code),
            packet: transfer.begun.packet,
            at_ms: self.millis(transfer.begun.time),
            decided: comparison.filter(|_| *outcome != Outcome::Declined).and_then(compare),
        }
    }
}

fn connection(track: &Track, flow: FlowKind) -> CapturedConnection {
    let [from, to] = track.ends;
    let answered = track.opener().first_syn.zip(track.answered);
    CapturedConnection {
        opener: if flow == FlowKind::ActiveData { End::Server } else { End::Client },
        source: from.to_string(),
        destination: to.to_string(),
        syns: track.opener().syns,
        answered_ms: answered.map(|(syn, answer)| millis(answer.time.saturating_sub(syn.time))),
        bytes: track.bytes(),
        resent: track.halves.iter().map(|half| half.resent).sum(),
        icmp_from: track.told.map(|told| told.by.to_string()),
        packet: track.begun.packet,
    }
}
