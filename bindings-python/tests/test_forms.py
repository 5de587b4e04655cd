"""The other forms of a report: the same as the command writes, and harmless whatever stands in the input."""

import json
import pickle
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pasvaudit
import pytest

from .conftest import case

CASE = case("first-port-missing")
HOSTILE = "<script>alert(1)</script> ]]> | `x` @team \"'.v4"


def audit(file: str) -> pasvaudit.Report:
    return pasvaudit.audit(CASE["rules"], file=file, **CASE["options"])


def forms(report: pasvaudit.Report) -> dict[str, str]:
    return {
        "markdown": report.to_markdown(),
        "html": report.to_html(),
        "sarif": report.to_sarif(),
        "junit": report.to_junit(),
        "github": report.to_github(),
    }


@pytest.mark.parametrize("form", ["markdown", "html", "sarif", "junit", "github"])
def test_the_command_writes_the_same(form: str, tmp_path: Path) -> None:
    output = tmp_path / "answer"
    command = [sys.executable, "-m", "pasvaudit", "audit", "-", "--provider", "smartfile"]
    options = ["--client", "10.1.0.0/16", "--at", "client-gateway", "--format", form]
    run = subprocess.run(
        [*command, *options, "--output", str(output)],
        input=CASE["rules"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "")
    assert output.read_text("utf-8").rstrip("\n") == forms(audit("<stdin>"))[form].rstrip("\n")


@pytest.mark.parametrize("form", ["markdown", "github"])
def test_the_command_writes_the_same_difference(form: str, tmp_path: Path) -> None:
    asked = case("diff-port-lost")
    paths = [tmp_path / name for name in ("old.v4", "new.v4")]
    for path, rules in zip(paths, asked["given"], strict=True):
        path.write_text(rules)
    command = [sys.executable, "-m", "pasvaudit", "diff", *map(str, paths), "--format", form]
    options = ["--provider", "smartfile", "--client", "10.1.0.0/16", "--at", "client-gateway"]
    run = subprocess.run(command + options, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (1, "")
    written = {"provider": "smartfile", "client": "10.1.0.0/16", "at": "client-gateway"}
    difference = pasvaudit.diff(*paths, **written)  # type: ignore[arg-type]
    forms = {"markdown": difference.to_markdown(), "github": difference.to_github()}
    assert run.stdout == forms[form]


class Page(HTMLParser):
    """The elements, the attributes and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_one_page_without_scripts_and_links() -> None:
    page = Page()
    page.feed(audit(HOSTILE).to_html())
    page.close()
    assert not page.elements & {"script", "a", "img", "link", "iframe", "object"}
    assert not {name for name in page.attributes if name.startswith("on")}
    assert not page.attributes & {"href", "src", "xlink:href"}
    assert HOSTILE in page.text


def test_junit_and_sarif_say_the_name_of_the_file() -> None:
    report = audit(HOSTILE)
    suites = ElementTree.fromstring(report.to_junit())
    assert HOSTILE in suites.attrib["name"]
    cases = suites.findall("./testsuite/testcase")
    assert len(cases) == sum(len(one.modes) + len(one.not_offered) for one in report.providers)
    log = json.loads(report.to_sarif())
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == [
        finding.code for finding in report.findings
    ]


def test_a_pickle_keeps_every_form() -> None:
    report = audit("rules.v4")
    assert forms(pickle.loads(pickle.dumps(report))) == forms(report)
