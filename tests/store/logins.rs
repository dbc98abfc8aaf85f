//! Logins and MFA devices.

use rampart::model::login::{Binding, LoginProfile, LoginStatus, VirtualMfaDevice};
use rampart::policy::ids::{AccountId, UserId};
use rampart::store::{Page, StoreError};

use crate::backend::{Exam, next};
use crate::records::{self, TRAPS};

const ALL: Page<'_> = Page {
    after: None,
    limit: 99,
};

fn profile(account: AccountId, user: UserId) -> LoginProfile {
    LoginProfile {
        account,
        user,
        status: LoginStatus::Active,
        is_initial: true,
        sealed_passwords: vec![0, 255, 7],
        password_reset_required: true,
        mfa_bind_required: false,
        password_set_at: 12,
        created_at: 10,
        updated_at: 11,
    }
}

fn device(account: AccountId, name: &str) -> VirtualMfaDevice {
    VirtualMfaDevice {
        account,
        id: format!("{:032x}", next()),
        name: name.parse().unwrap(),
        sealed_seed: vec![7, 0, 255],
        binding: None,
        last_step: -1,
        created_at: 20,
    }
}

async fn a_user_has_one_login(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let user = UserId::from_random(next());
    let made = profile(account, user);
    let mut tx = exam.tx(account).await;
    assert_eq!(tx.get_login_profile(user).await.unwrap(), None);
    for refused in [
        tx.update_login_profile(&made).await,
        tx.delete_login_profile(user).await,
    ] {
        assert!(matches!(refused, Err(StoreError::NotFound)));
    }
    tx.create_login_profile(&made).await.unwrap();
    let refused = tx.create_login_profile(&made).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    assert_eq!(
        read.get_login_profile(user).await.unwrap(),
        Some(made.clone())
    );
    drop(read);
    let mut theirs = exam.read(other).await;
    assert_eq!(theirs.get_login_profile(user).await.unwrap(), None);
    drop(theirs);
    let changed = LoginProfile {
        status: LoginStatus::Inactive,
        is_initial: false,
        sealed_passwords: Vec::new(),
        password_reset_required: false,
        mfa_bind_required: true,
        password_set_at: 22,
        updated_at: 21,
        ..made
    };
    let mut tx = exam.tx(account).await;
    tx.update_login_profile(&changed).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(account).await;
    assert_eq!(tx.get_login_profile(user).await.unwrap(), Some(changed));
    tx.delete_login_profile(user).await.unwrap();
    assert_eq!(tx.get_login_profile(user).await.unwrap(), None);
}

async fn a_record_of_another_account_is_refused(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let user = UserId::from_random(next());
    let mut tx = exam.tx(account).await;
    let refused = tx.create_login_profile(&profile(other, user)).await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
    let refused = tx.create_mfa_device(&device(other, "a")).await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
}

async fn a_device_is_found_by_name_and_by_user(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let made = device(account, "Phone");
    let mut tx = exam.tx(account).await;
    tx.create_mfa_device(&made).await.unwrap();
    let refused = tx.create_mfa_device(&device(account, "PHONE")).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    let same_id = VirtualMfaDevice {
        name: "another".parse().unwrap(),
        ..made.clone()
    };
    let refused = tx.create_mfa_device(&same_id).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    // Two that are bound to nobody do not stand in each other's way.
    tx.create_mfa_device(&device(account, "spare"))
        .await
        .unwrap();
    assert_eq!(tx.count_mfa_devices().await.unwrap(), 2);
    tx.commit().await.unwrap();
    let name = "pHONE".parse().unwrap();
    let mut theirs = exam.read(other).await;
    assert_eq!(theirs.get_mfa_device(&name).await.unwrap(), None);
    assert_eq!(theirs.count_mfa_devices().await.unwrap(), 0);
    assert_eq!(theirs.list_mfa_device_holders(ALL).await.unwrap(), []);
    drop(theirs);

    let holder = records::user(account, "alice");
    let user = holder.id;
    let bound = VirtualMfaDevice {
        binding: Some(Binding {
            user,
            activated_at: 30,
        }),
        last_step: 99,
        ..made.clone()
    };
    let mut tx = exam.tx(account).await;
    assert_eq!(tx.get_mfa_device(&name).await.unwrap(), Some(made.clone()));
    assert_eq!(tx.get_mfa_device_of(user).await.unwrap(), None);
    tx.create_user(&holder).await.unwrap();
    tx.update_mfa_device(&bound).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let found = read.get_mfa_device_of(user).await.unwrap();
    assert_eq!(found, Some(bound.clone()));
    // The device that is bound to nobody has no holder.
    let holders = read.list_mfa_device_holders(ALL).await.unwrap();
    assert_eq!(holders, [holder]);
    let behind = Page {
        after: Some("phone"),
        limit: 9,
    };
    assert_eq!(read.list_mfa_device_holders(behind).await.unwrap(), []);
    drop(read);
    let unbound = VirtualMfaDevice {
        binding: None,
        ..bound
    };
    let mut tx = exam.tx(account).await;
    tx.update_mfa_device(&unbound).await.unwrap();
    assert_eq!(tx.get_mfa_device_of(user).await.unwrap(), None);
    assert_eq!(
        tx.get_mfa_device(&name).await.unwrap(),
        Some(unbound.clone())
    );
    tx.delete_mfa_device(&unbound.id).await.unwrap();
    for refused in [
        tx.update_mfa_device(&unbound).await,
        tx.delete_mfa_device(&unbound.id).await,
    ] {
        assert!(matches!(refused, Err(StoreError::NotFound)));
    }
    assert_eq!(tx.get_mfa_device(&name).await.unwrap(), None);
}

async fn devices_are_paged_by_name(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    let names = TRAPS.iter().copied();
    for name in names.clone().rev() {
        tx.create_mfa_device(&device(account, name)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let mut listed: Vec<VirtualMfaDevice> = Vec::new();
    loop {
        let page = Page {
            after: listed.last().map(|device| device.name.key()),
            limit: 3,
        };
        let page = read.list_mfa_devices(page).await.unwrap();
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    let listed: Vec<_> = listed.iter().map(|device| device.name.as_str()).collect();
    assert_eq!(listed, names.collect::<Vec<_>>());
}

cases!(
    a_user_has_one_login,
    a_record_of_another_account_is_refused,
    a_device_is_found_by_name_and_by_user,
    devices_are_paged_by_name,
);
