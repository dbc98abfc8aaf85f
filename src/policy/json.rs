//! A strict JSON reader that knows where each value stands, so that a fault in a policy document
//! can be shown by line and column.
//!
//! It accepts the texts that RFC 8259 does, less two kinds: objects that name a key twice (whose
//! meaning differs from reader to reader) and texts nested deeper than [`MAX_DEPTH`]. It does not
//! turn numbers into a machine type, since the policy language has none.

use std::collections::BTreeSet;
use std::fmt;

/// How many arrays and objects may stand inside each other. A policy document needs seven.
pub const MAX_DEPTH: usize = 32;

/// How many faults are reported at most; the reader goes on past duplicate keys only.
pub const MAX_FAULTS: usize = 16;

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where the value begins, in bytes from the start of the text.
    pub offset: usize,
    /// The value.
    pub value: Value,
}

/// A JSON value.
///
/// `Debug` tells its kind only: the text of a policy belongs in no log.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Box<str>),
    /// A string, its escapes resolved.
    String(Box<str>),
    /// An array, in order.
    Array(Vec<Node>),
    /// An object, in order; no key stands twice.
    Object(Vec<Member>),
}

/// A key and its value. `Debug` leaves the key out.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Where the key begins, in bytes from the start of the text.
    pub offset: usize,
    /// The key, its escapes resolved.
    pub key: Box<str>,
    /// The value.
    pub node: Node,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("offset", &self.offset)
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}

impl Value {
    /// What kind of value it is, as a reader of the document would call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// A place in a text as an editor shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1; lines end in a line feed.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

impl Position {
    /// The place of the byte `offset` of `text`; past its end, the end.
    pub fn of(text: &str, offset: usize) -> Self {
        let start = Self { line: 1, column: 1 };
        text.char_indices()
            .take_while(|(at, _)| *at < offset)
            .fold(start, |place, (_, c)| {
                if c == '\n' {
                    Self {
                        line: place.line.saturating_add(1),
                        column: 1,
                    }
                } else {
                    Self {
                        column: place.column.saturating_add(1),
                        ..place
                    }
                }
            })
    }
}

/// Why a text is not JSON as it is wanted here, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct JsonError {
    /// Where, in bytes from the start of the text.
    pub offset: usize,
    /// Why.
    pub kind: JsonErrorKind,
}

/// Why a text is not JSON as it is wanted here. `Debug` tells the rule only.
#[derive(Clone, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// Something else was expected here.
    Expected(&'static str),
    /// The text ends too early.
    UnexpectedEnd,
    /// A string holds a control character, which has to be escaped.
    ControlCharacter,
    /// A backslash is followed by nothing that it can escape, or half of a surrogate pair.
    Escape,
    /// A number breaks the grammar, such as `01` or `1.`.
    Number,
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
    /// The key stands twice in one object.
    DuplicateKey(Box<str>),
}

impl JsonErrorKind {
    /// A stable id of the rule that was broken.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::DuplicateKey(_) => "json-duplicate-key",
            Self::TooDeep => "json-depth",
            _ => "json-syntax",
        }
    }
}

impl fmt::Debug for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule())
    }
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(what) => write!(f, "not JSON: expected {what}"),
            Self::UnexpectedEnd => f.write_str("not JSON: the text ends too early"),
            Self::ControlCharacter => f.write_str("not JSON: unescaped control character"),
            Self::Escape => f.write_str("not JSON: invalid escape"),
            Self::Number => f.write_str("not JSON: invalid number"),
            Self::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels"),
            Self::DuplicateKey(key) => write!(f, "the key `{}` stands twice", Shown(key)),
        }
    }
}

/// Input as a message may quote it: its first 64 characters, control characters escaped.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for c in characters.by_ref().take(64) {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        if characters.next().is_some() {
            f.write_str("…")
        } else {
            Ok(())
        }
    }
}

