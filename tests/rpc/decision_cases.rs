//! The decision cases whose action is served, over HTTP: documents are created and attached, the
//! caller signs, and the answer is what the case expects, with its reason.
//!
//! Cases of service, SAML and OIDC callers wait for their operations; so do those with a context
//! that a signed call does not have.

use std::path::Path;

use rampart::policy::cases::{Case, CaseDocument, CaseFile, CasePrincipal, Expectation};

use crate::app::{Credentials, On, Reply, TestApp, policy, root_of, trust};
use crate::on_both;

on_both!(every_served_case_comes_out_as_expected);

const OWNER: &str = "1000000000000001";
const OTHER: &str = "2000000000000002";

fn text(document: &CaseDocument) -> String {
    match document {
        CaseDocument::Text(text) => text.clone(),
        CaseDocument::Json(value) => value.to_string(),
    }
}

/// Whether the case can be asked over HTTP as the server is now.
fn is_served(case: &Case) -> bool {
    const ACTIONS: [&str; 9] = [
        "sts:AssumeRole",
        "sts:SetSourceIdentity",
        "ram:GetRole",
        "ram:ListRoles",
        "ram:ListUsers",
        "ram:CreateUser",
        "ram:GetPolicy",
        "ram:AttachPolicyToRole",
        "ram:AttachPolicyToUser",
    ];
    let caller = matches!(
        case.principal,
        None | Some(
            CasePrincipal::User { .. } | CasePrincipal::Role { .. } | CasePrincipal::Root { .. }
        )
    );
    ACTIONS.contains(&case.action.as_str())
        && caller
        && case.context.keys().all(|key| key.starts_with("sts:"))
        && (case.action.starts_with("sts:") || case.context.is_empty())
}

/// A refusal of one of the case's documents.
struct Malformed;

/// Fails where the answer is neither good nor a refusal of the document.
fn document_taken(reply: &Reply) -> Result<(), Malformed> {
    if reply.status == 200 {
        return Ok(());
    }
    assert_eq!(
        reply.json()["Code"],
        "MalformedPolicyDocument",
        "{}",
        reply.text
    );
    Err(Malformed)
}

/// Attaches the case's identity policies to a user or role.
async fn attach(
    app: &TestApp,
    root: &Credentials,
    case: &Case,
    (action, kind, name): (&str, &str, &str),
) -> Result<(), Malformed> {
    for (number, document) in case.policies.iter().enumerate() {
        let policy = format!("case-{number}");
        let document = text(document);
        let made = [("PolicyName", &*policy), ("PolicyDocument", &document)];
        document_taken(&app.ram(root, "CreatePolicy", &made).await)?;
        let attached = [
            ("PolicyType", "Custom"),
            ("PolicyName", &policy),
            (kind, name),
        ];
        app.ram(root, action, &attached).await.ok();
    }
    Ok(())
}

async fn make_role(
    app: &TestApp,
    root: &Credentials,
    name: &str,
    trust: &str,
) -> Result<(), Malformed> {
    let params = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
    document_taken(&app.ram(root, "CreateRole", &params).await)
}

