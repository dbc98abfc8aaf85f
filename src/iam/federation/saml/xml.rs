//! XML as SAML needs it: read strictly, by the one parser that verifies signatures too.
//!
//! Two parsers that see one signed document differently are how signatures are got around; so nothing
//! else in this crate reads XML. A document type is refused, and with it every entity.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bergshamra::xml::uppsala::{Document, NodeId, NodeKind, Parser};

/// How deep elements may lie in one another.
const MAX_DEPTH: u32 = 32;
/// How many elements there may be, and attributes and namespaces of one: canonicalisation looks at
/// each namespace at each element below it.
const MOST_ELEMENTS: usize = 8192;
const MOST_OF_ONE: usize = 64;

/// The namespaces of SAML's parts and of signatures.
pub(super) mod ns {
    pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
    pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
    pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
    pub(crate) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
}

/// Parses a document without a document type, with namespaces, and bounded in depth and width.
pub(super) fn parse(text: &str) -> Option<Document<'_>> {
    let parser = Parser::new()
        .with_forbid_dtd(true)
        .with_forbid_entities(true)
        .with_max_entity_expansion(0)
        .with_max_depth(MAX_DEPTH);
    let document = parser.parse(text).ok()?;
    let mut elements = 0;
    for id in document.descendants(document.root()) {
        let Some(element) = document.element(id) else {
            continue;
        };
        elements += 1;
        let of_one = element.attributes.len() + element.namespace_declarations.len();
        if elements > MOST_ELEMENTS || of_one > MOST_OF_ONE {
            return None;
        }
    }
    Some(document)
}

/// An element of a document.
#[derive(Clone, Copy)]
pub(super) struct Node<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) id: NodeId,
}

impl<'d> Node<'d> {
    /// The outermost element.
    pub(super) fn root(document: &'d Document<'d>) -> Option<Self> {
        let id = document.document_element()?;
        Some(Self { document, id })
    }

    /// Whether it has that name in that namespace.
    pub(super) fn is(self, namespace: &str, name: &str) -> bool {
        let element = self.document.element(self.id);
        element.is_some_and(|element| element.matches_name_ns(namespace, name))
    }

    /// An attribute that is in no namespace, as SAML's own are.
    pub(super) fn attribute(self, name: &str) -> Option<&'d str> {
        let element = self.document.element(self.id)?;
        let mut attributes = element.attributes.iter();
        let found = attributes.find(|attribute| {
            attribute.name.prefix.is_none()
                && attribute.name.namespace_uri.is_none()
                && attribute.name.local_name == name
        })?;
        Some(&found.value)
    }

    /// Whether each attribute is one of these, in no namespace.
    pub(super) fn has_only_attributes(self, names: &[&str]) -> bool {
        self.document.element(self.id).is_some_and(|element| {
            element.attributes.iter().all(|attribute| {
                attribute.name.prefix.is_none() && names.contains(&&*attribute.name.local_name)
            })
        })
    }

    /// The elements directly in it.
    pub(super) fn elements(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        let all = document.children_iter(self.id);
        all.filter(|id| document.element(*id).is_some())
            .map(move |id| Self { document, id })
    }

    /// The elements directly in it that have that name.
    pub(super) fn children(self, namespace: &str, name: &str) -> impl Iterator<Item = Self> {
        self.elements()
            .filter(move |child| child.is(namespace, name))
    }

    /// The one element directly in it that has that name.
    pub(super) fn only(self, namespace: &str, name: &str) -> Option<Self> {
        let mut found = self.children(namespace, name);
        found.next().filter(|_| found.next().is_none())
    }

    /// It and every element below it.
    pub(super) fn tree(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        let below = document.descendants(self.id).into_iter();
        let elements = below.filter(move |id| *id != self.id && document.element(*id).is_some());
        std::iter::once(self).chain(elements.map(move |id| Self { document, id }))
    }

    /// The whole text in it, without blanks around. Comments do not count, so that none can cut it
    /// short; of an element that holds anything else there is no text.
    pub(super) fn text(self) -> Option<String> {
        let mut text = String::new();
        for child in self.document.children_iter(self.id) {
            match self.document.node_kind(child)? {
                NodeKind::Text(piece) | NodeKind::CData(piece) => text.push_str(piece),
                NodeKind::Comment(_) => {}
                _ => return None,
            }
        }
        Some(text.trim().to_owned())
    }
}

