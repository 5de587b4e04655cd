"""Decides exactly which FTP sessions a firewall lets through, and what is missing.

>>> import pasvaudit
>>> rules = '''*filter
... :FORWARD DROP [0:0]
... -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
... -A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21001:21050 -j ACCEPT
... COMMIT
... '''
>>> report = pasvaudit.audit(rules, provider="smartfile", client="10.1.0.0/16", at="client-gateway")
>>> report.ok
False
>>> report.gaps[0].space[0].dport
'21000'
"""

from ._answers import Diagnosis, Explanation, Report
from ._ask import (
    Choice,
    Network,
    Provider,
    Rules,
    allow,
    audit,
    explain,
    parse,
    provider,
    providers,
    symptom,
)
from ._error import PasvauditError
from ._pasvaudit import Firewall
from ._types import (
    By,
    ByKind,
    Condition,
    Count,
    DataMode,
    Dialect,
    End,
    Entry,
    ExplainedPart,
    Family,
    Fate,
    Fault,
    Finding,
    Fix,
    FixForm,
    FixText,
    FlowKind,
    FlowReport,
    Gap,
    LikelyCause,
    ModeReport,
    NotOffered,
    Placement,
    PortRangeState,
    PortState,
    Protection,
    ProviderReport,
    Repair,
    RuleSet,
    Severity,
    Share,
    Stage,
    Unfixed,
    UnmodelledLine,
    Verdict,
)

__all__ = [
    "By",
    "ByKind",
    "Choice",
    "Condition",
    "Count",
    "DataMode",
    "Diagnosis",
    "Dialect",
    "End",
    "Entry",
    "ExplainedPart",
    "Explanation",
    "Family",
    "Fate",
    "Fault",
    "Finding",
    "Firewall",
    "Fix",
    "FixForm",
    "FixText",
    "FlowKind",
    "FlowReport",
    "Gap",
    "LikelyCause",
    "ModeReport",
    "Network",
    "NotOffered",
    "PasvauditError",
    "Placement",
    "PortRangeState",
    "PortState",
    "Protection",
    "Provider",
    "ProviderReport",
    "Repair",
    "Report",
    "RuleSet",
    "Rules",
    "Severity",
    "Share",
    "Stage",
    "Unfixed",
    "UnmodelledLine",
    "Verdict",
    "allow",
    "audit",
    "explain",
    "parse",
    "provider",
    "providers",
    "symptom",
]
