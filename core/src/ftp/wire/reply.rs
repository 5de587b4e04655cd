/// A line that begins with a reply code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReplyLine<'a> {
    /// The code: 100 to 659.
    pub code: u16,
    /// Whether more lines follow, up to one with the same code and a blank.
    pub more: bool,
    /// The rest of the line.
    pub text: &'a [u8],
}

impl<'a> ReplyLine<'a> {
    /// Reads a line, without its end; `None` for what does not begin with a code.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let (code, rest) = line.split_at_checked(3)?;
        let &[first, second, third] = code else { return None };
        let code_like =
            matches!(first, b'1'..=b'6') && matches!(second, b'0'..=b'5') && third.is_ascii_digit();
        if !code_like {
            return None;
        }
        let (more, text) = match rest.split_first() {
            None => (false, rest),
            Some((b'-', text)) => (true, text),
            Some((b' ' | b'\t', text)) => (false, text),
            Some(_) => return None,
        };
        let digits = [first, second, third].map(|digit| u16::from(digit - b'0'));
        let [hundreds, tens, ones] = digits;
        Some(Self { code: hundreds * 100 + tens * 10 + ones, more, text })
    }
}

/// A whole reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reply<'a> {
    /// The code.
    pub code: u16,
    /// The text of its last line.
    pub text: &'a [u8],
}

/// Lines of a server, put together to replies.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Replies {
    open: Option<u16>,
    lines: u32,
}

impl Replies {
    /// So many lines may be between the first line of a reply and the last; then the next line is taken
    /// for the first of another reply, for nobody knows what was lost.
    pub const LONGEST: u32 = 10_000;

    /// Takes the next line, without its end, and gives the reply that it completes.
    pub fn line<'a>(&mut self, line: &'a [u8]) -> Option<Reply<'a>> {
        let read = ReplyLine::parse(line);
        if let Some(code) = self.open {
            self.lines += 1;
            match read {
                Some(last) if last.code == code && !last.more => self.open = None,
                _ if self.lines > Self::LONGEST => self.open = None,
                _ => return None,
            }
        }
        let ReplyLine { code, more, text } = read?;
        if more {
            *self = Self { open: Some(code), lines: 0 };
            return None;
        }
        Some(Reply { code, text })
    }

    /// Forgets the beginning of a reply whose rest is lost.
    pub fn interrupted(&mut self) {
        self.open = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(lines: &[&str]) -> Vec<u16> {
        let mut replies = Replies::default();
        lines.iter().filter_map(|line| replies.line(line.as_bytes())).map(|one| one.code).collect()
    }

    #[test]
    fn lines_are_put_together() {
        assert_eq!(codes(&["220 hello", "331 name?", "230 in"]), [220, 331, 230]);
        assert_eq!(codes(&["211-Features:", " EPSV", "211-more", "500 no", "211 End"]), [211]);
        assert_eq!(codes(&["220", "nonsense", "99 x", "2200 x", "227=1,2"]), [220]);
    }

    #[test]
    fn a_reply_without_end_ends() {
        let mut replies = Replies::default();
        assert_eq!(replies.line(b"211-Features:"), None);
        for _ in 0..=Replies::LONGEST {
            replies.line(b" x");
        }
        assert_eq!(replies.line(b"230 in").map(|reply| reply.code), Some(230));
    }
}
