//! A file that is read through one buffer that never grows.

use std::io::Read;

use super::record::End;
use crate::error::{Code, Error};

/// How much is read at once, which is also the longest packet or block that is looked at.
const BUFFER: usize = 1 << 20;

/// The largest packets that capturing programs write are shorter by far (256 KiB).
pub(super) const LONGEST_PACKET: u32 = (BUFFER / 2) as u32;

/// The part of a file that is in memory.
pub(super) struct Input<R> {
    reader: R,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    /// How many bytes of the file are before `from`.
    pub(super) passed: u64,
    exhausted: bool,
}

impl<R: Read> Input<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, buffer: vec![0; BUFFER], from: 0, to: 0, passed: 0, exhausted: false }
    }

    pub(super) fn unread(&self) -> &[u8] {
        self.buffer.get(self.from..self.to).unwrap_or_default()
    }

    /// Four bytes of what is unread.
    pub(super) fn word(&self, at: usize) -> [u8; 4] {
        let bytes = self.unread().get(at..at + 4);
        bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
    }

    /// Reads until so much is unread, and says whether it is.
    pub(super) fn have(&mut self, wanted: usize) -> Result<bool, Error> {
        while self.to - self.from < wanted && !self.exhausted {
            if self.buffer.len() - self.from < wanted.max(BUFFER / 8) {
                self.buffer.copy_within(self.from..self.to, 0);
                self.to -= self.from;
                self.from = 0;
            }
            let space = self.buffer.get_mut(self.to..).unwrap_or_default();
            match self.reader.read(space) {
                Ok(0) => self.exhausted = true,
                Ok(read) => self.to += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let message = format!("the capture cannot be read: {error}");
                    return Err(Error::new(Code::Io, message));
                }
            }
        }
        Ok(self.to - self.from >= wanted)
    }

    pub(super) fn pass(&mut self, size: usize) {
        self.from = (self.from + size).min(self.to);
        self.passed += size as u64;
    }

    /// Passes over what may be longer than the buffer, and says whether all of it was there.
    pub(super) fn skip(&mut self, mut size: u64) -> Result<bool, Error> {
        while size > 0 {
            if !self.have(1)? {
                return Ok(false);
            }
            let here = (self.to - self.from).min(usize::try_from(size).unwrap_or(usize::MAX));
            self.pass(here);
            size -= here as u64;
        }
        Ok(true)
    }

    /// What it means that there is too little for another record.
    pub(super) fn rest(&self) -> End {
        if self.from == self.to { End::Complete } else { End::Truncated }
    }
}
