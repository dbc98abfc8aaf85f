//! `RemoveFingerprintFromOIDCProvider`.

use crate::app::{On, TestApp};
use crate::expect::absent;
use crate::on_both;
use crate::provider_lists::REMOVE_FINGERPRINT;

on_both!(does_and_answers);
tests!(&REMOVE_FINGERPRINT, [provider_lists]: on_both: refuses_bad_parameters, needs_permission);

async fn does_and_answers(on: On) {
    let app = TestApp::start(on).await;
    let again = absent("OIDCProvider.Fingerprint");
    let lists = ("902ef2deeb3c5b13ea4c3d5193629309e231ae55", "");
    REMOVE_FINGERPRINT.changes(&app, lists, &again, &[]).await;
    app.end().await;
}
