//! Rules for parameters that many operations take.

use super::{
    Pairs, bad_chars, bad_format, bad_type, incorrect, limit, missing, refusal, too_long, with,
    without,
};
use crate::app::TestApp;
use rampart::ops::declare::Product;

/// A name by which something is spoken of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    pub(crate) param: &'static str,
    pub(crate) longest: usize,
    /// Texts with a character too many.
    pub(crate) bad: &'static [&'static str],
    pub(crate) required: bool,
}

pub(crate) const ROLE: Name = Name {
    param: "RoleName",
    longest: 64,
    bad: &["a b", "a/b", "a:b", "a*", "ré", "a+b"],
    required: true,
};
pub(crate) const USER: Name = Name {
    param: "UserName",
    longest: 64,
    bad: &["a b", "a/b", "a:b", "a*", "ré", "a+b"],
    required: true,
};
pub(crate) const GROUP: Name = Name {
    param: "GroupName",
    longest: 64,
    bad: &["a b", "a/b", "a:b", "a*", "ré", "a+b", "a@b"],
    required: true,
};
pub(crate) const POLICY: Name = Name {
    param: "PolicyName",
    longest: 128,
    bad: &["a b", "a/b", "a_b", "a.b", "a@b", "ré", "*"],
    required: true,
};

/// Texts that are no policy document of either kind.
const MALFORMED: &[&str] = &[
    "{",
    "[]",
    "text",
    r#"{"Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#,
    r#"{"Version":"2","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#,
    r#"{"Version":1,"Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":"*"}}]}"#,
    r#"{"Version":"1","Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*","Principal":{"RAM":"*"}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*","Surplus":"*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*","Condition":{"BoolIfExists":{"acs:SecureTransport":"true"}}}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"},"Condition":{"StringEquals":{"ExternalId":"x1"}}}]}"#,
];

impl TestApp {
    /// Checks a name: its length at the bound and beyond, its characters, and that empty is absent.
    pub(crate) async fn checks_name(&self, action: &str, good: Pairs<'_>, name: Name) {
        self.checks_name_of(Product::Ram, action, good, name).await;
    }

    /// The same of any product.
    pub(crate) async fn checks_name_of(
        &self,
        product: Product,
        action: &str,
        good: Pairs<'_>,
        name: Name,
    ) {
        let root = self.root();
        let Name {
            param,
            longest,
            bad,
            required,
        } = name;
        if required {
            for params in [without(good, param), with(good, param, "")] {
                self.refuses_of(product, &root, action, &params, &missing(param))
                    .await;
            }
        }
        let text = "a".repeat(longest + 1);
        self.refuses_of(
            product,
            &root,
            action,
            &with(good, param, &text),
            &too_long(param),
        )
        .await;
        let wide = "é".repeat(longest + 1);
        self.refuses_of(
            product,
            &root,
            action,
            &with(good, param, &wide),
            &too_long(param),
        )
        .await;
        for text in bad {
            self.refuses_of(
                product,
                &root,
                action,
                &with(good, param, text),
                &bad_chars(param),
            )
            .await;
        }
        let reply = self
            .rpc(&root, product, action, &with(good, param, &text[1..]))
            .await;
        assert!(!reply.code().contains("Parameter"), "{}", reply.text);
    }

    /// Checks a required `PolicyType`: the two words, case counts.
    pub(crate) async fn checks_policy_type(&self, action: &str, good: Pairs<'_>) {
        self.checks_policy_type_of(Product::Ram, action, good).await;
    }

    /// The same of any product.
    pub(crate) async fn checks_policy_type_of(
        &self,
        product: Product,
        action: &str,
        good: Pairs<'_>,
    ) {
        let root = self.root();
        let name = "PolicyType";
        for params in [without(good, name), with(good, name, "")] {
            self.refuses_of(product, &root, action, &params, &missing(name))
                .await;
        }
        for word in ["custom", "SYSTEM", "Both", " Custom"] {
            self.refuses_of(
                product,
                &root,
                action,
                &with(good, name, word),
                &incorrect(name),
            )
            .await;
        }
    }

    /// Checks a required `VersionId`.
    pub(crate) async fn checks_version_id(&self, action: &str, good: Pairs<'_>) {
        self.checks_version_id_of(Product::Ram, action, good).await;
    }

    /// The same of any product.
    pub(crate) async fn checks_version_id_of(
        &self,
        product: Product,
        action: &str,
        good: Pairs<'_>,
    ) {
        let root = self.root();
        let name = "VersionId";
        for params in [without(good, name), with(good, name, "")] {
            self.refuses_of(product, &root, action, &params, &missing(name))
                .await;
        }
        for text in ["1", "v", "v0", "v01", "V1", "v1 ", "v-1", "v+1", "v1.0"] {
            self.refuses_of(
                product,
                &root,
                action,
                &with(good, name, text),
                &bad_format(name),
            )
            .await;
        }
        // Of the right form, however large: the version of no policy.
        for text in ["v9", "v4294967295", "v4294967296", "v99999999999999999999"] {
            self.refuses_of(
                product,
                &root,
                action,
                &with(good, name, text),
                &super::absent("Policy.Version"),
            )
            .await;
        }
    }

    /// Checks that a text of at most `longest` characters, whatever they are, can be left out.
    pub(crate) async fn checks_text(
        &self,
        action: &str,
        good: Pairs<'_>,
        param: &str,
        longest: usize,
    ) {
        self.checks_text_of(Product::Ram, action, good, param, longest)
            .await;
    }

