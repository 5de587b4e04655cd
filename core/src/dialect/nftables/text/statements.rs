//! The statements of a rule.

use super::cursor::{Cursor, Read};
use super::expressions::Side;
use super::lexer::{Kind, Token};
use crate::dialect::nftables::syntax::{
    BitOperator, Expr, RejectKind, Relation, Statement, Verdict,
};
use crate::space::Family as Version;

/// What stands between the two sides of a match.
enum Operator {
    Compared(Relation),
    /// `!`: none of these flags.
    None,
}

impl<'a> Cursor<'a> {
    /// The statements up to the end of the rule.
    pub(super) fn statements(&mut self) -> Read<'a, Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            let depth = self.depth;
            statements.push(self.statement()?);
            self.depth = depth;
            if self.at_end() {
                return Ok(statements);
            }
        }
    }

    pub(super) fn statement(&mut self) -> Read<'a, Statement> {
        let start = self.peek();
        if start.kind != Kind::Word {
            return self.matching();
        }
        match start.text {
            "jump" | "goto" if self.peek_second().is("{") => self.anonymous_chain(),
            "accept" | "drop" | "continue" | "return" | "jump" | "goto" => match self.verdict()? {
                Some(verdict) => Ok(Statement::Verdict(verdict)),
                None => self.unexpected("a verdict"),
            },
            "queue" => self.queue(),
            "reject" => self.reject(),
            "snat" | "dnat" | "masquerade" | "redirect" => self.nat(),
            "counter" => self.counter(),
            "last" => self.last().map(|()| Statement::NoEffect),
            "log" => self.log().map(|()| Statement::NoEffect),
            "comment" => self.comment().map(|()| Statement::NoEffect),
            "limit" | "quota" => self.stateful(),
            "ct" if self.peek_second().is("count") => self.stateful(),
            "notrack" => {
                self.next();
                Ok(Statement::NoTrack)
            }
            "flow" => self.flow(),
            "meter" => self.meter(),
            "add" | "update" | "delete" | "set" => self.dynamic_set(),
            "dup" => self.dup(),
            "reset" => self.strip_option(),
            "fwd" | "tproxy" => self.diversion(),
            "synproxy" => self.synproxy(),
            "xt" => self.extension(),
            _ => self.matching(),
        }
    }

    /// What starts with an expression: a match, a verdict map, or a value that is written.
    fn matching(&mut self) -> Read<'a, Statement> {
        let left = self.concatenation(Side::Selector)?;
        if self.eat("vmap") {
            let map = self.table_of_map()?;
            return Ok(Statement::VerdictMap { key: left, map });
        }
        if self.eat("set") {
            let value = self.values(Side::Either)?;
            return Ok(match left {
                Expr::Ct { key, .. } if key == "helper" => Statement::SetHelper(value),
                target => Statement::Set { target, value },
            });
        }
        let left = self.mapped(left)?;
        let operator = self.operator();
        let right = self.values(Side::Value)?;
        if self.eat("/") {
            let mask = self.values(Side::Value)?;
            let left = Expr::Bits(BitOperator::And, Box::new(left), Box::new(mask));
            let relation = match operator {
                Operator::Compared(Relation::Implicit) => Relation::Equal,
                Operator::Compared(relation) => relation,
                Operator::None => return self.unexpected("no mask after `!`"),
            };
            return Ok(Statement::Match { left, relation, right });
        }
        Ok(match operator {
            Operator::Compared(relation) => Statement::Match { left, relation, right },
            Operator::None => Statement::Match {
                left: Expr::Bits(BitOperator::And, Box::new(left), Box::new(right)),
                relation: Relation::Equal,
                right: Expr::Number(0),
            },
        })
    }

    fn operator(&mut self) -> Operator {
        let operator = match self.peek() {
            token if !matches!(token.kind, Kind::Word | Kind::Punctuation) => {
                return Operator::Compared(Relation::Implicit);
            }
            token => match token.text {
                "==" | "eq" => Operator::Compared(Relation::Equal),
                "!=" | "ne" => Operator::Compared(Relation::NotEqual),
                "<" | "lt" => Operator::Compared(Relation::Less),
                ">" | "gt" => Operator::Compared(Relation::Greater),
                "<=" | "le" => Operator::Compared(Relation::LessOrEqual),
                ">=" | "ge" => Operator::Compared(Relation::GreaterOrEqual),
                "!" | "not" => Operator::None,
                _ => return Operator::Compared(Relation::Implicit),
            },
        };
        self.next();
        operator
    }

    /// `jump { ... }`: the rules of a chain without a name.
    fn anonymous_chain(&mut self) -> Read<'a, Statement> {
        let keyword = self.next();
        self.expect("{")?;
        self.enter()?;
        let mut rules = Vec::new();
        loop {
            match self.peek() {
                token if token.is("}") => break,
                token if token.kind == Kind::Newline || token.is(";") => {
                    self.next();
                }
                _ => rules.push(self.statements()?),
            }
        }
        self.next();
        self.leave();
        let verdict = if keyword.is("jump") { Verdict::JumpTo } else { Verdict::GotoTo };
        Ok(Statement::Verdict(verdict(rules)))
    }

    fn reject(&mut self) -> Read<'a, Statement> {
        self.next();
        if !self.eat("with") {
            return Ok(Statement::Reject(RejectKind::PortUnreachable, None));
        }
        let family = self.one_of(&["icmp", "icmpv6", "icmpx", "tcp"])?;
        if family == "tcp" {
            self.expect("reset")?;
            return Ok(Statement::Reject(RejectKind::TcpReset, None));
        }
        self.eat("type");
        let code = self.peek();
        if !matches!(code.kind, Kind::Word | Kind::Number) {
            return self.unexpected("an ICMP code");
        }
        self.next();
        // The numbers of "port unreachable": RFC 792, RFC 4443, and enum nft_reject_inet_code.
        let number = match family {
            "icmp" => 3,
            "icmpv6" => 4,
            _ => 1,
        };
        let port =
            code.text == "port-unreachable" || super::lexer::value(code.text) == Some(number);
        let kind = if port { RejectKind::PortUnreachable } else { RejectKind::Unreachable };
        let version = match family {
            "icmp" => Some(Version::Ipv4),
            "icmpv6" => Some(Version::Ipv6),
            _ => None,
        };
        Ok(Statement::Reject(kind, version))
    }

    fn queue(&mut self) -> Read<'a, Statement> {
        self.next();
        loop {
            match self.peek().text {
                "num" | "to" => {
                    self.next();
                    self.values(Side::Either)?;
                }
                "flags" | "bypass" | "fanout" | "," => {
                    self.next();
                }
                _ => return Ok(Statement::Verdict(Verdict::Queue)),
            }
        }
    }

    /// The text of a statement that may let the rule end.
    pub(super) fn condition(&self, start: Token<'a>) -> Statement {
        Statement::Condition(self.text_since(start).to_owned())
    }

    /// The text of a statement that is not modelled.
    pub(super) fn unknown(&self, start: Token<'a>) -> Statement {
        Statement::Unknown(self.text_since(start).to_owned())
    }
}
