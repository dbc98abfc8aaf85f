//! Row 18, responses that no honest provider gave for here and now: each is refused with the documented
//! error, and a sound one is taken before and after.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use rampart::iam::federation::saml::verify::Sha1;

use super::INVALID;
use crate::app::{On, TestApp};
use crate::expect::saml_idp::{
    EXCLUSIVE, Key, PROVIDER, ROLE, SAML_CALL, SHA1, SHA256, Signing, encoded, saml_setup, told,
};
use crate::expect::with;

const INVALID_TEXT: &str = "The SAML Assertion is invalid.";

/// Each response is refused with that code and that text.
pub(super) async fn refused_with(responses: &[String], code: &str, message: &str) {
    let app = TestApp::with_sso(On::Memory).await;
    app.with_response(&told().signed()).await.ok();
    for response in responses {
        let reply = app.with_response(response).await;
        assert_eq!(
            (reply.code().as_str(), reply.message().as_str()),
            (code, message),
            "{response}"
        );
        assert_eq!(reply.status, 401);
    }
    app.with_response(&told().signed()).await.ok();
    app.end().await;
}

pub(super) async fn refused(responses: &[String]) {
    refused_with(responses, INVALID, INVALID_TEXT).await;
}

#[tokio::test]
async fn t18_saml_unsigned() {
    let told = told();
    let signature = told.assertion_signature(&Signing::usual());
    refused(&[
        told.response("", &told.assertion("")),
        // A signature without a value, without what it is of, without a reference.
        told.response(
            "",
            &told.assertion(
                "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>",
            ),
        ),
        emptied(&told.signed(), "ds:SignatureValue"),
        emptied(&told.signed(), "ds:SignedInfo"),
        told.signed().replace(
            &between(&told.signed(), "<ds:Reference", "</ds:Reference>"),
            "",
        ),
        // The signature lies beside what it is of, or in a place of no meaning.
        told.response(&signature, &told.assertion("")),
        told.response("", &format!("{}{signature}", told.assertion(""))),
        told.signed()
            .replace("<saml:Subject>", "<saml:Subject><saml:Advice>")
            .replace("</saml:NameID>", "</saml:NameID></saml:Advice>"),
        // The assertion by itself.
        told.assertion(&signature),
    ])
    .await;
}

/// The first piece of a text between two marks, with them.
fn between(text: &str, from: &str, to: &str) -> String {
    let begin = text.find(from).unwrap();
    let end = begin + text[begin..].find(to).unwrap() + to.len();
    text[begin..end].to_owned()
}

/// A text without what is in an element.
fn emptied(text: &str, element: &str) -> String {
    let whole = between(text, &format!("<{element}>"), &format!("</{element}>"));
    text.replace(&whole, &format!("<{element}></{element}>"))
}

#[tokio::test]
async fn t18_saml_partly_signed() {
    let told = told();
    // The signature is of the subject, or of the status, and everything else is free.
    let subject = between(&told.assertion(""), "<saml:Subject>", "</saml:Subject>");
    let with_id = subject.replace(
        "<saml:Subject>",
        r#"<saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_part">"#,
    );
    let signature = Signing::usual().sign(&with_id, "_part");
    let inner = with_id.replace("<saml:NameID", &format!("{signature}<saml:NameID"));
    let part = told.assertion("").replace(&subject, &inner);
    // The response is signed, but it refers to the assertion; and the other way round.
    let of_assertion = told.assertion_signature(&Signing::usual());
    let of_response = told.response_signature(&Signing::usual(), &told.assertion(""));
    // Two references in one signature.
    let reference = between(&of_assertion, "<ds:Reference", "</ds:Reference>");
    let twice = of_assertion.replace(&reference, &format!("{reference}{reference}"));
    let free = of_assertion.replace(&format!("URI=\"#{}\"", told.id), "URI=\"\"");
    let elsewhere = of_assertion.replace(&format!("#{}", told.id), "file.xml");
    let absent = of_assertion.replace(&format!(" URI=\"#{}\"", told.id), "");
    // Both are signed, but of one the signature is another's.
    let other = told.assertion_signature(&Signing::with(Key::Rsa(1), "rsa-sha256"));
    let inside = told.assertion(&other);
    let outer = told.response_signature(&Signing::usual(), &inside);
    refused(&[
        told.response("", &part),
        told.response("", &told.assertion(&signature)),
        told.response(&of_assertion, &told.assertion("")),
        told.response("", &told.assertion(&of_response)),
        told.response("", &told.assertion(&twice)),
        told.response("", &told.assertion(&free)),
        told.response("", &told.assertion(&elsewhere)),
        told.response("", &told.assertion(&absent)),
        told.response(&outer, &inside),
    ])
    .await;
}