    /// The same of any product.
    pub(crate) async fn checks_text_of(
        &self,
        product: Product,
        action: &str,
        good: Pairs<'_>,
        param: &str,
        longest: usize,
    ) {
        let text = "é".repeat(longest + 1);
        self.refuses_of(
            product,
            &self.root(),
            action,
            &with(good, param, &text),
            &too_long(param),
        )
        .await;
    }

    /// Checks a document: its grammar, and its length, which comes first.
    pub(crate) async fn checks_document(&self, action: &str, good: Pairs<'_>, param: &str) {
        self.checks_document_of(Product::Ram, action, good, param)
            .await;
    }

    /// The same of any product.
    pub(crate) async fn checks_document_of(
        &self,
        product: Product,
        action: &str,
        good: Pairs<'_>,
        param: &str,
    ) {
        let root = self.root();
        let text = "{".repeat(6145);
        self.refuses_of(
            product,
            &root,
            action,
            &with(good, param, &text),
            &too_long(param),
        )
        .await;
        for text in MALFORMED {
            let before = self.state().await;
            let reply = self
                .rpc(&root, product, action, &with(good, param, text))
                .await;
            reply.refused(400, "MalformedPolicyDocument");
            assert!(!reply.message().is_empty(), "{text}");
            assert_eq!(self.state().await, before, "{text}");
        }
    }

    /// Checks that tags which cannot be set are refused, in both forms.
    pub(crate) async fn checks_tags(&self, action: &str, good: Pairs<'_>) {
        let root = self.root();
        let long_key = format!(r#"[{{"Key":"{}"}}]"#, "k".repeat(129));
        let long_value = format!(r#"[{{"Key":"k","Value":"{}"}}]"#, "é".repeat(257));
        let numbered: Vec<String> = (0..21).map(|n| format!(r#"{{"Key":"k{n}"}}"#)).collect();
        let many = format!("[{}]", numbered.join(","));
        let (key, value) = (incorrect("TagKey"), incorrect("TagValue"));
        let twice = refusal(
            400,
            "Duplicate.TagKey",
            "The parameter - \"TagKey\" is duplicated.",
        );
        for (tag, expected) in [
            (r#"[{"Value":"v"}]"#, &key),
            (r#"[{"Key":"","Value":"v"}]"#, &key),
            (r#"[{"Key":"aliyunx"}]"#, &key),
            (r#"[{"Key":"ACS:x"}]"#, &key),
            (r#"[{"Key":"see http://x"}]"#, &key),
            (r#"[{"Key":"see https://x"}]"#, &key),
            (&long_key, &key),
            (r#"[{"Key":"k","Value":"http://x"}]"#, &value),
            (r#"[{"Key":"k","Value":"https://x"}]"#, &value),
            (&long_value, &value),
            (r#"[{"Key":"k"},{"Key":"k","Value":"v"}]"#, &twice),
            (&many, &limit("Tag")),
            ("{}", &bad_type("Tag")),
            ("nonsense", &bad_type("Tag")),
            (r#"[{"Key":1}]"#, &bad_type("Tag")),
        ] {
            self.refuses(&root, action, &with(good, "Tag", tag), expected)
                .await;
        }
        let flat: [(Pairs<'_>, &super::Refusal); 4] = [
            (&[("Tag.1.Value", "v")], &key),
            (&[("Tag.1.Key", "acs:x")], &key),
            (&[("Tag.1.Key", "k"), ("Tag.1.Value", "http://")], &value),
            (&[("Tag.1.Key", "k"), ("Tag.7.Key", "k")], &twice),
        ];
        for (tags, expected) in flat {
            let params: Vec<(&str, &str)> = good.iter().chain(tags).copied().collect();
            self.refuses(&root, action, &params, expected).await;
        }
    }

    /// Checks `Marker` and `MaxItems`.
    pub(crate) async fn checks_paging(&self, action: &str) {
        self.checks_pages(action, &[], 1000).await;
    }

    /// Checks `Marker` and a `MaxItems` of at most so many.
    pub(crate) async fn checks_pages(&self, action: &str, good: Pairs<'_>, most: u32) {
        let root = self.root();
        let (most, beyond) = (most.to_string(), (most + 1).to_string());
        for text in ["***", "a", "gA", "AAAA", "%00"] {
            let params = with(good, "Marker", text);
            self.refuses(&root, action, &params, &incorrect("Marker"))
                .await;
        }
        for text in ["0", beyond.as_str(), "-1"] {
            let params = with(good, "MaxItems", text);
            self.refuses(&root, action, &params, &incorrect("MaxItems"))
                .await;
        }
        for text in ["ten", "1.5"] {
            let params = with(good, "MaxItems", text);
            self.refuses(&root, action, &params, &bad_type("MaxItems"))
                .await;
        }
        for items in ["1", most.as_str(), ""] {
            let params = [good, &[("MaxItems", items), ("Marker", "")]].concat();
            self.ram(&root, action, &params).await.ok();
        }
    }

    /// Reads every page; the lists of `path` in one, and how long each page was.
    pub(crate) async fn pages(
        &self,
        action: &str,
        params: Pairs<'_>,
        path: (&str, &str),
    ) -> (Vec<serde_json::Value>, Vec<usize>) {
        let (mut all, mut lengths, mut marker) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = self
                .answer(&self.root(), action, &with(params, "Marker", &marker))
                .await;
            let entries = page[path.0][path.1].as_array().unwrap();
            lengths.push(entries.len());
            all.extend(entries.iter().cloned());
            let truncated = page["IsTruncated"].as_bool().unwrap();
            assert_eq!(page.get("Marker").is_some(), truncated, "{page}");
            if !truncated {
                return (all, lengths);
            }
            page["Marker"].as_str().unwrap().clone_into(&mut marker);
        }
    }
}
