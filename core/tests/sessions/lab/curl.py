"""The same sessions with curl, which decides many things otherwise than ftplib."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from .model import CLIENT, Mode
from .sessions import CONTENT, Result, Session

OWN_PORTS = 6
"""How many ports curl may take for active data: it takes the next while one is in use."""
DATA = {
    "pasv": ("--disable-epsv", "--no-ftp-skip-pasv-ip"),
    "epsv": (),
    "port": ("--disable-eprt",),
    "eprt": (),
}
CONNECT = 4
"""Seconds for a connection and its TLS handshake."""
LIMIT = 12


def cannot(mode: Mode) -> str | None:
    """The name of a fault of curl itself that makes it fail on an open network too."""
    if not mode.passive and mode.protection != "plain":
        return "curl 7.88 speaks no TLS on active data"
    return None


def run(session: Session) -> Result:
    """Run a session in the namespace of the calling thread."""
    mode = session.mode
    scheme = "ftps" if mode.protection == "implicit-tls" else "ftp"
    host = f"[{session.host}]" if mode.family == "ipv6" else session.host
    name = f"{session.directory}curl-{'-'.join(str(mode).split())}-{session.port}"
    url = f"{scheme}://{session.user}:secret@{host}:{session.control}/{name}"
    command = [
        *("curl", "-sS", "-q", "--insecure", "--ftp-method", "nocwd"),
        *("--connect-timeout", str(CONNECT), "--max-time", str(LIMIT)),
        *DATA[mode.data],
    ]
    if mode.protection == "explicit-tls":
        command.append("--ssl-reqd")
    if not mode.passive:
        own = CLIENT[mode.family]
        own = f"[{own}]" if mode.family == "ipv6" else own
        command += ["--ftp-port", f"{own}:{session.port}-{session.port + OWN_PORTS - 1}"]
    with tempfile.TemporaryDirectory() as directory:
        sent, back = Path(directory, "sent"), Path(directory, "back")
        sent.write_bytes(CONTENT)
        for step in (["-T", str(sent), url], ["-o", str(back), url]):
            done = subprocess.run(
                [*command, *step], capture_output=True, text=True, timeout=60, check=False
            )
            if done.returncode != 0:
                return Result(session, "fails", done.stderr.strip())
        if back.read_bytes() != CONTENT:
            return Result(session, "fails", f"{back.stat().st_size} bytes came back")
    return Result(session, "works")