#[tokio::test]
async fn t18_saml_changed_after_it_was_signed() {
    let changes = [
        ("alice@example.com", "admin@example.com"),
        ("<saml:AttributeValue>alice<", "<saml:AttributeValue>admin<"),
        (
            "NotOnOrAfter=\"2026-11-22T00:10:00Z\"",
            "NotOnOrAfter=\"2026-11-22T00:20:00Z\"",
        ),
        (
            "urn:alibaba:cloudcomputing<",
            "urn:alibaba:cloudcomputing:international<",
        ),
        ("ID=\"_assertion", "ID=\"_another"),
        // Blanks count too.
        ("<saml:Subject>", "<saml:Subject> "),
        (
            "<saml:AttributeStatement>",
            "<saml:AttributeStatement><saml:Attribute Name=\"x\"></saml:Attribute>",
        ),
    ];
    let responses: Vec<String> = changes
        .iter()
        .map(|(from, to)| {
            let signed = told().signed();
            assert!(signed.contains(from), "{from}");
            signed.replace(from, to)
        })
        .collect();
    refused(&responses).await;
    // Where the response is signed, all of it counts.
    let signed = told().response_signed();
    refused(&[signed.replace("alice@example.com", "admin@example.com")]).await;
}

#[tokio::test]
async fn t18_saml_another_key() {
    let other = Signing::with(Key::Rsa(1), "rsa-sha256");
    let told = told();
    let signature = told.assertion_signature(&other);
    // Its certificate comes along: what a document says of keys does not count.
    let certificate = Key::Rsa(1).certificate();
    let with_key = signature.replace(
        "</ds:Signature>",
        &format!("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"),
    );
    refused(&[
        told.signed_with(&other),
        told.signed_with(&Signing::with(Key::Ec, "ecdsa-sha256")),
        told.response("", &told.assertion(&with_key)),
    ])
    .await;
}

#[tokio::test]
async fn t18_saml_swapped_algorithms() {
    let usual = told().signed();
    let more = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    // By the provider's RSA key as the secret of an HMAC; and names of methods that do not fit it.
    let methods = [
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "none",
        "",
    ];
    let mut responses: Vec<String> = methods
        .iter()
        .map(|method| usual.replace(more, method))
        .collect();
    // Canonicalisations with comments, inclusive ones, and transforms that choose what is signed.
    for canonical in [
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
    ] {
        responses.push(told().signed_with(&Signing {
            canonical,
            ..Signing::usual()
        }));
    }
    for transform in [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    ] {
        let exclusive = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\">");
        let other = format!("<ds:Transform Algorithm=\"{transform}\">");
        responses.push(usual.replace(&exclusive, &other));
        responses.push(usual.replace(&exclusive, &format!("{other}</ds:Transform>{exclusive}")));
    }
    let digest = usual.replace(SHA256, "http://www.w3.org/2001/04/xmldsig-more#md5");
    responses.push(digest);
    // An attribute of that name in another namespace, before the one that counts.
    let smuggled = usual.replace(
        "<ds:SignatureMethod Algorithm",
        "<ds:SignatureMethod xmlns:x=\"urn:x\" x:Algorithm=\"none\" Algorithm",
    );
    responses.push(smuggled);
    refused(&responses).await;
}