/// The caller of the case, with its policies.
async fn caller(app: &TestApp, case: &Case) -> Result<Credentials, Malformed> {
    match &case.principal {
        Some(CasePrincipal::Root { account }) => Ok(root_of(&account.to_string())),
        Some(CasePrincipal::Role { account, name, .. }) => {
            let root = root_of(&account.to_string());
            make_role(app, &root, name.as_str(), &trust(r#"{"RAM":"*"}"#)).await?;
            let to = ("AttachPolicyToRole", "RoleName", name.as_str());
            attach(app, &root, case, to).await?;
            let taker = policy("Allow", "sts:AssumeRole", "*");
            let taker = app.user_of(&root, "taker", &[&taker]).await;
            let arn = format!("acs:ram::{account}:role/{name}");
            let narrow = case.session_policy.as_ref().map(text);
            let narrow = narrow.as_deref().map(|text| ("Policy", text));
            let more: Vec<_> = narrow.into_iter().collect();
            Ok(app.assume(&taker, &arn, &more).await.unwrap())
        }
        named => {
            let (account, name) = match named {
                Some(CasePrincipal::User { account, name }) => {
                    (account.to_string(), name.to_string())
                }
                _ => (OWNER.to_owned(), "user".to_owned()),
            };
            let root = root_of(&account);
            let user = app.user_of(&root, &name, &[]).await;
            let to = ("AttachPolicyToUser", "UserName", &*name);
            attach(app, &root, case, to).await?;
            Ok(user)
        }
    }
}

/// Makes what the call is about, so that a call that is allowed goes well.
async fn ask(app: &TestApp, case: &Case) -> Result<Reply, Malformed> {
    let caller = caller(app, case).await?;
    let root = root_of(OWNER);
    let resource = case.resource.as_slice();
    let last = |at: usize| resource[at].rsplit('/').next().unwrap();
    let (product, action) = case.action.split_once(':').unwrap();
    if product == "sts" {
        let trusts = case.trust_policy.as_ref();
        let trusts = trusts.map_or_else(|| trust(r#"{"RAM":"*"}"#), text);
        make_role(app, &root, last(0), &trusts).await?;
        let mut params = vec![("RoleArn", &*resource[0]), ("RoleSessionName", "session")];
        for (key, values) in &case.context {
            let name = key.strip_prefix("sts:").unwrap();
            params.push((name, values.as_slice()[0].as_str()));
        }
        return Ok(app.sts(&caller, "AssumeRole", &params).await);
    }
    let params = match action {
        "GetRole" | "AttachPolicyToRole" => vec![("RoleName", last(0))],
        "AttachPolicyToUser" => vec![("UserName", last(0))],
        "CreateUser" => vec![("UserName", "new")],
        _ => Vec::new(),
    };
    match params.first() {
        Some(("RoleName", name)) => make_role(app, &root, name, &trust(r#"{"RAM":"*"}"#)).await?,
        Some(("UserName", name)) if action != "CreateUser" => {
            app.user_of(&root, name, &[]).await;
        }
        _ => {}
    }
    let mut params = params;
    if action.contains("Policy") {
        let name = last(resource.len() - 1);
        params.extend([("PolicyType", "System"), ("PolicyName", name)]);
    }
    Ok(app.ram(&caller, action, &params).await)
}

fn outcome(case: &Case, reply: &Reply) -> Expectation {
    if reply.status == 200 {
        return Expectation::Allow;
    }
    let json = reply.json();
    assert_eq!(
        json["Code"], "NoPermission",
        "{}: {}",
        case.name, reply.text
    );
    match json["AccessDeniedDetail"]["NoPermissionType"].as_str() {
        Some("ExplicitDeny") => Expectation::Deny,
        // The account itself takes no role, whatever the policies say.
        Some("ImplicitDeny") | None => Expectation::ImplicitDeny,
        Some(other) => panic!("{}: {other}", case.name),
    }
}

async fn every_served_case_comes_out_as_expected(on: On) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = std::fs::read_to_string(root.join("tests/vectors/policy-cases.json")).unwrap();
    let cases = CaseFile::parse(&cases).unwrap();
    let mut ran = 0;
    for case in cases.cases.iter().filter(|case| is_served(case)) {
        let app = TestApp::start(on).await;
        for account in [OWNER, OTHER] {
            app.add_account(account).await;
        }
        let got = match ask(&app, case).await {
            Ok(reply) => outcome(case, &reply),
            Err(Malformed) => Expectation::Malformed,
        };
        assert_eq!(got, case.expect, "{}: {}", case.name, case.why);
        app.end().await;
        ran += 1;
    }
    assert_eq!(ran, 50, "served cases");
}
