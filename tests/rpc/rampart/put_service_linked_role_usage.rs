//! `PutServiceLinkedRoleUsage`.

use rampart::model::key::AccessKeyStatus;
use rampart::operator::service_key;
use rampart::policy::ids::AccountId;
use serde_json::json;

use super::{GOOD, OWN};
use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::{inner_xml, members, with};
use crate::on_both;

const ACTION: &str = "PutServiceLinkedRoleUsage";

on_both!(
    registers,
    refuses_bad_parameters,
    is_for_the_service_alone,
    a_call_that_waits_is_refused_when_its_key_is_switched_off,
);

async fn registers(on: On) {
    let app = TestApp::start(on).await;
    let service = app.linked(Some(ACCOUNT)).await;
    assert_eq!(members(&app.own(&service, ACTION, GOOD).await), json!({}));
    let reply = app
        .own(&service, ACTION, &with(GOOD, "Format", "XML"))
        .await;
    assert_eq!(inner_xml(&reply, ACTION), "", "the same again is nothing");
    let params = with(GOOD, "Region", "");
    app.own(&service, ACTION, &params).await.ok();
    let uses = [("cn-hangzhou", "cluster/a"), ("global", "cluster/a")];
    let uses = uses.map(|(region, resource)| (region.to_owned(), resource.to_owned()));
    assert_eq!(app.uses().await, uses);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_usage(ACTION).await;
    app.end().await;
}

async fn is_for_the_service_alone(on: On) {
    let app = TestApp::start(on).await;
    app.is_for_the_service_alone(ACTION).await;
    app.end().await;
}

/// As row 5 of the threats: nothing is committed by the right of a key that is gone.
async fn a_call_that_waits_is_refused_when_its_key_is_switched_off(on: On) {
    // In memory there is one connection, which the account's lock would hold.
    let on = if on == On::Memory { On::File } else { on };
    let app = TestApp::start(on).await;
    let service = app.linked(Some(ACCOUNT)).await;
    // Known from here on: a file has one writer, which a first look at the key would wait for.
    let warm = app.own(&service, "DeleteServiceLinkedRoleUsage", GOOD);
    warm.await.ok();
    let held = match on {
        On::File => AccountId::SYSTEM,
        _ => ACCOUNT.parse().unwrap(),
    };
    let mut guard = app.iam.begin_write(held).await.unwrap();
    let mut parked = Box::pin(app.rpc(&service, OWN, ACTION, GOOD));
    let waits = tokio::time::timeout(std::time::Duration::from_millis(300), &mut parked).await;
    assert!(waits.is_err(), "the call must wait for the account's lock");
    let (id, off) = (service.id.parse().unwrap(), AccessKeyStatus::Inactive);
    if on == On::File {
        guard.tx().update_key_status(&id, off, 9).await.unwrap();
        guard.commit().await.unwrap();
    } else {
        service_key::set_status(&app.iam, &id, off).await.unwrap();
        drop(guard);
    }
    parked.await.refused(400, "InvalidAccessKeyId.Inactive");
    assert!(app.uses().await.is_empty());
    app.end().await;
}
