//! Whose response it is: the signature, and what must stand around it.
//!
//! A signature says that some piece of a document is somebody's. Everything that gets around it makes
//! the reader take another piece. So a document is taken only in the one shape that SAML gives it: a
//! response, in it one assertion, in one of them or in both a signature of just that element; and what
//! is read is read from that element, in the tree that the signature was verified in.
//!
//! Source: SAML 2.0 core, 5.4; the shapes of XML signature wrapping that are known.

use bergshamra::dsig::verify::verify_all_document_with_source;
use bergshamra::xml::NodeId;
use bergshamra::{DsigContext, KeysManager, VerifyResult};

use super::AssertionError;
use super::metadata::SigningKey;
use super::response::{self, Response};
use super::xml::{self, Node, ns};

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const METHODS: [&str; 6] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];
const DIGESTS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];
/// The longest list of prefixes, in bytes. Those in use name two or three.
const LONGEST_PREFIX_LIST: usize = 256;
const METHOD_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
const DIGEST_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

/// Whether SHA-1 is taken, of which two documents with one hash can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sha1 {
    /// It is not.
    #[default]
    Refused,
    /// It is, for providers that cannot do better.
    Taken,
}

/// Verifies responses.
pub trait SamlVerifier: Send + Sync {
    /// What a response says, where one of these keys signed it or its assertion.
    ///
    /// # Errors
    /// [`AssertionError`].
    fn verify(
        &self,
        response: &str,
        keys: &[SigningKey],
        sha1: Sha1,
    ) -> Result<Response, AssertionError>;
}

/// The verifier that is used.
#[derive(Debug, Clone, Copy)]
pub struct Bergshamra;

impl SamlVerifier for Bergshamra {
    fn verify(
        &self,
        text: &str,
        keys: &[SigningKey],
        sha1: Sha1,
    ) -> Result<Response, AssertionError> {
        let document = xml::parse(text).ok_or(AssertionError::Xml)?;
        let response = Node::root(&document).ok_or(AssertionError::Xml)?;
        let assertion = assertion_of(response)?;
        let signatures = signatures_of(response, assertion)?;
        for (signature, signed) in &signatures {
            let id = signed.attribute("ID").unwrap_or_default();
            if id.is_empty() {
                return Err(AssertionError::Shape("an element that is signed has no id"));
            }
            has_form(*signature, id, sha1)?;
        }
        let mut manager = KeysManager::new();
        manager.add_keys(keys.iter().map(|key| key.0.clone()));
        let context = DsigContext::new(manager);
        let results = verify_all_document_with_source(&context, &document, Some(text));
        let results = results.map_err(|_| AssertionError::Signature)?;
        if results.len() != signatures.len() {
            return Err(AssertionError::Signature);
        }
        for (signature, signed) in signatures {
            if !results
                .iter()
                .any(|result| covers(result, signature.id, signed.id))
            {
                return Err(AssertionError::Signature);
            }
        }
        response::read(response, assertion)
    }
}

/// Whether the result says that just that signature is good, and that it is of just that element.
fn covers(result: &VerifyResult, signature: NodeId, signed: NodeId) -> bool {
    let VerifyResult::Valid {
        signature_node,
        references,
        ..
    } = result
    else {
        return false;
    };
    *signature_node == signature
        && result.all_reference_digests_verified()
        && matches!(&references[..], [only] if only.resolved_node == Some(signed))
}

/// The one assertion that there is, directly in the response.
fn assertion_of(response: Node<'_>) -> Result<Node<'_>, AssertionError> {
    if !response.is(ns::PROTOCOL, "Response") {
        return Err(AssertionError::Shape("it is no response"));
    }
    let encrypted = ["EncryptedAssertion", "EncryptedID", "EncryptedAttribute"];
    let mut assertions = 0;
    for node in response.tree() {
        if encrypted.iter().any(|name| node.is(ns::ASSERTION, name)) {
            return Err(AssertionError::Encrypted);
        }
        assertions += usize::from(node.is(ns::ASSERTION, "Assertion"));
    }
    let known = |child: Node<'_>| {
        child.is(ns::ASSERTION, "Issuer")
            || child.is(ns::SIGNATURE, "Signature")
            || child.is(ns::PROTOCOL, "Status")
            || child.is(ns::ASSERTION, "Assertion")
    };
    if !response.elements().all(known) {
        return Err(AssertionError::Shape("the response holds something else"));
    }
    let assertion = response.only(ns::ASSERTION, "Assertion");
    assertion
        .filter(|_| assertions == 1)
        .ok_or(AssertionError::Shape("it does not have one assertion"))
}

