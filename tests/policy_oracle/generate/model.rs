//! A document as it is meant, and the many ways to write it down.

use std::fmt::Write;

use super::super::question::Kind;
use super::super::random::Random;

#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) kind: Kind,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) effect: &'static str,
    pub(crate) not_action: bool,
    pub(crate) actions: Vec<String>,
    pub(crate) not_resource: bool,
    /// Empty in a trust policy.
    pub(crate) resources: Vec<String>,
    /// Key and entries; empty but in a trust policy.
    pub(crate) principals: Vec<(String, Vec<String>)>,
    pub(crate) condition: Option<Block>,
    pub(crate) sid: bool,
}

/// Operators, each with its keys, each with its values.
pub(crate) type Block = Vec<(String, Vec<(String, Vec<String>)>)>;

impl Document {
    /// One of the texts that say this document.
    pub(crate) fn text(&self, random: &mut Random) -> String {
        let spaced = random.chance(15);
        let mut writer = Writer {
            out: String::with_capacity(256),
            random,
            spaced,
        };
        let mut statements: Vec<String> = self
            .statements
            .iter()
            .map(|statement| writer.statement(statement))
            .collect();
        let statements = if statements.len() == 1 && writer.random.chance(30) {
            statements.remove(0)
        } else {
            writer.list(&statements)
        };
        writer.object(vec![
            ("Version".to_owned(), "\"1\"".to_owned()),
            ("Statement".to_owned(), statements),
        ])
    }
}

struct Writer<'a> {
    out: String,
    random: &'a mut Random,
    spaced: bool,
}

impl Writer<'_> {
    fn statement(&mut self, statement: &Statement) -> String {
        let mut members = vec![("Effect".to_owned(), format!("{:?}", statement.effect))];
        let name = |not: bool, name: &str| {
            if not {
                format!("Not{name}")
            } else {
                name.to_owned()
            }
        };
        let actions = self.strings(&statement.actions);
        members.push((name(statement.not_action, "Action"), actions));
        if !statement.resources.is_empty() {
            let resources = self.strings(&statement.resources);
            members.push((name(statement.not_resource, "Resource"), resources));
        }
        if !statement.principals.is_empty() {
            let kinds = self.named_strings(&statement.principals);
            members.push(("Principal".to_owned(), kinds));
        }
        if let Some(block) = &statement.condition {
            let operators = block
                .iter()
                .map(|(operator, keys)| (operator.clone(), self.named_strings(keys)))
                .collect();
            let condition = self.object(operators);
            members.push(("Condition".to_owned(), condition));
        }
        if statement.sid {
            let sid = self.quoted("s1 é");
            members.push(("Sid".to_owned(), sid));
        }
        self.object(members)
    }

    fn named_strings(&mut self, named: &[(String, Vec<String>)]) -> String {
        let members = named
            .iter()
            .map(|(name, texts)| (name.clone(), self.strings(texts)))
            .collect();
        self.object(members)
    }

    fn strings(&mut self, texts: &[String]) -> String {
        let mut quoted: Vec<String> = texts.iter().map(|text| self.quoted(text)).collect();
        if quoted.len() == 1 && self.random.chance(70) {
            return quoted.remove(0);
        }
        self.list(&quoted)
    }

    fn list(&mut self, items: &[String]) -> String {
        format!("[{}]", items.join(self.comma()))
    }

    fn object(&mut self, mut members: Vec<(String, String)>) -> String {
        if self.random.chance(30) {
            self.random.shuffle(&mut members);
        }
        let colon = if self.spaced { " :\t" } else { ":" };
        let members: Vec<String> = members
            .into_iter()
            .map(|(name, value)| format!("{}{colon}{value}", self.quoted(&name)))
            .collect();
        let space = if self.spaced { "\r\n " } else { "" };
        format!("{{{space}{}{space}}}", members.join(self.comma()))
    }

    fn comma(&self) -> &'static str {
        if self.spaced { " ,\n" } else { "," }
    }

    /// The text as JSON, now and then with escapes that need not be.
    fn quoted(&mut self, text: &str) -> String {
        let escape = self.random.chance(3);
        self.out.clear();
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                '/' if escape => self.out.push_str("\\/"),
                c if c < ' ' || (escape && self.random.chance(30)) => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        let _ = write!(self.out, "\\u{unit:04X}");
                    }
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
        self.out.clone()
    }
}
