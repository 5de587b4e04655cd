"""Runs the programs in ``examples`` as a user would, from the root of the repository."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
INTERFACES = ["--inside", "eth1", "--outside", "eth0"]


def run(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert not done.stderr
    return done.returncode, done.stdout


def test_the_readme_says_what_the_first_lines_print() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    said = readme.split("```text\n")[1].split("```")[0]
    assert run("examples/audit.py") == (0, said)


def test_a_folder_has_the_worst_exit_code_of_its_dumps(tmp_path: Path) -> None:
    code, lines = run("examples/audit_folder.py", "examples/rules", *INTERFACES)
    assert code == 1
    found = {line.split()[1].rstrip(":"): line.split()[0] for line in lines.splitlines()}
    assert found == {
        "helper-only.rules": "partly",
        "laptop.rules": "works",
        "rate-limited.rules": "undecided",
        "router.ip6.rules": "undecided",
        "router.rules": "partly",
        "server.rules": "works",
    }

    samples = ROOT / "examples" / "rules"
    (tmp_path / "one.rules").write_text((samples / "laptop.rules").read_text("utf-8"))
    assert run("examples/audit_folder.py", tmp_path) == (0, "works      one.rules\n")
    (tmp_path / "two.rules").write_text((samples / "rate-limited.rules").read_text("utf-8"))
    assert run("examples/audit_folder.py", tmp_path, *INTERFACES)[0] == 3
    (tmp_path / "three.rules").write_text("*filter\n-A FORWARD -p tcp --dport 70000\nCOMMIT\n")
    code, lines = run("examples/audit_folder.py", tmp_path, *INTERFACES)
    assert code == 2
    assert "three.rules:2:27: `70000` is no port" in lines
