//! `AddFingerprintToOIDCProvider`.

use crate::app::{On, TestApp};
use crate::expect::exists;
use crate::on_both;
use crate::provider_lists::ADD_FINGERPRINT;

on_both!(does_and_answers);
tests!(&ADD_FINGERPRINT, [provider_lists]: on_both: refuses_bad_parameters, needs_permission, holds_the_quota);

async fn does_and_answers(on: On) {
    let app = TestApp::start(on).await;
    let again = exists("OIDCProvider.Fingerprint");
    let lists = (
        "902ef2deeb3c5b13ea4c3d5193629309e231ae55",
        "902ef2deeb3c5b13ea4c3d5193629309e231ae55,aa11",
    );
    // Case does not count.
    let upper = lists.0.to_uppercase();
    ADD_FINGERPRINT
        .changes(&app, lists, &again, &[&upper])
        .await;
    app.end().await;
}