#[tokio::test]
async fn t18_saml_sha1() {
    let by_method = Signing::with(Key::Rsa(0), "rsa-sha1");
    let by_digest = Signing {
        digest: SHA1,
        ..Signing::usual()
    };
    let old = [by_method, by_digest].map(|signing| told().signed_with(&signing));
    refused(&old).await;
    let mut setup = saml_setup(On::Memory);
    setup.federation.saml.sha1 = Sha1::Taken;
    let app = TestApp::signed_on_to(setup, &[Key::Rsa(0)]).await;
    for response in &old {
        app.with_response(response).await.ok();
    }
    app.end().await;
}

/// A comment is not signed, so anybody can put one in; what is read is the whole text all the same.
#[tokio::test]
async fn t18_saml_comments_cut_nothing_short() {
    let app = TestApp::with_sso(On::Memory).await;
    for cut in ["<!---->", "<!-- x -->", "<!-- --><!-- -->"] {
        let mut own = told();
        own.subject = "admin@example.com.evil.example".to_owned();
        own.session_names = vec!["admin.evil".to_owned()];
        let commented = own
            .signed()
            .replace(
                "admin@example.com.evil",
                &format!("admin@example.com{cut}.evil"),
            )
            .replace("admin.evil", &format!("admin{cut}.evil"))
            .replace("https://idp", &format!("https{cut}://idp"));
        // The signature is good: nothing but comments came in.
        let commented = commented.replace(&format!("https{cut}://idp"), "https://idp");
        let answer = app.with_response(&commented).await.ok();
        assert_eq!(
            answer["SAMLAssertionInfo"]["Subject"],
            "admin@example.com.evil.example"
        );
        let arn = answer["AssumedRoleUser"]["Arn"].as_str().unwrap();
        assert!(arn.ends_with("/admin.evil"), "{arn}");
        // A role, an audience, an issuer that would be good up to the comment.
        let mut role = told();
        role.roles = vec![format!("{ROLE},{PROVIDER}x")];
        let mut audience = told();
        audience.audiences = vec![vec!["urn:alibaba:cloudcomputing.evil".to_owned()]];
        let mut issuer = told();
        issuer.issuer = "https://idp.example/saml.evil".to_owned();
        for (told, whole, at) in [
            (role, format!("{PROVIDER}x"), PROVIDER.len()),
            (
                audience,
                "cloudcomputing.evil".to_owned(),
                "cloudcomputing".len(),
            ),
            (
                issuer,
                "idp.example/saml.evil".to_owned(),
                "idp.example/saml".len(),
            ),
        ] {
            let (before, after) = whole.split_at(at);
            let commented = told
                .signed()
                .replace(&whole, &format!("{before}{cut}{after}"));
            app.with_response(&commented).await.refused(401, INVALID);
        }
    }
    app.end().await;
}

