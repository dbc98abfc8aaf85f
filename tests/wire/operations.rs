//! Operations for tests of the pipeline. They implement by hand what the product's macro writes.

use std::borrow::Cow;

use async_trait::async_trait;
use rampart::iam::authn::Established;
use rampart::iam::authz::Check;
use rampart::iam::freshness::Current;
use rampart::model::principal::Role;
use rampart::ops::call::{
    Answer, Checked, Context, Entry, Read, Session, Write, read, session, write,
};
use rampart::ops::declare::{Access, Auth, Declaration, Declared, Product, Resources};
use rampart::ops::error::{Entity, OpError};
use rampart::ops::params::{ParamFault, Params};
use rampart::policy::ids::RoleName;
use rampart::store::{Snapshot, Tx};
use serde_json::{Value, json};

pub(crate) static ENTRIES: &[Entry] = &[
    session::<Open>(),
    session::<Who>(),
    read::<WhichRam>(),
    read::<WhichIms>(),
    read::<Both>(),
    read::<TwoActions>(),
    write::<Paint>(),
    // What the helpers set the stage with.
    write::<rampart::ops::ram::create_role::CreateRole>(),
    write::<rampart::ops::ram::create_user::CreateUser>(),
    write::<rampart::ops::ram::create_policy::CreatePolicy>(),
    write::<rampart::ops::ram::attach_policy_to_user::AttachPolicyToUser>(),
    write::<rampart::ops::ram::create_access_key::CreateAccessKey>(),
];

const fn declaration(name: &'static str, product: Product, access: Access) -> Declaration {
    Declaration {
        name,
        product,
        access,
        auth: Auth::Signed,
        action: "",
        resources: Resources::None,
        params: &[],
        doc: "Of the tests.",
    }
}

fn text(params: &Params<'_>, name: &str) -> String {
    params.get(name).unwrap_or_default().to_owned()
}

/// Anyone may call it.
#[derive(Debug)]
struct Open(String);

impl Declared for Open {
    const DECLARATION: Declaration = Declaration {
        auth: Auth::Unsigned,
        ..declaration("Open", Product::Sts, Access::Session)
    };

    fn parse(params: &Params<'_>) -> Result<Self, ParamFault> {
        Ok(Self(text(params, "Word")))
    }
}

impl Checked for Open {}

#[async_trait]
impl Session for Open {
    async fn run(
        &self,
        cx: &Context,
        on: Option<(&Established, &Current)>,
    ) -> Result<Answer, OpError> {
        assert!(cx.caller.is_none() && on.is_none(), "nobody calls");
        Answer::of(&json!({"Word": self.0}))
    }
}

/// Needs no permission.
#[derive(Debug)]
struct Who;

impl Declared for Who {
    const DECLARATION: Declaration = declaration("Who", Product::Sts, Access::Session);

    fn parse(_: &Params<'_>) -> Result<Self, ParamFault> {
        Ok(Self)
    }
}

impl Checked for Who {}

#[async_trait]
impl Session for Who {
    async fn run(
        &self,
        cx: &Context,
        _: Option<(&Established, &Current)>,
    ) -> Result<Answer, OpError> {
        Answer::of(&json!({"Arn": cx.caller()?.arn()}))
    }
}

macro_rules! which {
    ($ty:ident, $product:ident, $action:literal) => {
        #[derive(Debug)]
        struct $ty;

        impl Declared for $ty {
            const DECLARATION: Declaration = Declaration {
                action: $action,
                resources: Resources::Of(&["*"]),
                ..declaration("Which", Product::$product, Access::Read)
            };

            fn parse(_: &Params<'_>) -> Result<Self, ParamFault> {
                Ok(Self)
            }
        }

        impl Checked for $ty {}

        #[async_trait]
        impl Read for $ty {
            type Answer = Value;

            async fn run(&self, _: &Context, _: &mut dyn Snapshot) -> Result<Value, OpError> {
                Ok(json!({"Product": stringify!($product)}))
            }
        }
    };
}
which!(WhichRam, Ram, "ram:Which");
which!(WhichIms, Ims, "ims:Which");

/// Asks for one action on two resources.
#[derive(Debug)]
struct Both;

impl Declared for Both {
    const DECLARATION: Declaration = Declaration {
        action: "ram:Both",
        resources: Resources::Of(&[
            "acs:ram:*:{account}:one/{One}",
            "acs:ram:*:{account}:two/{Two}",
        ]),
        ..declaration("Both", Product::Ram, Access::Read)
    };

    fn parse(_: &Params<'_>) -> Result<Self, ParamFault> {
        Ok(Self)
    }
}

impl Checked for Both {}

#[async_trait]
impl Read for Both {
    type Answer = Value;

    async fn run(&self, _: &Context, _: &mut dyn Snapshot) -> Result<Value, OpError> {
        Ok(json!({}))
    }
}

/// Asks for two actions.
#[derive(Debug)]
struct TwoActions;

impl Declared for TwoActions {
    const DECLARATION: Declaration = Declaration {
        resources: Resources::ByCall,
        ..declaration("TwoActions", Product::Ram, Access::Read)
    };

    fn parse(_: &Params<'_>) -> Result<Self, ParamFault> {
        Ok(Self)
    }
}

impl Checked for TwoActions {
    fn checks(&self, _: &Context) -> Result<Vec<Check>, OpError> {
        let check = |action| Check::on(action, vec![Cow::Borrowed("*")]);
        Ok(vec![check("ram:ReadIt"), check("ram:TouchIt")])
    }
}

#[async_trait]
impl Read for TwoActions {
    type Answer = Value;

    async fn run(&self, _: &Context, _: &mut dyn Snapshot) -> Result<Value, OpError> {
        Ok(json!({}))
    }
}

/// Paints a role; who may, its present colour decides.
#[derive(Debug)]
struct Paint {
    name: RoleName,
    colour: String,
}

impl Declared for Paint {
    const DECLARATION: Declaration = Declaration {
        action: "ram:Paint",
        resources: Resources::Loaded,
        ..declaration("Paint", Product::Ram, Access::Write)
    };

    fn parse(params: &Params<'_>) -> Result<Self, ParamFault> {
        Ok(Self {
            name: rampart::ops::params::Param::read(params, "RoleName")?,
            colour: text(params, "Colour"),
        })
    }
}

#[async_trait]
impl Checked for Paint {
    async fn loaded_checks(
        &self,
        cx: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        let role: Option<Role> = snapshot.get_role(&self.name).await?;
        let colour = role.map_or_else(|| "*".to_owned(), |role| role.description);
        let account = cx.caller()?.account;
        let resource = format!("acs:ram:*:{account}:colour/{colour}");
        Ok(vec![Check::on("ram:Paint", vec![resource.into()])])
    }
}

#[async_trait]
impl Write for Paint {
    type Answer = Value;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Value, OpError> {
        let role = tx.get_role(&self.name).await?;
        let mut role = role.ok_or(OpError::NotExist(Entity::Role))?;
        let before = std::mem::replace(&mut role.description, self.colour.clone());
        tx.update_role(&role).await?;
        Ok(json!({"Before": before}))
    }
}