/// Reads one JSON value that makes up the whole of `text`.
///
/// Errors: one error where the text is not JSON; else one for each key that stands twice, up to
/// [`MAX_FAULTS`].
///
/// Source: RFC 8259 (the vendor cites its forerunner, RFC 7159); duplicate keys: policy-language §2.
pub fn parse(text: &str) -> Result<Node, Vec<JsonError>> {
    let mut reader = Reader {
        text,
        rest: text,
        duplicates: Vec::new(),
    };
    let read = reader.value(MAX_DEPTH).and_then(|node| {
        reader.space();
        if reader.rest.is_empty() {
            Ok(node)
        } else {
            Err(reader.expected("the end of the text"))
        }
    });
    match read {
        Err(error) => Err(vec![error]),
        Ok(node) if reader.duplicates.is_empty() => Ok(node),
        Ok(_) => {
            reader.duplicates.sort_by_key(|error| error.offset);
            Err(reader.duplicates)
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    duplicates: Vec<JsonError>,
}

impl<'a> Reader<'a> {
    fn offset(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError {
            offset: self.offset(),
            kind,
        }
    }

    fn expected(&self, what: &'static str) -> JsonError {
        self.error(if self.rest.is_empty() {
            JsonErrorKind::UnexpectedEnd
        } else {
            JsonErrorKind::Expected(what)
        })
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, literal: &str) -> bool {
        let after = self.rest.strip_prefix(literal);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        self.space();
        let offset = self.offset();
        let value = match self.rest.bytes().next() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ if self.take("true") => Value::Bool(true),
            _ if self.take("false") => Value::Bool(false),
            _ if self.take("null") => Value::Null,
            _ => return Err(self.expected("a value")),
        };
        Ok(Node { offset, value })
    }

    fn deeper(&self, depth: usize) -> Result<usize, JsonError> {
        depth
            .checked_sub(1)
            .ok_or_else(|| self.error(JsonErrorKind::TooDeep))
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        let depth = self.deeper(depth)?;
        self.take("[");
        let mut items = Vec::new();
        self.space();
        if self.take("]") {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            if self.take("]") {
                return Ok(Value::Array(items));
            }
            if !self.take(",") {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        let depth = self.deeper(depth)?;
        self.take("{");
        let mut members = Vec::new();
        self.space();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let offset = self.offset();
            if !self.rest.starts_with('"') {
                return Err(self.expected("a key in quotes"));
            }
            let key = self.string()?;
            self.space();
            if !self.take(":") {
                return Err(self.expected("`:`"));
            }
            let node = self.value(depth)?;
            members.push(Member { offset, key, node });
            self.space();
            if self.take("}") {
                self.note_duplicates(&members);
                return Ok(Value::Object(members));
            }
            if !self.take(",") {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn note_duplicates(&mut self, members: &[Member]) {
        let mut seen = BTreeSet::new();
        let twice = members.iter().filter(|member| !seen.insert(&member.key));
        let room = MAX_FAULTS.saturating_sub(self.duplicates.len());
        self.duplicates
            .extend(twice.take(room).map(|member| JsonError {
                offset: member.offset,
                kind: JsonErrorKind::DuplicateKey(member.key.clone()),
            }));
    }

    fn string(&mut self) -> Result<Box<str>, JsonError> {
        self.take("\"");
        let mut out = String::new();
        loop {
            let plain = self.rest.find(|c: char| c == '"' || c == '\\' || c < ' ');
            let Some((run, rest)) = plain.and_then(|at| self.rest.split_at_checked(at)) else {
                self.rest = "";
                return Err(self.error(JsonErrorKind::UnexpectedEnd));
            };
            out.push_str(run);
            self.rest = rest;
            if self.take("\"") {
                return Ok(out.into_boxed_str());
            }
            if !self.rest.starts_with('\\') {
                return Err(self.error(JsonErrorKind::ControlCharacter));
            }
            let escape = self.error(JsonErrorKind::Escape);
            self.take("\\");
            out.push(self.escaped().ok_or(escape)?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let c = match characters.next()? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                self.rest = characters.as_str();
                return self.unicode();
            }
            _ => return None,
        };
        self.rest = characters.as_str();
        Some(c)
    }

    /// What follows `\u`: one code unit, or a pair of surrogates. Half a pair is refused.
    fn unicode(&mut self) -> Option<char> {
        let first = self.code_unit()?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(u32::from(first));
        }
        if !self.take("\\u") {
            return None;
        }
        let second = self.code_unit()?;
        char::decode_utf16([first, second]).next()?.ok()
    }

    fn code_unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.rest = rest;
        u16::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let whole: &'a str = self.rest;
        let malformed = self.error(JsonErrorKind::Number);
        self.take("-");
        let leading_zero = self.rest.starts_with('0');
        let integer = self.digits();
        if integer == 0 || (leading_zero && integer > 1) {
            return Err(malformed);
        }
        if self.take(".") && self.digits() == 0 {
            return Err(malformed);
        }
        if self.take("e") || self.take("E") {
            let _sign = self.take("+") || self.take("-");
            if self.digits() == 0 {
                return Err(malformed);
            }
        }
        let length = whole.len().saturating_sub(self.rest.len());
        Ok(Value::Number(
            whole.get(..length).unwrap_or_default().into(),
        ))
    }

    fn digits(&mut self) -> usize {
        let after = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let count = self.rest.len().saturating_sub(after.len());
        self.rest = after;
        count
    }
}

#[cfg(test)]
mod tests;