#[tokio::test]
async fn t18_saml_document_types_and_entities() {
    let signed = told().signed();
    let typed = |declaration: &str| format!("<!DOCTYPE samlp:Response {declaration}>{signed}");
    let mut bomb = String::new();
    for level in 1..20 {
        let eight = format!("&e{};", level - 1).repeat(8);
        write!(bomb, "<!ENTITY e{level} \"{eight}\">").unwrap();
    }
    let begin = Instant::now();
    refused(&[
        typed(""),
        typed("SYSTEM \"http://127.0.0.1:9/evil.dtd\""),
        typed("[<!ENTITY x SYSTEM \"file:///etc/passwd\">]"),
        typed("[<!ENTITY x SYSTEM \"file:///etc/passwd\">]").replace("alice@example.com", "&x;"),
        typed("[<!ENTITY % x SYSTEM \"http://127.0.0.1:9/evil.dtd\"> %x;]"),
        typed(&format!("[<!ENTITY e0 \"lol\">{bomb}]")).replace("alice@example.com", "&e19;"),
        typed(&format!("[<!ENTITY a \"{}\">]", "a".repeat(20_000)))
            .replace("alice@example.com", &"&a;".repeat(5000)),
        signed.replace("alice@example.com", "&undeclared;"),
    ])
    .await;
    assert!(begin.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn t18_saml_large_and_odd_inputs() {
    let app = TestApp::with_sso(On::Memory).await;
    // Ten megabytes do not reach the parser.
    let large = encoded(&"<a>".repeat(2_500_000));
    assert!(large.len() >= 10_000_000);
    let reply = app.saml(&with(SAML_CALL, "SAMLAssertion", &large)).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    // What is beyond 100000 characters is refused before it is decoded.
    let padded = format!("{}<!--{}-->", told().signed(), " ".repeat(75_000));
    assert!(encoded(&padded).len() > 100_000);
    let begin = Instant::now();
    let mut texts = vec![
        encoded(&padded),
        "A".repeat(100_001),
        // Deep, wide, and many attributes and namespaces.
        encoded(&("<a>".repeat(10_000) + &"</a>".repeat(10_000))),
        encoded(&format!("<a>{}</a>", "<b/>".repeat(18_000))),
        encoded(&told().signed().replace(
            "<samlp:Status>",
            &format!("<samlp:Status>{}", "<x/>".repeat(15_000)),
        )),
    ];
    for (name, count) in [("a", 5000), ("xmlns:a", 2500)] {
        let mut many = String::new();
        for number in 0..count {
            write!(many, " {name}{number}=\"u\"").unwrap();
        }
        texts.push(encoded(&format!("<a{many}/>")));
    }
    // A list of prefixes that is looked at for each of many elements.
    let list =
        "<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"";
    let exclusive = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\">");
    let listed = format!("{exclusive}{list}{}\"/>", "a ".repeat(15_000));
    let costly = told().signed().replace(&exclusive, &listed);
    let wide = format!("{}<saml:Subject>", "<x/>".repeat(8000));
    texts.push(encoded(&costly.replace("<saml:Subject>", &wide)));
    // Not Base64, not UTF-8, not XML, another encoding.
    texts.push("%%%%".to_owned());
    texts.push("/////w==".to_owned());
    texts.push(encoded("no xml"));
    texts.push(encoded("\u{0}"));
    texts.push(encoded("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>"));
    for text in texts {
        let reply = app.saml(&with(SAML_CALL, "SAMLAssertion", &text)).await;
        reply.refused(401, INVALID);
    }
    assert!(begin.elapsed() < Duration::from_mins(1));
    app.with_response(&told().signed()).await.ok();
    app.end().await;
}

#[tokio::test]
async fn t18_saml_encrypted() {
    let told = told();
    let encrypted = r#"<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"></saml:EncryptedAssertion>"#;
    let text = "The SAML Assertion is invalid. Encrypted assertions are not supported.";
    let signature = told.response_signature(&Signing::usual(), encrypted);
    let name = told.signed().replace(
        "<saml:NameID",
        "<saml:EncryptedID></saml:EncryptedID><saml:NameID",
    );
    refused_with(
        &[
            told.response("", encrypted),
            told.response(&signature, encrypted),
            told.signed().replace(
                "</samlp:Response>",
                &format!("{encrypted}</samlp:Response>"),
            ),
            name,
        ],
        INVALID,
        text,
    )
    .await;
}

/// Who comes with bad responses again and again is not looked at for a while.
#[tokio::test]
async fn t18_saml_a_peers_refusals_are_bounded() {
    let app = TestApp::with_sso(On::Memory).await;
    let bad = told().response("", &told().assertion(""));
    for _ in 0..120 {
        app.with_response(&bad).await.refused(401, INVALID);
    }
    app.with_response(&told().signed())
        .await
        .refused(400, "Throttling.User");
    app.clock.advance(1);
    app.with_response(&told().signed()).await.ok();
    app.end().await;
}