/// The signatures, and of which element each must be. There are no others.
fn signatures_of<'d>(
    response: Node<'d>,
    assertion: Node<'d>,
) -> Result<Vec<(Node<'d>, Node<'d>)>, AssertionError> {
    let mut signatures = Vec::new();
    for signed in [response, assertion] {
        let mut own = signed.children(ns::SIGNATURE, "Signature");
        signatures.extend(own.next().map(|signature| (signature, signed)));
        if own.next().is_some() {
            return Err(AssertionError::Shape("an element is signed twice"));
        }
    }
    if signatures.is_empty() {
        return Err(AssertionError::Unsigned);
    }
    let all = response.tree();
    let all = all.filter(|node| node.is(ns::SIGNATURE, "Signature"));
    if all.count() != signatures.len() {
        return Err(AssertionError::Shape("a signature lies somewhere else"));
    }
    Ok(signatures)
}

/// Checks that a signature has the one form that is taken: of the element with that id, of all of it
/// but the signature itself, by methods that are good enough.
fn has_form(signature: Node<'_>, id: &str, sha1: Sha1) -> Result<(), AssertionError> {
    let wrong = AssertionError::Shape("a signature has another form");
    let children: Vec<Node<'_>> = signature.elements().collect();
    let (info, value) = match children[..] {
        [info, value] => (info, value),
        [info, value, key] if key.is(ns::SIGNATURE, "KeyInfo") => (info, value),
        _ => return Err(wrong),
    };
    let [canonical, method, reference] = all_of(
        info,
        ["CanonicalizationMethod", "SignatureMethod", "Reference"],
    )
    .ok_or(wrong)?;
    let [transforms, digest, _] =
        all_of(reference, ["Transforms", "DigestMethod", "DigestValue"]).ok_or(wrong)?;
    let [enveloped, exclusive] = all_of(transforms, ["Transform", "Transform"]).ok_or(wrong)?;
    let algorithm = |of: Node<'_>| of.attribute("Algorithm").unwrap_or_default().to_owned();
    let names = info.is(ns::SIGNATURE, "SignedInfo") && value.is(ns::SIGNATURE, "SignatureValue");
    let attributes = signature.has_only_attributes(&["Id"])
        && info.has_only_attributes(&["Id"])
        && value.has_only_attributes(&["Id"])
        && reference.has_only_attributes(&["Id", "URI", "Type"])
        && [canonical, method, digest, enveloped, exclusive]
            .iter()
            .all(|of| of.has_only_attributes(&["Algorithm"]));
    let canonicalised = [canonical, exclusive]
        .into_iter()
        .all(|of| algorithm(of) == EXCLUSIVE && of.elements().all(is_list_of_prefixes));
    let plain = [method, digest, enveloped]
        .iter()
        .all(|of| of.elements().next().is_none());
    let whole = algorithm(enveloped) == ENVELOPED
        && reference
            .attribute("URI")
            .and_then(|uri| uri.strip_prefix('#'))
            == Some(id);
    if !(names && attributes && canonicalised && plain && whole) {
        return Err(wrong);
    }
    let (method, digest) = (algorithm(method), algorithm(digest));
    let old = method == METHOD_SHA1 || digest == DIGEST_SHA1;
    if old && sha1 == Sha1::Refused {
        return Err(AssertionError::Sha1);
    }
    let known = (METHODS.contains(&&*method) || method == METHOD_SHA1)
        && (DIGESTS.contains(&&*digest) || digest == DIGEST_SHA1);
    if known {
        Ok(())
    } else {
        Err(AssertionError::Algorithm)
    }
}

/// Which prefixes are kept though nothing uses them: the one thing that exclusive canonicalisation
/// can be told. It looks at each prefix at each element.
fn is_list_of_prefixes(node: Node<'_>) -> bool {
    let prefixes = node.attribute("PrefixList").unwrap_or_default();
    node.is(EXCLUSIVE, "InclusiveNamespaces")
        && node.has_only_attributes(&["PrefixList"])
        && prefixes.len() <= LONGEST_PREFIX_LIST
}

/// The elements in one, where they are just these of the signature's namespace.
fn all_of<'d, const N: usize>(of: Node<'d>, names: [&str; N]) -> Option<[Node<'d>; N]> {
    let all: Vec<Node<'d>> = of.elements().collect();
    let all: [Node<'d>; N] = all.try_into().ok()?;
    let fits = |(node, name): (&Node<'d>, &str)| node.is(ns::SIGNATURE, name);
    all.iter().zip(names).all(fits).then_some(all)
}
