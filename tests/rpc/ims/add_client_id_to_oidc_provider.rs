//! `AddClientIdToOIDCProvider`.

use crate::app::{On, TestApp};
use crate::expect::exists;
use crate::on_both;
use crate::provider_lists::ADD_CLIENT_ID;

on_both!(does_and_answers);
tests!(&ADD_CLIENT_ID, [provider_lists]: on_both: refuses_bad_parameters, needs_permission, holds_the_quota);

async fn does_and_answers(on: On) {
    let app = TestApp::start(on).await;
    let again = exists("OIDCProvider.ClientId");
    let lists = ("one,two", "one,two,three:3/x");
    ADD_CLIENT_ID.changes(&app, lists, &again, &[]).await;
    app.end().await;
}
