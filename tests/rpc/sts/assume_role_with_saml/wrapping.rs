//! Row 18, XML signature wrapping: the eight shapes that are known, in which a good signature of one
//! element comes with another element for whoever reads.

use super::INVALID;
use crate::app::{On, TestApp};
use crate::expect::saml_idp::{Signing, Told, told};

/// What an honest user has from the provider, and what he makes of it.
struct Wrapping {
    honest: Told,
    evil: Told,
}

impl Wrapping {
    /// With an id of its own for what was made up, or with the same.
    fn new(same_id: bool) -> Self {
        let honest = told();
        let mut evil = told();
        "admin@example.com".clone_into(&mut evil.subject);
        evil.session_names = vec!["admin".to_owned()];
        if same_id {
            evil.id.clone_from(&honest.id);
            evil.response_id.clone_from(&honest.response_id);
        }
        Self { honest, evil }
    }

    /// The honest assertion, with its signature.
    fn signed(&self) -> String {
        self.honest.assertion(&self.signature())
    }

    /// The signature of the honest assertion.
    fn signature(&self) -> String {
        self.honest.assertion_signature(&Signing::usual())
    }

    /// A response around these.
    fn response(&self, inside: &str) -> String {
        self.evil.response("", inside)
    }
}

/// A signature with something more in it.
fn with_inside(signature: &str, inside: &str) -> String {
    signature.replace("</ds:Signature>", &format!("{inside}</ds:Signature>"))
}

/// The response is refused, and the honest one it was made from is taken.
async fn refused(shape: impl Fn(&Wrapping) -> Vec<String>) {
    let app = TestApp::with_sso(On::Memory).await;
    for same_id in [false, true] {
        let wrapping = Wrapping::new(same_id);
        for wrapped in shape(&wrapping) {
            assert!(wrapped.contains("admin@example.com"));
            assert!(wrapped.contains("<ds:SignatureValue>"));
            app.with_response(&wrapped).await.refused(401, INVALID);
        }
        let honest = wrapping.honest.response("", &wrapping.signed());
        app.with_response(&honest).await.ok();
    }
    app.end().await;
}

/// The signed response lies in the signature of one that was made up.
#[tokio::test]
async fn t18_wrapping_1_the_response_in_its_signature() {
    refused(|wrapping| {
        let inside = wrapping.honest.assertion("");
        let signature = wrapping
            .honest
            .response_signature(&Signing::usual(), &inside);
        let original = wrapping.honest.response("", &inside);
        let object = format!("<ds:Object>{original}</ds:Object>");
        let evil = wrapping.evil.assertion("");
        vec![
            wrapping
                .evil
                .response(&with_inside(&signature, &original), &evil),
            wrapping
                .evil
                .response(&with_inside(&signature, &object), &evil),
        ]
    })
    .await;
}

/// The signed response lies beside its signature in one that was made up.
#[tokio::test]
async fn t18_wrapping_2_the_response_beside_its_signature() {
    refused(|wrapping| {
        let inside = wrapping.honest.assertion("");
        let signature = wrapping
            .honest
            .response_signature(&Signing::usual(), &inside);
        let original = wrapping.honest.response("", &inside);
        let evil = wrapping.evil.assertion("");
        let before = wrapping
            .evil
            .response(&format!("{original}{signature}"), &evil);
        let after = wrapping
            .evil
            .response(&signature, &format!("{evil}{original}"));
        vec![before, after]
    })
    .await;
}

/// An assertion that was made up stands before the signed one, or after it.
#[tokio::test]
async fn t18_wrapping_3_an_assertion_beside_the_signed_one() {
    refused(|wrapping| {
        let (evil, signed) = (wrapping.evil.assertion(""), wrapping.signed());
        vec![
            wrapping.response(&format!("{evil}{signed}")),
            wrapping.response(&format!("{signed}{evil}")),
        ]
    })
    .await;
}

/// The signed assertion lies in one that was made up.
#[tokio::test]
async fn t18_wrapping_4_an_assertion_around_the_signed_one() {
    refused(|wrapping| {
        let (evil, signed) = (wrapping.evil.assertion(""), wrapping.signed());
        let last = evil.replace("</saml:Assertion>", &format!("{signed}</saml:Assertion>"));
        let advice = format!("<saml:Advice>{signed}</saml:Advice><saml:AuthnStatement");
        let advised = evil.replace("<saml:AuthnStatement", &advice);
        vec![wrapping.response(&last), wrapping.response(&advised)]
    })
    .await;
}

