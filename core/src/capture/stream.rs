//! From segments to lines: out of order, sent twice, cut anywhere.

use crate::ftp::wire::LONGEST_LINE;

/// So many segments, and bytes of them, wait for one that is missing. A control connection has few on
/// the way at once.
const WAITING: usize = 16;
const WAITING_BYTES: usize = 4096;

/// What is further ahead than that belongs to something else.
const WINDOW: i32 = 1 << 20;

/// One direction of a control connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    next: Option<u32>,
    line: Vec<u8>,
    /// The rest of a line whose beginning is lost, or which is too long, is passed over.
    skipping: bool,
    waiting: Vec<Waiting>,
    held: usize,
    /// How many bytes were not captured.
    pub lost: u64,
}

#[derive(Clone, Debug)]
struct Waiting {
    sequence: u32,
    length: u32,
    data: Box<[u8]>,
}

/// What comes out of a stream.
pub(super) enum Piece<'a> {
    /// A line without its end, or the beginning of one that is too long.
    Line(&'a [u8]),
    /// Here something is missing.
    Gap,
}

impl Stream {
    /// The first byte of data has this number.
    pub(super) fn begin(&mut self, sequence: u32) {
        self.next.get_or_insert(sequence);
    }

    /// Takes a segment, of which `data` was captured.
    pub(super) fn push(
        &mut self,
        sequence: u32,
        data: &[u8],
        length: u32,
        each: &mut dyn FnMut(Piece<'_>),
    ) {
        let next = *self.next.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(next).cast_signed();
        if ahead > WINDOW || length == 0 {
            return;
        }
        if ahead > 0 {
            self.wait(sequence, data, length);
            if self.waiting.len() > WAITING || self.held > WAITING_BYTES {
                self.give_up(each);
            }
            return;
        }
        self.append(sequence, data, length, each);
        self.catch_up(each);
    }

    /// Nothing more comes, and the data went on to the number `end`: what waits is not waited for any
    /// longer.
    pub(super) fn finish(&mut self, end: Option<u32>, each: &mut dyn FnMut(Piece<'_>)) {
        while !self.waiting.is_empty() {
            self.give_up(each);
        }
        let missing = self.next.zip(end).map(|(next, end)| end.wrapping_sub(next).cast_signed());
        self.lost += missing.and_then(|missing| u64::try_from(missing).ok()).unwrap_or_default();
    }

    fn wait(&mut self, sequence: u32, data: &[u8], length: u32) {
        let same = |one: &Waiting| one.sequence == sequence && one.length >= length;
        if self.waiting.iter().any(same) {
            return;
        }
        self.held += data.len();
        self.waiting.push(Waiting { sequence, length, data: data.into() });
    }

    /// Goes on behind the gap.
    fn give_up(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        let Some(next) = self.next else { return };
        let ahead = |one: &Waiting| one.sequence.wrapping_sub(next).cast_signed();
        let Some(first) = self.waiting.iter().map(ahead).min() else { return };
        self.lost += u64::try_from(first).unwrap_or_default();
        self.next = Some(next.wrapping_add(first.cast_unsigned()));
        self.gap(each);
        self.catch_up(each);
    }

    fn gap(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        self.line.clear();
        self.skipping = true;
        each(Piece::Gap);
    }

    fn catch_up(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        while let Some(next) = self.next {
            let due = |one: &Waiting| one.sequence.wrapping_sub(next).cast_signed() <= 0;
            let Some(at) = self.waiting.iter().position(due) else { return };
            let Waiting { sequence, length, data } = self.waiting.swap_remove(at);
            self.held = self.held.saturating_sub(data.len());
            self.append(sequence, &data, length, each);
        }
    }

    /// Takes a segment that does not begin behind the next byte.
    fn append(&mut self, sequence: u32, data: &[u8], length: u32, each: &mut dyn FnMut(Piece<'_>)) {
        let Some(next) = self.next else { return };
        let known = next.wrapping_sub(sequence);
        let Some(new) = length.checked_sub(known).filter(|new| *new > 0) else { return };
        self.next = Some(next.wrapping_add(new));
        let data = data.get(known as usize..).unwrap_or_default();
        self.feed(data, each);
        let missing = u64::from(new).saturating_sub(data.len() as u64);
        if missing > 0 {
            self.lost += missing;
            self.gap(each);
        }
    }

    fn feed(&mut self, data: &[u8], each: &mut dyn FnMut(Piece<'_>)) {
        for part in data.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            let room = LONGEST_LINE - self.line.len().min(LONGEST_LINE);
            if !self.skipping {
                self.line.extend_from_slice(text.get(..room).unwrap_or(text));
            }
            if ends {
                if !std::mem::take(&mut self.skipping) {
                    each(Piece::Line(self.line.strip_suffix(b"\r").unwrap_or(&self.line)));
                }
                self.line.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(segments: &[(u32, &str)]) -> Vec<String> {
        let mut stream = Stream::default();
        stream.begin(100);
        let mut out = Vec::new();
        let mut each = |piece: Piece<'_>| {
            out.push(match piece {
                Piece::Line(line) => String::from_utf8_lossy(line).into_owned(),
                Piece::Gap => "(gap)".to_owned(),
            });
        };
        for (sequence, text) in segments {
            let length = u32::try_from(text.len()).unwrap();
            stream.push(*sequence, text.as_bytes(), length, &mut each);
        }
        stream.finish(None, &mut each);
        out
    }

    #[test]
    fn lines_come_out_whole_and_once() {
        assert_eq!(lines(&[(100, "ab\r\ncd\r\n")]), ["ab", "cd"]);
        assert_eq!(lines(&[(100, "a"), (101, "b\r"), (103, "\ncd\n")]), ["ab", "cd"]);
        assert_eq!(lines(&[(104, "cd\n"), (100, "ab\r\n"), (100, "ab\r\n")]), ["ab", "cd"]);
        assert_eq!(lines(&[(102, "\r\ncd\n"), (100, "ab\r\n")]), ["ab", "cd"]);
        assert_eq!(lines(&[(100, "ab\n"), (101, "b\ncd\n")]), ["ab", "cd"]);
    }

    #[test]
    fn what_is_missing_is_told() {
        assert_eq!(lines(&[(100, "ab\n"), (110, "cd\nef\n")]), ["ab", "(gap)", "ef"]);
        let mut stream = Stream::default();
        let mut out = Vec::new();
        // Ten bytes on the wire, of which five were captured.
        stream.push(1, b"ab\ncd", 10, &mut |piece| out.push(matches!(piece, Piece::Line(b"ab"))));
        assert_eq!((out.as_slice(), stream.lost), (&[true, false][..], 5));
        stream.finish(Some(20), &mut |_| {});
        assert_eq!(stream.lost, 14);
    }

    #[test]
    fn a_line_is_kept_in_part_if_it_is_too_long() {
        let long = "x".repeat(100_000);
        let mut stream = Stream::default();
        let mut found = Vec::new();
        let text = format!("{long}\nab\n");
        stream.push(1, text.as_bytes(), 100_004, &mut |piece| {
            if let Piece::Line(line) = piece {
                found.push(line.len());
            }
        });
        assert_eq!(found, [LONGEST_LINE, 2]);
    }

    #[test]
    fn numbers_go_round() {
        let mut stream = Stream::default();
        let mut found = 0;
        stream.begin(u32::MAX - 1);
        let mut each = |piece: Piece<'_>| found += usize::from(matches!(piece, Piece::Line(_)));
        stream.push(1, b"cd\n", 3, &mut each);
        stream.push(u32::MAX - 1, b"ab\n", 3, &mut each);
        assert_eq!(found, 2);
    }
}
