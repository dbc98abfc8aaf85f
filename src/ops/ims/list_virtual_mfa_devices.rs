//! `ListVirtualMFADevices`.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::Serialize;

use crate::model::account::Account;
use crate::model::login::VirtualMfaDevice;
use crate::model::principal::User;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::mfa;
use crate::ops::error::OpError;
use crate::ops::page::Paged;
use crate::ops::shapes::date;
use crate::ops::values::{Marker, ShortPage, UserPrincipalName};
use crate::policy::ids::UserId;
use crate::store::Snapshot;

operation! {
    /// Pages through the virtual MFA devices of the account, in the order of their names.
    ListVirtualMFADevices {
        product: Ims,
        access: Read,
        action: "ram:ListVirtualMFADevices",
        resources: Of(&["acs:ram:*:{account}:mfa/*"]),
        params {
            /// Copied from the answer before.
            marker: Option<Marker> = "Marker",
            /// 1 to 100; 100 where nothing is said.
            max_items: Option<ShortPage> = "MaxItems",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Listed {
    #[serde(rename = "IsTruncated")]
    is_truncated: bool,
    #[serde(rename = "Marker", skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "VirtualMFADevices")]
    virtual_mfa_devices: Devices,
}

#[derive(Debug, Serialize)]
struct Devices {
    #[serde(rename = "VirtualMFADevice")]
    virtual_mfa_device: Vec<Device>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    serial_number: String,
    /// Not there where the device is bound to nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    activate_date: Option<String>,
    user: Holder,
}

/// Empty where the device is bound to nobody.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Holder {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_principal_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
}

impl Device {
    /// A device, and the user it is bound to: see [`mfa::holder`].
    fn new(device: &VirtualMfaDevice, holder: Option<&User>, account: &Account) -> Self {
        let binding = device.binding.filter(|_| holder.is_some());
        Self {
            serial_number: mfa::serial_number(device),
            activate_date: binding.map(|binding| date(binding.activated_at)),
            user: holder.map_or_else(Holder::default, |user| Holder {
                user_id: Some(user.id.to_string()),
                user_principal_name: Some(UserPrincipalName::of(&user.name, account)),
                display_name: Some(user.display_name.clone()),
            }),
        }
    }
}

#[async_trait]
impl Read for ListVirtualMFADevices {
    type Answer = Listed;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let paged = Paged::new(self.marker.as_ref(), self.max_items.map(Into::into));
        let devices = snapshot.list_mfa_devices(paged.page()).await?;
        let holders = snapshot.list_mfa_device_holders(paged.page()).await?;
        let (devices, marker) = paged.cut(devices, |device| device.name.key().to_owned());
        let holders: HashMap<UserId, User> =
            holders.into_iter().map(|user| (user.id, user)).collect();
        let account = snapshot.account();
        let listed = devices.iter().map(|device| {
            let holder = device.binding.and_then(|bound| holders.get(&bound.user));
            Device::new(device, holder, account)
        });
        Ok(Listed {
            is_truncated: marker.is_some(),
            marker,
            virtual_mfa_devices: Devices {
                virtual_mfa_device: listed.collect(),
            },
        })
    }
}
