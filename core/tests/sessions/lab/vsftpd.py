"""vsftpd as the server: active data from port 20, and its own checks of addresses."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from .model import SERVER, Scenario
from .namespaces import Namespace

STARTING_SECONDS = 10
SETTINGS = """\
listen={v4}
listen_ipv6={v6}
background=NO
anonymous_enable=YES
local_enable=NO
write_enable=YES
anon_upload_enable=YES
anon_other_write_enable=YES
anon_umask=022
no_anon_password=YES
anon_root={root}
secure_chroot_dir={empty}
chown_uploads=NO
xferlog_enable=NO
seccomp_sandbox=NO
connect_from_port_20={port_20}
ftp_data_port={data_port}
pasv_min_port={low}
pasv_max_port={high}
connect_timeout=2
accept_timeout=2
ssl_enable=YES
allow_anon_ssl=YES
force_anon_data_ssl=NO
force_anon_logins_ssl=NO
ssl_tlsv1=YES
rsa_cert_file={certificate}
rsa_private_key_file={certificate}
require_ssl_reuse={reuse}
ssl_ciphers=HIGH
implicit_ssl={implicit}
listen_port={port}
"""


class Vsftpd:
    """One process for each port and family."""

    def __init__(
        self, scenario: Scenario, host: Namespace, directory: Path, certificate: Path
    ) -> None:
        server = scenario.server
        program = shutil.which("vsftpd")
        if program is None:
            raise FileNotFoundError("vsftpd")
        root, empty = directory / "root", directory / "empty"
        for path in (root / "up", empty):
            path.mkdir(parents=True)
        (root / "up").chmod(0o777)
        for path in (directory, root):
            path.chmod(0o755)
        self._processes: list[subprocess.Popen[bytes]] = []
        families = sorted({mode.family for mode in scenario.modes()})
        for family in families:
            for port, implicit in ((server.control, "NO"), (server.implicit, "YES")):
                text = SETTINGS.format(
                    v4="YES" if family == "ipv4" else "NO",
                    v6="YES" if family == "ipv6" else "NO",
                    root=root,
                    empty=empty,
                    port_20="YES" if server.source_port else "NO",
                    data_port=server.source_port or 20,
                    low=server.passive[0],
                    high=server.passive[1],
                    certificate=certificate,
                    reuse="YES" if server.tls_reuse else "NO",
                    implicit=implicit,
                    port=port,
                )
                if server.announces:
                    text += f"pasv_address={server.announces}\n"
                if server.foreign_addresses:
                    text += "port_promiscuous=YES\n"
                settings = directory / f"vsftpd-{family}-{port}.conf"
                settings.write_text(text, encoding="ascii")
                self._processes.append(host.spawn([program, str(settings)]))
                _listening(host, family, port)

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait()


def _listening(host: Namespace, family: str, port: int) -> None:
    """Wait until somebody answers, by connecting."""
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            with host.socket(family) as attempt:
                attempt.settimeout(1)
                attempt.connect((SERVER[family], port))
                return
        except (ConnectionRefusedError, TimeoutError):
            if time.monotonic() > deadline:
                raise
