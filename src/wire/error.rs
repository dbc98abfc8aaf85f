//! The error catalogue: every refusal with its code, status and text. Only this module knows status
//! codes. Texts are the vendor's where it has one; `docs/compatibility.md` lists those that are ours.
//!
//! Here is what can go wrong and where each fault finds its row; the rows lie in the files beside.

mod caller;
mod entities;
mod federation;
mod linked_roles;
mod params;
mod resource_manager;

use axum::http::StatusCode;

use crate::credential::verify::RequestError;
use crate::iam::authn::AuthnError;
use crate::iam::authz::Denial;
use crate::iam::sessions::SessionError;
use crate::ops::declare::Product;
use crate::ops::error::OpError;
use crate::ops::params::Problem;
use crate::store::StoreError;
use crate::wire::envelope::AccessDeniedDetail;

use caller::{authn, denied, diagnosis, mismatch, request, session};
use federation::federation;

use entities::{already_exists, delete_conflict, limit_exceeded, not_exist};
use linked_roles::linked_role;
use params::param;

/// What a refused call is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The vendor's code.
    pub code: String,
    /// The HTTP status.
    pub status: StatusCode,
    /// The text.
    pub message: String,
    /// For denials: why.
    pub detail: Option<AccessDeniedDetail>,
    /// When to try again, in seconds.
    pub retry_after: Option<u32>,
}

