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

from ._answers import Diagnosis, Difference, Explanation, Report
from ._ask import (
    Choice,
    Network,
    Provider,
    Rules,
    audit,
    diff,
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
    Change,
    ChangeKind,
    Condition,
    Count,
    DataMode,
    Decision,
    Dialect,
    End,
    Entry,
    ExplainedPart,
    Family,
    Fate,
    Fault,
    Finding,
    Fix,
    FlowKind,
    FlowReport,
    Gap,
    LikelyCause,
    ModeDifference,
    ModeReport,
    ModeState,
    NotOffered,
    Placement,
    PortRangeState,
    PortState,
    Protection,
    ProviderDifference,
    ProviderReport,
    RuleSet,
    Severity,
    Share,
    Stage,
    Status,
    Trend,
    UnmodelledLine,
    Verdict,
)

__all__ = [
    "By",
    "ByKind",
    "Change",
    "ChangeKind",
    "Choice",
    "Condition",
    "Count",
    "DataMode",
    "Decision",
    "Diagnosis",
    "Dialect",
    "Difference",
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
    "FlowKind",
    "FlowReport",
    "Gap",
    "LikelyCause",
    "ModeDifference",
    "ModeReport",
    "ModeState",
    "Network",
    "NotOffered",
    "PasvauditError",
    "Placement",
    "PortRangeState",
    "PortState",
    "Protection",
    "Provider",
    "ProviderDifference",
    "ProviderReport",
    "Report",
    "RuleSet",
    "Rules",
    "Severity",
    "Share",
    "Stage",
    "Status",
    "Trend",
    "UnmodelledLine",
    "Verdict",
    "audit",
    "diff",
    "explain",
    "parse",
    "provider",
    "providers",
    "symptom",
]