/// The signature is in the assertion that was made up, and what it is of follows.
#[tokio::test]
async fn t18_wrapping_5_the_signature_in_another_assertion() {
    refused(|wrapping| {
        let evil = wrapping.evil.assertion(&wrapping.signature());
        let original = wrapping.honest.assertion("");
        vec![
            wrapping.response(&format!("{evil}{original}")),
            wrapping.response(&format!("{original}{evil}")),
            wrapping.response(&evil),
        ]
    })
    .await;
}

/// The same, with what it is of in the signature.
#[tokio::test]
async fn t18_wrapping_6_the_assertion_in_its_signature() {
    refused(|wrapping| {
        let signature = with_inside(&wrapping.signature(), &wrapping.honest.assertion(""));
        vec![wrapping.response(&wrapping.evil.assertion(&signature))]
    })
    .await;
}

/// The assertion that was made up lies in the extensions of the response, or in another element.
#[tokio::test]
async fn t18_wrapping_7_an_assertion_in_extensions() {
    refused(|wrapping| {
        let (evil, signed) = (wrapping.evil.assertion(""), wrapping.signed());
        let extended = |what: &str, other: &str| {
            let extensions = format!("<samlp:Extensions>{what}</samlp:Extensions><samlp:Status>");
            let response = wrapping.response(other);
            response.replacen("<samlp:Status>", &extensions, 1)
        };
        vec![
            extended(&evil, &signed),
            extended(&signed, &evil),
            wrapping.response(&format!("<x>{signed}</x>{evil}")),
            wrapping.response(&format!("<x>{evil}</x>{signed}")),
        ]
    })
    .await;
}

/// What the signature is of lies in an object of the signature, in the assertion that was made up.
#[tokio::test]
async fn t18_wrapping_8_the_assertion_in_an_object() {
    refused(|wrapping| {
        let object = format!("<ds:Object>{}</ds:Object>", wrapping.honest.assertion(""));
        let signature = with_inside(&wrapping.signature(), &object);
        vec![wrapping.response(&wrapping.evil.assertion(&signature))]
    })
    .await;
}

/// A second element with the id of the signed one, under each name that ids have.
#[tokio::test]
async fn t18_wrapping_by_ids() {
    refused(|wrapping| {
        let id = &wrapping.honest.id;
        let signed = wrapping.signed();
        let evil = wrapping.evil.assertion(&wrapping.signature());
        let mut all = Vec::new();
        for name in ["ID", "Id", "id", "AssertionID", "xml:id", "x:ID"] {
            let marked =
                |what: &str| format!(r#"<samlp:Status xmlns:x="urn:x" {name}="{id}">{what}"#);
            let status = wrapping
                .response(&evil)
                .replacen("<samlp:Status>", &marked(""), 1);
            all.push(status);
            let own = evil.replace(
                &format!(r#" ID="{}""#, wrapping.evil.id),
                &format!(r#" xmlns:x="urn:x" {name}="{id}""#),
            );
            all.push(wrapping.response(&own));
            all.push(wrapping.response(&format!("{own}{signed}")));
        }
        all
    })
    .await;
}

/// The id that the signature speaks of is that of what was made up, behind another attribute of that
/// name; and what is signed lies where nothing is read.
#[tokio::test]
async fn t18_wrapping_by_an_id_behind_another() {
    refused(|wrapping| {
        let original = wrapping.honest.assertion("");
        let inside = format!("<ds:KeyInfo>{original}</ds:KeyInfo>");
        let signature = with_inside(&wrapping.signature(), &inside);
        let evil = wrapping.evil.assertion(&signature);
        let own = format!(r#" ID="{}""#, wrapping.evil.id);
        let behind = format!(r#" xmlns:x="urn:x" x:ID="_x" ID="{}""#, wrapping.honest.id);
        vec![wrapping.response(&evil.replacen(&own, &behind, 1))]
    })
    .await;
}

/// Where nothing is read nothing may lie: each rule of the shape by itself.
#[tokio::test]
async fn t18_nothing_lies_beside_what_is_signed() {
    refused(|wrapping| {
        let (evil, signature) = (wrapping.evil.assertion(""), wrapping.signature());
        let in_key = |what: &str| {
            let key = format!("<ds:KeyInfo>{what}</ds:KeyInfo>");
            let signed = wrapping.honest.assertion(&with_inside(&signature, &key));
            wrapping.response(&signed)
        };
        let mut other = told();
        "admin@example.com".clone_into(&mut other.subject);
        let second = other.assertion_signature(&Signing::usual());
        let extended = wrapping.response(&wrapping.signed()).replacen(
            "<samlp:Status>",
            "<samlp:Extensions><x>admin@example.com</x></samlp:Extensions><samlp:Status>",
            1,
        );
        vec![
            in_key(&evil),
            in_key(&format!("{second}<x>admin@example.com</x>")),
            extended,
        ]
    })
    .await;
}
