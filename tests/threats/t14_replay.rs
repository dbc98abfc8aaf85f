//! Row 14: nothing that was accepted once is accepted again: after a crash, with the clock set
//! back, or where it was dated ahead.

use rampart::model::account::RevisionTag;
use rampart::ops::declare::Product;
use rampart::policy::ids::AccountId;
use rampart::ports::Clock as _;
use rampart::store::whole::REPLAY_FLOOR;

use crate::app::{On, Setup, TestApp};
use crate::calls::{self, Raw};
use crate::on_disk;

on_disk!(
    t14_a_burst_before_a_crash_is_dead_after_it,
    t14_dated_ahead_and_sent_again_in_its_time,
    t14_the_clock_set_back,
    t14_a_copy_refuses_what_its_original_may_have_taken
);

fn call(app: &TestApp) -> Raw {
    calls::rpc(app, &app.root(), Product::Sts, "GetCallerIdentity", &[])
}

async fn t14_a_burst_before_a_crash_is_dead_after_it(on: On) {
    let setup = Setup::on(on);
    let app = TestApp::with(setup.clone()).await;
    let mut sent = Vec::new();
    for seconds in [0, 1, 1, 300, -600] {
        app.clock.advance(seconds);
        for _ in 0..50 {
            let call = call(&app);
            sent.push(call);
        }
    }
    for call in &sent {
        call.send(&app).await.ok();
    }
    // No clean stop: what is only in memory is gone.
    let after = app.again(&setup).await;
    for seconds in [0, 3, 600, 200] {
        after.clock.advance(seconds);
        for call in &sent {
            let reply = call.send(&after).await;
            let refused = ["SignatureNonceUsed", "InvalidTimeStamp.Expired"];
            assert!(
                refused.contains(&&*reply.code()),
                "{seconds}: {}",
                reply.text
            );
        }
    }
    call(&after).send(&after).await.ok();
    app.end().await;
}

async fn t14_dated_ahead_and_sent_again_in_its_time(on: On) {
    let setup = Setup::on(on);
    let app = TestApp::with(setup.clone()).await;
    let now = app.clock.now_millis();
    app.clock.advance(840);
    let ahead = call(&app);
    app.clock.set_millis(now);
    ahead.send(&app).await.ok();
    for seconds in [0, 840, 960, 1700] {
        app.clock.set_millis(now + seconds * 1000);
        app.iam.tick().await;
        ahead.send(&app).await.refused(400, "SignatureNonceUsed");
    }
    // Also where the process is another, stopped cleanly or not.
    app.clock.set_millis(now + 960_000);
    let crashed = app.again(&setup).await;
    let reply = ahead.send(&crashed).await;
    let refused = ["SignatureNonceUsed", "InvalidTimeStamp.Expired"];
    assert!(refused.contains(&&*reply.code()), "{}", reply.text);
    crashed.iam.stop().await;
    let restarted = app.again(&setup).await;
    let reply = ahead.send(&restarted).await;
    assert!(refused.contains(&&*reply.code()), "{}", reply.text);
    app.end().await;
}

async fn t14_the_clock_set_back(on: On) {
    let setup = Setup::on(on);
    let app = TestApp::with(setup.clone()).await;
    let now = app.clock.now_millis();
    let sent: Vec<Raw> = (0..20).map(|_| call(&app)).collect();
    for call in &sent {
        call.send(&app).await.ok();
    }
    for seconds in [-1, -600, -899] {
        app.clock.set_millis(now + seconds * 1000);
        app.iam.tick().await;
        for call in &sent {
            call.send(&app).await.refused(400, "SignatureNonceUsed");
        }
    }
    // Over a crash, too.
    let after = app.again(&setup).await;
    for call in &sent {
        let reply = call.send(&after).await;
        let refused = ["SignatureNonceUsed", "InvalidTimeStamp.Expired"];
        assert!(refused.contains(&&*reply.code()), "{}", reply.text);
    }
    app.end().await;
}

/// What makes a copy writes down the date of the latest request that the original may have taken.
async fn t14_a_copy_refuses_what_its_original_may_have_taken(on: On) {
    let setup = Setup::on(on);
    let app = TestApp::with(setup.clone()).await;
    // The copy does not know its nonce.
    let taken = call(&app);
    app.clock.advance(5);
    let floor = (app.clock.now() - 1).to_string();
    let tag = RevisionTag([7; 16]);
    let mut system = app.store.begin_write(AccountId::SYSTEM, tag).await.unwrap();
    system.put_setting(REPLAY_FLOOR, &floor).await.unwrap();
    system.commit().await.unwrap();
    let copy = app.again(&setup).await;
    for seconds in [0, 1, 899] {
        copy.clock.advance(seconds);
        let reply = taken.send(&copy).await;
        reply.refused(400, "InvalidTimeStamp.Expired");
    }
    call(&copy).send(&copy).await.ok();
    app.end().await;
}
