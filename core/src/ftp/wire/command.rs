use crate::words::words;

words! {
    /// The commands that matter to connections.
    Verb, "FTP command" {
        /// The user's name.
        User = "USER",
        /// The password.
        Pass = "PASS",
        /// TLS from here on (RFC 4217).
        Auth = "AUTH",
        /// How data connections are protected.
        Prot = "PROT",
        /// Out of TLS again.
        Ccc = "CCC",
        /// The server is to name an address and a port for data.
        Pasv = "PASV",
        /// The server is to name a port for data (RFC 2428).
        Epsv = "EPSV",
        /// The client names its address and port for data.
        Port = "PORT",
        /// The same for both families (RFC 2428).
        Eprt = "EPRT",
        /// A listing.
        List = "LIST",
        /// A listing of names.
        Nlst = "NLST",
        /// A listing for machines (RFC 3659).
        Mlsd = "MLSD",
        /// A file to the client.
        Retr = "RETR",
        /// A file to the server.
        Stor = "STOR",
        /// A file to the server, under a name of its choice.
        Stou = "STOU",
        /// More of a file to the server.
        Appe = "APPE",
        /// An end to the transfer that runs.
        Abor = "ABOR",
        /// The end.
        Quit = "QUIT",
        /// What the server can do (RFC 2389).
        Feat = "FEAT",
        /// What system the server is.
        Syst = "SYST",
        /// What options are to be on (RFC 2389).
        Opts = "OPTS",
        /// Which of the server's hosts is meant (RFC 7151).
        Host = "HOST",
        /// What program the client is.
        Clnt = "CLNT",
        /// Nothing.
        Noop = "NOOP",
        /// The form of data.
        Type = "TYPE",
        /// To another directory.
        Cwd = "CWD",
        /// Which directory it is.
        Pwd = "PWD",
        /// How large buffers for TLS are (RFC 4217).
        Pbsz = "PBSZ",
    }
}

impl Verb {
    /// Whether it moves data over a data connection: listings are among that (RFC 4217 section 10.2,
    /// RFC 3659 section 7).
    pub const fn transfers(self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Nlst
                | Self::Mlsd
                | Self::Retr
                | Self::Stor
                | Self::Stou
                | Self::Appe
        )
    }

    /// Whether a client of another protocol that also begins with `220` does not send it.
    pub const fn only_ftp(self) -> bool {
        !matches!(self, Self::Auth | Self::Noop | Self::Quit | Self::Host | Self::Type)
    }
}

/// A line from the client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Command<'a> {
    /// What it asks for.
    pub verb: Verb,
    /// The rest of the line. It may be a password.
    pub argument: &'a [u8],
}

impl<'a> Command<'a> {
    /// Reads a line, without its end; `None` for other commands, and for what is no command. Telnet's
    /// interrupt, which may come before ABOR (RFC 959 section 4.1.3), is passed over.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let start = line.iter().position(|byte| byte.is_ascii_alphabetic())?;
        let (telnet, line) = line.split_at_checked(start)?;
        if telnet.iter().any(|byte| byte.is_ascii()) {
            return None;
        }
        let end = line.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(line.len());
        let (word, rest) = line.split_at_checked(end)?;
        let blank = rest.first().is_none_or(u8::is_ascii_whitespace);
        let verb = |verb: &&Verb| verb.as_str().as_bytes().eq_ignore_ascii_case(word);
        let verb = *Verb::ALL.iter().find(verb).filter(|_| blank)?;
        Some(Self { verb, argument: rest.trim_ascii() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_in_any_case() {
        let read = |line| Command::parse(line).map(|command| (command.verb, command.argument));
        assert_eq!(read(b"PASV"), Some((Verb::Pasv, &b""[..])));
        assert_eq!(read(b"retr a b"), Some((Verb::Retr, &b"a b"[..])));
        assert_eq!(read(b"\xff\xf4\xff\xf2ABOR"), Some((Verb::Abor, &b""[..])));
        for other in
            [&b"EHLO example.com"[..], b"PASVX", b"PASV,1", b" PASV", b"", b"\xff", b"200 x"]
        {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
