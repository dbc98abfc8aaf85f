//! Who may call, and what a denial says.

use rampart::ops::declare::Product;
use serde_json::json;

use super::{Pairs, refusal};
use crate::app::{ACCOUNT, Credentials, TestApp, policy};

/// A call and the resources that it needs permission on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permission<'a> {
    pub(crate) action: &'a str,
    /// What would go well for one who may.
    pub(crate) params: Pairs<'a>,
    /// The resources of that call, without `acs:ram:*:`, or whole where they are not RAM's.
    pub(crate) resources: &'a [&'a str],
    /// The same call of what does not exist; empty where the call names nothing.
    pub(crate) absent: Pairs<'a>,
    /// And its resources.
    pub(crate) absent_resources: &'a [&'a str],
}

fn arns(resources: &[&str]) -> Vec<String> {
    let full = |resource: &&str| match *resource {
        of_another_service if resource.starts_with("acs:") => of_another_service.to_owned(),
        resource => format!("acs:ram:*:{resource}"),
    };
    resources.iter().map(full).collect()
}

impl TestApp {
    /// Checks that a RAM call is denied on that resource, in the vendor's words.
    pub(crate) async fn denies(
        &self,
        caller: &Credentials,
        call: (&str, Pairs<'_>),
        resource: &str,
        kind: &str,
    ) {
        self.denies_of(Product::Ram, caller, call, resource, kind)
            .await;
    }

    /// The same of any product.
    pub(crate) async fn denies_of(
        &self,
        product: Product,
        caller: &Credentials,
        (action, params): (&str, Pairs<'_>),
        resource: &str,
        kind: &str,
    ) {
        let text = format!(
            "You are not authorized to do this action. Resource: {resource} Action: ram:{action}"
        );
        let expected = refusal(403, "NoPermission", &text);
        let reply = self
            .refuses_of(product, caller, action, params, &expected)
            .await;
        let who = self.sts(caller, "GetCallerIdentity", &[]).await.ok();
        let mut detail = reply.json()["AccessDeniedDetail"].clone();
        // Sealed: every one is another.
        let message = detail["EncodedDiagnosticMessage"].take();
        assert!(message.as_str().unwrap().starts_with("AQ"), "{message}");
        assert_eq!(
            detail,
            json!({
                "AuthAction": format!("ram:{action}"),
                "AuthPrincipalType": "SubUser",
                "AuthPrincipalDisplayName": who["UserId"],
                "AuthPrincipalOwnerId": ACCOUNT,
                "NoPermissionType": kind,
                "PolicyType": "AccountLevelIdentityBasedPolicy",
                "EncodedDiagnosticMessage": null,
            })
        );
    }

    /// Checks that the call needs its action on each of its resources and nothing more, and that
    /// one without permission is told the same of what exists and of what does not. The call itself
    /// is made once.
    pub(crate) async fn needs(&self, permission: &Permission<'_>) {
        self.needs_of(Product::Ram, permission).await;
    }

    /// The same of any product.
    pub(crate) async fn needs_of(&self, product: Product, permission: &Permission<'_>) {
        let Permission { action, params, .. } = *permission;
        let name = format!("ram:{action}");
        let resources = arns(permission.resources);

        let nobody = self.user("nobody", &[]).await;
        self.denies_of(
            product,
            &nobody,
            (action, params),
            &resources[0],
            "ImplicitDeny",
        )
        .await;
        if !permission.absent.is_empty() {
            let first = &arns(permission.absent_resources)[0];
            self.denies_of(
                product,
                &nobody,
                (action, permission.absent),
                first,
                "ImplicitDeny",
            )
            .await;
        }

        let everything = policy("Allow", "*", "*");
        for (index, resource) in resources.iter().enumerate() {
            let deny = policy("Deny", &name, resource);
            let user = format!("denied{index}");
            let denied = self.user(&user, &[&everything, &deny]).await;
            self.denies_of(product, &denied, (action, params), resource, "ExplicitDeny")
                .await;
            if resources.len() > 1 {
                let allow = policy("Allow", &name, &resources[1 - index]);
                let user = format!("half{index}");
                let half = self.user(&user, &[&allow]).await;
                self.denies_of(product, &half, (action, params), resource, "ImplicitDeny")
                    .await;
            }
        }

        let exact: Vec<String> = resources
            .iter()
            .map(|resource| policy("Allow", &name, resource))
            .collect();
        let exact: Vec<&str> = exact.iter().map(String::as_str).collect();
        let allowed = self.user("allowed", &exact).await;
        self.rpc(&allowed, product, action, params).await.ok();
    }
}
