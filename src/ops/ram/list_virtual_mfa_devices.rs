//! `ListVirtualMFADevices`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::login::VirtualMfaDevice;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::ram::mfa;
use crate::ops::ram::shapes::date;
use crate::store::{Page, Snapshot};

operation! {
    /// Lists the virtual MFA devices of the account. Not paged: the account's quota bounds it.
    ListVirtualMFADevices {
        product: Ram,
        access: Read,
        action: "ram:ListVirtualMFADevices",
        resources: Of(&["acs:ram:*:{account}:mfa/*"]),
        params {}
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Listed {
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
    user_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
}

impl Device {
    async fn of(snapshot: &mut dyn Snapshot, device: VirtualMfaDevice) -> Result<Self, OpError> {
        let serial_number = mfa::serial_number(&device);
        let holder = mfa::holder(snapshot, &device).await?;
        let binding = device.binding.filter(|_| holder.is_some());
        Ok(Self {
            serial_number,
            activate_date: binding.map(|binding| date(binding.activated_at)),
            user: holder.map_or_else(Holder::default, |user| Holder {
                user_id: Some(user.id.to_string()),
                user_name: Some(user.name.to_string()),
                display_name: Some(user.display_name),
            }),
        })
    }
}

#[async_trait]
impl Read for ListVirtualMFADevices {
    type Answer = Listed;

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let all = Page {
            after: None,
            limit: cx.iam.quotas.virtual_mfa_devices,
        };
        let mut listed = Vec::new();
        for device in snapshot.list_mfa_devices(all).await? {
            listed.push(Device::of(&mut *snapshot, device).await?);
        }
        Ok(Listed {
            virtual_mfa_devices: Devices {
                virtual_mfa_device: listed,
            },
        })
    }
}
