"""Sessions with ftplib: log in, store, list and retrieve, each in exactly one mode."""

from __future__ import annotations

import errno
import ftplib
import io
import socket
import ssl
import struct
import time
from dataclasses import dataclass
from typing import Any

from .model import CLIENT, Mode

SECONDS = 3.0
CONTENT = bytes(range(256)) * 16
TOTAL_RETRANS = 100
"""Where struct tcp_info holds tcpi_total_retrans."""


@dataclass(frozen=True)
class Session:
    """What to try, from where to where."""

    mode: Mode
    host: str
    control: int
    port: int
    """The passive port to ask the server for, or the client's own for active data."""
    user: str
    directory: str
    client: str = "ftplib"


@dataclass(frozen=True)
class Result:
    """What came out of it."""

    session: Session
    outcome: str
    detail: str = ""


class _OneMode:
    """Makes an FTP object use one data mode and no other."""

    sock: Any
    timeout: Any
    mode: Mode
    own_port: int
    delayed = False
    # A client that goes where 227 tells it to; others repair wrong addresses.
    trust_server_pasv_ipv4_address = True

    def makepasv(self) -> tuple[str, int]:
        if self.mode.data == "pasv":
            return ftplib.parse227(self.sendcmd("PASV"))  # type: ignore[attr-defined]
        return ftplib.parse229(self.sendcmd("EPSV"), self.sock.getpeername())  # type: ignore[attr-defined]

    def makeport(self) -> socket.socket:
        host = CLIENT[self.mode.family]
        listener = socket.create_server((host, self.own_port), family=self.sock.family, backlog=1)
        try:
            if self.mode.data == "port":
                self.sendport(host, self.own_port)  # type: ignore[attr-defined]
            else:
                self.sendeprt(host, self.own_port)  # type: ignore[attr-defined]
        except BaseException:
            listener.close()
            raise
        listener.settimeout(self.timeout)
        return listener

    def ntransfercmd(self, cmd: str, rest: Any = None) -> Any:
        begun = time.monotonic()
        conn, size = super().ntransfercmd(cmd, rest)  # type: ignore[misc]
        if self.mode.passive:
            info = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TOTAL_RETRANS + 4)
            (again,) = struct.unpack_from("I", info, TOTAL_RETRANS)
            self.delayed |= again > 0
        else:
            self.delayed |= time.monotonic() - begun > 0.9
        return conn, size


class _Plain(_OneMode, ftplib.FTP):
    pass


class _Explicit(_OneMode, ftplib.FTP_TLS):
    pass


class _Implicit(_OneMode, ftplib.FTP_TLS):
    """TLS from the first byte."""

    def connect(self, host: str = "", port: int = 0, timeout: float = -999, *_: Any) -> str:
        self.host, self.port, self.timeout = host, port, timeout
        plain = socket.create_connection((host, port), timeout)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def login(self, user: str = "", passwd: str = "", acct: str = "", secure: bool = True) -> str:
        return super().login(user, passwd, acct, secure=False)


def run(session: Session) -> Result:
    """Run a session in the namespace of the calling thread."""
    mode = session.mode
    ftp: Any
    if mode.protection == "plain":
        ftp = _Plain()
    else:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        ftp = (_Explicit if mode.protection == "explicit-tls" else _Implicit)(context=context)
    ftp.mode, ftp.own_port = mode, session.port
    ftp.set_pasv(mode.passive)
    stage = "control"
    step = "connect"
    begun = time.monotonic()
    try:
        ftp.connect(session.host, session.control, SECONDS)
        step = "login"
        ftp.login(session.user, "secret")
        if mode.protection != "plain":
            ftp.prot_p()
        stage = "data"
        name = f"{session.directory}{'-'.join(str(mode).split())}-{session.port}"
        step, begun = f"STOR {name}", time.monotonic()
        ftp.storbinary(step, io.BytesIO(CONTENT))
        lines: list[str] = []
        step, begun = "LIST", time.monotonic()
        ftp.retrlines(f"LIST {session.directory}".strip(), lines.append)
        if not any(line.endswith(name.rpartition("/")[2]) for line in lines):
            return Result(session, "data wrong content", f"{name} is not in {lines}")
        back = io.BytesIO()
        step, begun = f"RETR {name}", time.monotonic()
        ftp.retrbinary(step, back.write)
        if back.getvalue() != CONTENT:
            return Result(session, "data wrong content", f"{len(back.getvalue())} bytes")
        return Result(session, "works, delayed" if ftp.delayed else "works")
    except (OSError, EOFError, ftplib.Error) as error:
        why = _why(error, time.monotonic() - begun)
        return Result(session, f"{stage} {why}", f"{step}: {type(error).__name__}: {error}")
    finally:
        ftp.close()


def _why(error: BaseException, seconds: float) -> str:
    """The kind of a failure."""
    text = str(error)
    if isinstance(error, ftplib.Error):
        if "foreign address" in text or "Illegal PORT" in text or "Illegal EPRT" in text:
            return "policy: same address"
        if "session reuse" in text:
            return "policy: TLS session reuse"
        # vsftpd says the same whether it was refused or has waited in vain.
        waited = "Failed to establish" in text and seconds > 1.5
        if text.startswith("421") or waited:
            return "timeout"
        return "refused" if text.startswith("425") else f"reply {text[:3]}"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, OSError) and error.errno in (
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.EACCES,
        errno.EPERM,
    ):
        return "unreachable"
    return "cut off"
