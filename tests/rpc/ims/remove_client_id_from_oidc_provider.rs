//! `RemoveClientIdFromOIDCProvider`.

use crate::app::{On, TestApp};
use crate::expect::absent;
use crate::on_both;
use crate::provider_lists::REMOVE_CLIENT_ID;

on_both!(does_and_answers);
tests!(&REMOVE_CLIENT_ID, [provider_lists]: on_both: refuses_bad_parameters, needs_permission);

async fn does_and_answers(on: On) {
    let app = TestApp::start(on).await;
    let again = absent("OIDCProvider.ClientId");
    // Case counts.
    REMOVE_CLIENT_ID
        .changes(&app, ("one,two", "two"), &again, &["TWO"])
        .await;
    app.end().await;
}
