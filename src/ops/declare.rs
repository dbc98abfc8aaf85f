//! What an operation declares, and the macro that writes the declaration once.
//!
//! From the declaration come dispatch, authorisation, audit names, metric labels and the docs; there
//! is no second list.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::iam::authz::Check;
use crate::iam::caller::Caller;
use crate::ops::params::{ParamFault, Params};
use crate::ops::values::UserPrincipalName;
use crate::policy::ids::AccountId;

/// A product: a version and a name that errors and audit rows use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// RAM 2015-05-01.
    Ram,
    /// STS 2015-04-01.
    Sts,
    /// IMS 2019-08-15.
    Ims,
    /// ResourceManager 2020-03-31.
    ResourceManager,
    /// Rampart's own, 2026-11-01.
    Rampart,
}

impl Product {
    /// Every product.
    pub const ALL: [Self; 5] = [
        Self::Ram,
        Self::Sts,
        Self::Ims,
        Self::ResourceManager,
        Self::Rampart,
    ];

    /// The version by which requests are routed.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Ram => "2015-05-01",
            Self::Sts => "2015-04-01",
            Self::Ims => "2019-08-15",
            Self::ResourceManager => "2020-03-31",
            Self::Rampart => "2026-11-01",
        }
    }

    /// The vendor's short name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ram => "Ram",
            Self::Sts => "Sts",
            Self::Ims => "Ims",
            Self::ResourceManager => "ResourceManager",
            Self::Rampart => "Rampart",
        }
    }
}

/// What an operation does to stored state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads it.
    Read,
    /// Changes it.
    Write,
    /// Neither: it mints a session.
    Session,
    /// None of these: it tells what is known, and nothing comes of it. The only kind that may be
    /// decided on a stale state where the operator allows that.
    Decision,
}

/// Who may call at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Whoever belongs to an account and signs.
    Signed,
    /// Whoever signs: a service too.
    AnySigned,
    /// A service alone, with its own key.
    Service,
    /// Anyone; what the call carries proves itself.
    Unsigned,
}

impl Auth {
    /// Whether a caller may call at all, and from that address.
    pub fn admits(self, caller: &Caller, address: IpAddr) -> bool {
        match (self, caller.service()) {
            (Self::Signed, service) => service.is_none(),
            (Self::AnySigned | Self::Service, Some(service)) => service.may_call_from(address),
            (Self::AnySigned, None) => true,
            (Self::Service, None) | (Self::Unsigned, _) => false,
        }
    }
}

/// On what the action must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resources {
    /// No permission is asked for.
    None,
    /// Each of these. `{account}` is the caller's account, `{account|system}` that or `system` by
    /// the parameter `PolicyType`, `{Name}` the parameter of that name.
    Of(&'static [&'static str]),
    /// The operation says so itself, from its parameters and the caller.
    ByCall,
    /// Only what is stored tells: the operation reads it first.
    Loaded,
}

/// A parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamDeclaration {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it must be.
    pub doc: &'static str,
}

/// Everything about an operation but what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declaration {
    /// Its name, the vendor's.
    pub name: &'static str,
    /// Its product.
    pub product: Product,
    /// What it does to stored state.
    pub access: Access,
    /// Who may call.
    pub auth: Auth,
    /// The action that must be allowed; empty where none is.
    pub action: &'static str,
    /// On what.
    pub resources: Resources,
    /// Its parameters.
    pub params: &'static [ParamDeclaration],
    /// What it does, in a line.
    pub doc: &'static str,
}

impl Declaration {
    /// `Ram.CreateRole`: the name in audit rows, logs and metrics.
    pub fn qualified_name(&self) -> String {
        format!("{}.{}", self.product.name(), self.name)
    }

    /// The check that the declaration spells out.
    pub fn check(&self, account: AccountId, params: &Params<'_>) -> Vec<Check> {
        match self.resources {
            Resources::Of(templates) => {
                let filled = templates.iter().map(|t| self.fill(t, account, params));
                vec![Check::on(self.action, filled.map(Cow::Owned).collect())]
            }
            Resources::None | Resources::ByCall | Resources::Loaded => Vec::new(),
        }
    }

    /// Fills the places in a template.
    fn fill(&self, template: &str, account: AccountId, params: &Params<'_>) -> String {
        let mut filled = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            match place {
                "account|system" if params.get("PolicyType") == Some("System") => {
                    filled.push_str("system");
                }
                "account" | "account|system" => filled.push_str(&account.to_string()),
                // IMS names users by their logon names, and takes no other name of one.
                "UserName" if self.takes(USER_PRINCIPAL_NAME) => {
                    let named = params.get(USER_PRINCIPAL_NAME).unwrap_or_default();
                    filled.push_str(UserPrincipalName::user_part(named));
                }
                name => filled.push_str(params.get(name).unwrap_or_default()),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn takes(&self, param: &str) -> bool {
        self.params.iter().any(|declared| declared.name == param)
    }
}

/// The parameter by which IMS names users.
const USER_PRINCIPAL_NAME: &str = "UserPrincipalName";

/// An operation with its parameters, parsed.
pub trait Declared: Sized + Send + Sync + 'static {
    /// The declaration.
    const DECLARATION: Declaration;

    /// Parses every parameter; the first fault in the order of the declaration is the answer.
    ///
    /// # Errors
    /// [`ParamFault`].
    fn parse(params: &Params<'_>) -> Result<Self, ParamFault>;
}

/// Declares an operation: its type, its parameters and everything that is derived from them.
///
/// A field's type says whether the parameter is required and how it is checked.
macro_rules! operation {
    (
        $(#[doc = $doc:literal])+
        $name:ident {
            product: $product:ident,
            access: $access:ident,
            $(auth: $auth:ident,)?
            action: $action:literal,
            resources: $resources:ident $(($templates:expr))?,
            $(checks: $checks:ident,)?
            params { $( #[doc = $param_doc:literal] $field:ident: $ty:ty = $wire:literal, )* }
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub struct $name {
            $( #[doc = $param_doc] pub $field: $ty, )*
        }

        impl $crate::ops::declare::Declared for $name {
            const DECLARATION: $crate::ops::declare::Declaration = $crate::ops::declare::Declaration {
                name: stringify!($name),
                product: $crate::ops::declare::Product::$product,
                access: $crate::ops::declare::Access::$access,
                auth: $crate::ops::declare::operation!(@auth $($auth)?),
                action: $action,
                resources: $crate::ops::declare::Resources::$resources $(($templates))?,
                params: &[$( $crate::ops::declare::ParamDeclaration { name: $wire, doc: $param_doc }, )*],
                doc: concat!($($doc),+),
            };

            fn parse(
                params: &$crate::ops::params::Params<'_>,
            ) -> Result<Self, $crate::ops::params::ParamFault> {
                // An operation without parameters does not look at them.
                let _ = params;
                Ok(Self { $( $field: $crate::ops::params::Param::read(params, $wire)?, )* })
            }
        }

        $crate::ops::declare::operation!(@checks $name $($checks)?);
    };
    // With `checks: own` the operation writes its own `Checked`; else the declaration says it all.
    (@checks $name:ident own) => {};
    (@checks $name:ident) => {
        impl $crate::ops::call::Checked for $name {}
    };
    (@auth) => { $crate::ops::declare::Auth::Signed };
    (@auth $auth:ident) => { $crate::ops::declare::Auth::$auth };
}
pub(crate) use operation;
