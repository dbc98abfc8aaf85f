//! `CreateServiceLinkedRole`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::linked_roles::{
    self, CustomSuffix, LinkedRoleShape, NewLinkedRole, ServiceNameText,
};
use crate::ops::error::OpError;
use crate::ops::values::Description;
use crate::policy::context::MapContext;
use crate::store::Tx;

operation! {
    /// Creates the role that a service predefines, with its trust and its policy.
    CreateServiceLinkedRole {
        product: Ram,
        access: Write,
        action: "ram:CreateServiceLinkedRole",
        resources: Of(&["acs:ram:*:{account}:role/*"]),
        checks: own,
        params {
            /// The service, as `polardb.aliyuncs.com`; case is ignored.
            service_name: ServiceNameText = "ServiceName",
            /// Letters, digits, `.`, `-`; only for services that may have several roles.
            custom_suffix: Option<CustomSuffix> = "CustomSuffix",
            /// Up to 1024 characters; required with a suffix, refused without.
            description: Option<Description> = "Description",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    role: LinkedRoleShape,
}

impl Checked for CreateServiceLinkedRole {
    fn keys(&self) -> MapContext {
        self.service_name.keys()
    }
}

#[async_trait]
impl Write for CreateServiceLinkedRole {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let new = NewLinkedRole {
            service: &self.service_name,
            suffix: self.custom_suffix.as_ref(),
            description: self.description.as_ref(),
        };
        let role = linked_roles::create(cx, tx, new).await?;
        Ok(Created {
            role: LinkedRoleShape::created(role, None),
        })
    }
}
