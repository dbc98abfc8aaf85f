//! A service of the operator's: several roles, each with a suffix and a description of its own.

use serde_json::Value;

use crate::app::On;
use crate::on_both;
use crate::{ROLE, SERVICE, arn, start_on};

on_both!(
    a_service_has_several_roles,
    only_some_services_take_a_suffix_and_a_description,
    a_document_that_the_operator_gives_counts,
);

async fn a_service_has_several_roles(on: On) {
    let app = start_on(on).await;
    let root = app.root();
    app.storage_role().await;
    let mut names = vec![ROLE.to_owned()];
    for (suffix, description) in [("blue", "The blue store."), ("Green.2-x", "The green one.")] {
        let params = [
            ("ServiceName", "Storage.corp.EXAMPLE"),
            ("CustomSuffix", suffix),
            ("Description", description),
        ];
        let made = app.rm(&root, "CreateServiceLinkedRole", &params).await.ok();
        let role = &made["Role"];
        let name = format!("{ROLE}_{suffix}");
        assert_eq!(role["RoleName"], name);
        assert_eq!(role["Description"], description);
        assert_eq!(role["Arn"], arn(&name.to_lowercase()));
        let principal = role["RolePrincipalName"].as_str().unwrap();
        assert!(
            principal.starts_with(&format!("{name}@role.")),
            "{principal}"
        );
        let got = app.ram(&root, "GetRole", &[("RoleName", &name)]).await.ok();
        assert_eq!(got["Role"]["Description"], description);
        names.push(name);
    }
    let service = app.service(SERVICE, None, &[]).await;
    for name in &names {
        let session = app.assume(&service, name, &[]).await.unwrap();
        // What the operator's document allows, and no more.
        app.ram(&session, "ListUsers", &[]).await.ok();
        let refused = app.ram(&session, "ListRoles", &[]).await;
        refused.refused(403, "NoPermission");
    }
    // One goes, the others stay.
    let task = app.delete_linked(&names[1]).await;
    assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
    let listed = app.ram(&root, "ListRoles", &[]).await.ok();
    let listed: Vec<&Value> = listed["Roles"]["Role"].as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), 2);
    app.assume(&service, &names[2], &[]).await.unwrap();
    app.end().await;
}

async fn only_some_services_take_a_suffix_and_a_description(on: On) {
    let app = start_on(on).await;
    let root = app.root();
    let long = "x".repeat(64 - ROLE.len());
    let vendors = ("ServiceName", "polardb.aliyuncs.com");
    let own = ("ServiceName", SERVICE);
    for (params, code) in [
        (
            vec![vendors, ("CustomSuffix", "a")],
            "InvalidParameter.CustomSuffix.NotAllowed",
        ),
        (
            vec![vendors, ("CustomSuffix", "a"), ("Description", "d")],
            "InvalidParameter.CustomSuffix.NotAllowed",
        ),
        (
            vec![vendors, ("Description", "d")],
            "InvalidParameter.Description.NotAllowed",
        ),
        (
            vec![own, ("Description", "d")],
            "InvalidParameter.Description.NotAllowed",
        ),
        (vec![own, ("CustomSuffix", "a")], "MissingDescription"),
        (
            vec![own, ("CustomSuffix", "a_b"), ("Description", "d")],
            "InvalidParameter.CustomSuffix.InvalidChars",
        ),
        (
            vec![own, ("CustomSuffix", long.as_str()), ("Description", "d")],
            "InvalidParameter.CustomSuffix.Length",
        ),
    ] {
        for reply in [
            app.ram(&root, "CreateServiceLinkedRole", &params).await,
            app.rm(&root, "CreateServiceLinkedRole", &params).await,
        ] {
            reply.refused(400, code);
        }
    }
    let longest = ("CustomSuffix", &long[1..]);
    let params = [own, longest, ("Description", "d")];
    let made = app
        .ram(&root, "CreateServiceLinkedRole", &params)
        .await
        .ok();
    assert_eq!(made["Role"]["RoleName"].as_str().unwrap().len(), 64);
    let template = app
        .ram(&root, "GetServiceLinkedRoleTemplate", &[own])
        .await
        .ok();
    assert_eq!(
        template["ServiceLinkedRoleTemplate"]["MultipleRolesAllowed"],
        true
    );
    app.end().await;
}

async fn a_document_that_the_operator_gives_counts(on: On) {
    let app = start_on(on).await;
    let params = [
        ("PolicyType", "System"),
        ("PolicyName", "servicerolepolicyforstorage"),
    ];
    let found = app.ram(&app.root(), "GetPolicy", &params).await.ok();
    let document = found["DefaultPolicyVersion"]["PolicyDocument"]
        .as_str()
        .unwrap();
    assert!(document.contains("ram:ListUsers"), "{document}");
    assert_eq!(
        found["DefaultPolicyVersion"].get("PolicyDocumentComplete"),
        None
    );
    app.end().await;
}
