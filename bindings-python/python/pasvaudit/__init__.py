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

from ._answers import (
    Box,
    By,
    Condition,
    DataMode,
    End,
    ExplainedPart,
    Explanation,
    Family,
    Finding,
    Fix,
    FlowKind,
    FlowReport,
    Gap,
    ModeReport,
    NotOffered,
    Packet,
    Placement,
    Protection,
    ProviderReport,
    Report,
    RuleSet,
    Share,
    UnmodelledLine,
    Verdict,
)
from ._ask import Choice, Network, Provider, Rules, audit, explain, parse, provider, providers
from ._error import PasvauditError
from ._pasvaudit import Firewall

__all__ = [
    "Box",
    "By",
    "Choice",
    "Condition",
    "DataMode",
    "End",
    "ExplainedPart",
    "Explanation",
    "Family",
    "Finding",
    "Firewall",
    "Fix",
    "FlowKind",
    "FlowReport",
    "Gap",
    "ModeReport",
    "Network",
    "NotOffered",
    "Packet",
    "PasvauditError",
    "Placement",
    "Protection",
    "Provider",
    "ProviderReport",
    "Report",
    "RuleSet",
    "Rules",
    "Share",
    "UnmodelledLine",
    "Verdict",
    "audit",
    "explain",
    "parse",
    "provider",
    "providers",
]