/// Everything that can go wrong between the socket and the answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Neither GET nor POST.
    #[error("the method is not supported")]
    Method,
    /// No API at this path.
    #[error("no API at this path")]
    Path,
    /// The body is larger than this many bytes.
    #[error("the body is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// The body did not come in time.
    #[error("the body did not come in time")]
    BodyTooSlow,
    /// The connection broke while the body was read.
    #[error("the body could not be read")]
    BodyBroken,
    /// The request could not be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// U+0000 in a parameter.
    #[error("a parameter holds U+0000")]
    Nul,
    /// The parameter `Format`.
    #[error("the format is unknown")]
    Format,
    /// The version is none of a product.
    #[error("the version is unknown")]
    Version,
    /// The product has no such operation.
    #[error("the action is unknown")]
    Action,
    /// A common parameter is not what it must be.
    #[error("the common parameter `{0}` is not valid")]
    Common(&'static str),
    /// A common parameter is absent.
    #[error("the common parameter `{0}` is missing")]
    Missing(&'static str),
    /// An unsigned operation came with credentials.
    #[error("an unsigned operation came with credentials")]
    Credentials,
    /// The body is not the one whose hash was signed.
    #[error("the body does not have the signed hash")]
    BodyHash(Box<Strings>),
    /// The caller was not established.
    #[error("{0}")]
    Authn(AuthnError, Box<Strings>),
    /// The operation.
    #[error(transparent)]
    Op(#[from] OpError),
    /// The task that ran the call is gone.
    #[error("the call was lost")]
    Lost,
}

/// Our own strings to sign, for the answer to a signature that does not match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strings {
    /// The string to sign.
    pub string_to_sign: String,
    /// The canonical request, for ACS3.
    pub canonical_request: Option<String>,
}

impl Fault {
    /// Whether the answer is JSON whatever the request asked for: its parameters were not read.
    pub fn is_unread(&self) -> bool {
        matches!(
            self,
            Self::Method
                | Self::Path
                | Self::BodyTooLarge(_)
                | Self::BodyTooSlow
                | Self::BodyBroken
                | Self::Nul
                | Self::Format
                | Self::Request(
                    RequestError::Encoding(_)
                        | RequestError::Json
                        | RequestError::TooMany
                        | RequestError::Duplicate(_)
                        | RequestError::RepeatedHeader(_)
                        | RequestError::ContentType
                )
        )
    }

    /// Whether the refusal says that a caller is not whom he claims to be, or may not.
    pub fn is_refused_caller(&self) -> bool {
        match self {
            Self::Authn(error, _) => *error != AuthnError::Unavailable,
            Self::BodyHash(_)
            | Self::Op(OpError::Denied(_) | OpError::AuthenticationCode | OpError::NotForCaller) => {
                true
            }
            Self::Op(OpError::Param(fault)) => fault.problem == Problem::WrongPassword,
            Self::Op(OpError::Session(error)) => {
                use SessionError::{ChainEnded, Denied, RootCaller};
                matches!(error, Denied(_) | RootCaller | ChainEnded)
            }
            Self::Op(OpError::Federation(error)) => error.is_refused_caller(),
            _ => false,
        }
    }

    /// The denial behind it, if it is one.
    pub fn denial(&self) -> Option<&Denial> {
        match self {
            Self::Op(OpError::Denied(denial) | OpError::Session(SessionError::Denied(denial))) => {
                Some(denial)
            }
            _ => None,
        }
    }

    /// The answer's code, status and text.
    pub fn refusal(&self, product: Option<Product>) -> Refusal {
        match self {
            Self::Method => bad(
                "UnsupportedHTTPMethod",
                "This http method is not supported.",
            ),
            Self::Path => at(
                StatusCode::NOT_FOUND,
                "InvalidApi.NotFound",
                "Specified api is not found, please check your url and method.",
            ),
            Self::BodyTooLarge(limit) => at(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                format!("The request body exceeds the limit of {limit} bytes."),
            ),
            Self::BodyTooSlow => at(
                StatusCode::REQUEST_TIMEOUT,
                "RequestTimeout",
                "The request body was not received in time.",
            ),
            Self::BodyBroken | Self::Nul => bad("InvalidParameter.Encoding", ENCODING),
            Self::Request(error) => request(error),
            Self::Format => bad(
                "InvalidParameter.Format",
                "Specified parameter format is not valid.",
            ),
            Self::Version => bad(
                "InvalidVersion",
                "Specified parameter Version is not valid.",
            ),
            Self::Action => at(
                StatusCode::NOT_FOUND,
                "InvalidAction.NotFound",
                "Specified api is not found, please check your url and method.",
            ),
            Self::Common(name) => bad(
                format!("Invalid{name}"),
                format!("Specified parameter {name} is not valid."),
            ),
            Self::Missing(name) => missing(name),
            Self::Credentials => bad("IncompleteSignature", INCOMPLETE),
            Self::BodyHash(strings) => mismatch(strings),
            Self::Authn(error, strings) => authn(*error, strings),
            Self::Op(error) => match product {
                Some(Product::ResourceManager) => resource_manager::reworded(op(error, product)),
                _ => op(error, product),
            },
            Self::Lost => internal(product),
        }
    }
}

const ENCODING: &str =
    "The request parameters are not valid UTF-8 or not correctly percent-encoded.";
const INCOMPLETE: &str = "The request signature does not conform to Aliyun standards.";

fn at(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Refusal {
    Refusal {
        code: code.into(),
        status,
        message: message.into(),
        detail: None,
        retry_after: None,
    }
}

fn bad(code: impl Into<String>, message: impl Into<String>) -> Refusal {
    at(StatusCode::BAD_REQUEST, code, message)
}

fn missing(name: &str) -> Refusal {
    bad(
        format!("Missing{name}"),
        format!("{name} is mandatory for this action."),
    )
}

fn twice(name: &str) -> Refusal {
    bad(
        "InvalidParameter.Duplicate",
        format!("The parameter \"{name}\" is specified more than once."),
    )
}

fn unavailable() -> Refusal {
    Refusal {
        retry_after: Some(1),
        ..at(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
            "The request has failed due to a temporary failure of the server.",
        )
    }
}

fn internal(product: Option<Product>) -> Refusal {
    let message = match product {
        Some(Product::Sts) => "STS Server Internal Error happened.",
        Some(_) => "An internal error occurred.",
        None => {
            "The request processing has failed due to some unknown error, exception or failure."
        }
    };
    at(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
}

fn op(error: &OpError, product: Option<Product>) -> Refusal {
    match error {
        OpError::Param(fault) => param(fault),
        OpError::NotExist(entity) => not_exist(*entity),
        OpError::AlreadyExists(entity) => already_exists(*entity),
        OpError::DeleteConflict(conflict) => delete_conflict(*conflict),
        OpError::LimitExceeded(entity) => limit_exceeded(*entity),
        OpError::NoResourceGroup => at(
            StatusCode::NOT_FOUND,
            "EntityNotExists.ResourceGroup",
            "The resource group does not exist.",
        ),
        OpError::LinkedRole(error) => linked_role(*error),
        OpError::NotForCaller => at(
            StatusCode::FORBIDDEN,
            "NoPermission",
            "You are not authorized to do this action.",
        ),
        OpError::OnlyUsers => bad(
            "NotSupport.Account",
            "This method can be only invoked by sub user.",
        ),
        // The vendor's spelling.
        OpError::AuthenticationCode => at(
            StatusCode::FORBIDDEN,
            "CheckAuthenticationCodeFail",
            "The parameter - \"AuthenticationCode\" is inccorrect.",
        ),
        OpError::Denied(denial) => denied(denial, product),
        OpError::Diagnosis(error) => diagnosis(*error),
        OpError::Session(error) => session(error, product),
        OpError::Federation(error) => federation(error, product),
        OpError::Store(error) => store(error, product),
        OpError::Internal(_) => internal(product),
    }
}

fn store(error: &StoreError, product: Option<Product>) -> Refusal {
    match error {
        StoreError::Unavailable(_) | StoreError::Conflict => unavailable(),
        StoreError::NotFound
        | StoreError::AlreadyExists
        | StoreError::Corrupt { .. }
        | StoreError::Internal(_) => internal(product),
    }
}
