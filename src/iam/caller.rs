//! Who calls: what authentication establishes and everything after it relies on.

use std::fmt::{self, Display as _, Write as _};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use crate::credential::token::Claims;
use crate::model::key::Service;
use crate::model::principal::PrincipalId;
use crate::policy::arn::{role_arn, root_arn, service_arn, user_arn};
use crate::policy::ids::{AccessKeyId, AccountId, UserId, UserName};

/// The identity behind a signature.
#[derive(Debug, Clone)]
pub enum Identity {
    /// The account itself.
    Root,
    /// A RAM user.
    User {
        /// Its id.
        id: UserId,
        /// Its name now.
        name: UserName,
    },
    /// A role session.
    Session(Arc<Claims>),
    /// A service of the cloud.
    Service(Arc<Service>),
}

/// A caller whose signature was verified and whose state was checked.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account it belongs to; of a service the system account, whichever it acts for.
    pub account: AccountId,
    /// Who it is within the account.
    pub identity: Identity,
    /// The key that signed.
    pub access_key_id: AccessKeyId,
}

impl Caller {
    /// The caller's ARN as `GetCallerIdentity` tells it.
    pub fn arn(&self) -> String {
        let pieces = match &self.identity {
            Identity::Root => [":root", "", "", ""],
            Identity::User { name, .. } => [":user/", name.as_str(), "", ""],
            Identity::Session(claims) => {
                let (role, session) = (&claims.role_name, &claims.session_name);
                [":assumed-role/", role.as_str(), "/", session.as_str()]
            }
            Identity::Service(service) => return service_arn(&service.name).to_string(),
        };
        // With room for most of them; writing to a string does not fail.
        let mut arn = String::with_capacity(96);
        let _ = write!(arn, "acs:ram::{}", self.account);
        for piece in pieces {
            arn.push_str(piece);
        }
        arn
    }

    /// Shows the ARN of the identity behind the caller (`acs:PrincipalARN`): of a session, its role's.
    pub fn principal_arn(&self) -> impl fmt::Display + '_ {
        fmt::from_fn(|f| match &self.identity {
            Identity::Root => root_arn(self.account).fmt(f),
            Identity::User { name, .. } => user_arn(self.account, name).fmt(f),
            Identity::Session(claims) => role_arn(self.account, &claims.role_name).fmt(f),
            Identity::Service(service) => service_arn(&service.name).fmt(f),
        })
    }

    /// Whose attached policies count; `None` for root, who needs none, and for a service, which has
    /// none.
    pub fn principal_id(&self) -> Option<PrincipalId> {
        match &self.identity {
            Identity::Root | Identity::Service(_) => None,
            Identity::User { id, .. } => Some(PrincipalId::User(*id)),
            Identity::Session(claims) => Some(PrincipalId::Role(claims.role_id)),
        }
    }

    /// `SubUser`, `AssumedRoleUser`, for the account itself `Account`, for a service `Service`.
    pub fn principal_type(&self) -> &'static str {
        match &self.identity {
            Identity::Root => "Account",
            Identity::User { .. } => "SubUser",
            Identity::Session(_) => "AssumedRoleUser",
            Identity::Service(_) => "Service",
        }
    }

    /// The user's id, or `<RoleName>:<RoleSessionName>`, or the account's id, or the service's name.
    pub fn display_name(&self) -> String {
        match &self.identity {
            Identity::Root => self.account.to_string(),
            Identity::User { id, .. } => id.to_string(),
            Identity::Session(claims) => format!("{}:{}", claims.role_name, claims.session_name),
            Identity::Service(service) => service.name.to_string(),
        }
    }

    /// The service that calls, if it is one.
    pub fn service(&self) -> Option<&Arc<Service>> {
        match &self.identity {
            Identity::Service(service) => Some(service),
            _ => None,
        }
    }
}

/// Where a call comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The client's address; an IPv4 address mapped into IPv6 is IPv4 here.
    pub source_ip: IpAddr,
    /// Whether the connection was encrypted.
    pub secure: bool,
}

/// Whom what an address does is counted for: an IPv4 address, mapped or not, or an IPv6 network of 64
/// bits, which is what one customer has.
pub fn peer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