/// Base64, whether broken into lines or not, padded or not.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&STANDARD, config);
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    engine.decode(digits).ok()
}

/// A moment as XML writes it, in unix seconds; without a zone it is of UTC.
pub(super) fn moment(text: &str) -> Option<i64> {
    let read = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
    let moment = read(text).or_else(|| read(&format!("{text}Z")))?;
    Some(moment.timestamp())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn a_document_type_and_depth_are_refused() {
        assert!(parse("<a><b/></a>").is_some());
        for refused in [
            "<!DOCTYPE a><a/>",
            r#"<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>"#,
            r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#,
            r#"<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>"#,
            "<a>&b;</a>",
            "<a>",
            "<a/><b/>",
            "<x:a/>",
            r#"<a b="1" b="2"/>"#,
            "",
        ] {
            assert!(parse(refused).is_none(), "{refused}");
        }
        let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert!(parse(&deep(32)).is_some());
        assert!(parse(&deep(33)).is_none());
        let wide = |elements: usize| format!("<a>{}</a>", "<b/>".repeat(elements));
        assert!(parse(&wide(8191)).is_some());
        assert!(parse(&wide(8192)).is_none());
        let of_one = |name: &str, count: usize| {
            let mut text = "<a".to_owned();
            for number in 0..count {
                write!(text, " {name}{number}=\"urn:x\"").unwrap();
            }
            text + "/>"
        };
        for name in ["b", "xmlns:b"] {
            assert!(parse(&of_one(name, 64)).is_some());
            assert!(parse(&of_one(name, 65)).is_none());
        }
    }

    #[test]
    fn a_text_is_whole_or_not_at_all() {
        for (inside, expected) in [
            ("one", Some("one")),
            (" o<!-- x -->n<![CDATA[e]]>\n", Some("one")),
            ("o&amp;e&#110;", Some("o&en")),
            ("", Some("")),
            ("o<b/>ne", None),
            ("o<?p x?>ne", None),
        ] {
            let text = format!("<a>{inside}</a>");
            let document = parse(&text).unwrap();
            let root = Node::root(&document).unwrap();
            assert_eq!(root.text().as_deref(), expected, "{inside}");
        }
    }

    #[test]
    fn an_attribute_is_of_no_namespace() {
        let document = parse(r#"<a xmlns:x="urn:x" x:ID="theirs" ID="own"/>"#).unwrap();
        let root = Node::root(&document).unwrap();
        assert_eq!(root.attribute("ID"), Some("own"));
        assert!(!root.has_only_attributes(&["ID"]));
        let document = parse(r#"<a xmlns:x="urn:x" x:ID="theirs"/>"#).unwrap();
        assert_eq!(Node::root(&document).unwrap().attribute("ID"), None);
    }

    #[test]
    fn moments_are_read_as_xml_writes_them() {
        for (text, expected) in [
            ("2026-11-22T00:14:31Z", Some(1_795_306_471)),
            ("2026-11-22T00:14:31.999Z", Some(1_795_306_471)),
            ("2026-11-22T08:14:31+08:00", Some(1_795_306_471)),
            ("2026-11-22T00:14:31", Some(1_795_306_471)),
            ("2026-11-22", None),
            ("1795306471", None),
            ("", None),
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
    }

    #[test]
    fn base64_may_be_broken_into_lines() {
        for text in ["YWJjZA==", "YWJj\r\nZA==\n", "YWJjZA"] {
            assert_eq!(decode(text).as_deref(), Some(&b"abcd"[..]), "{text}");
        }
        assert_eq!(decode("YW-j"), None);
    }
}
