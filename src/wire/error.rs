//! The error catalogue: every refusal with its code, status and text. Only this file knows status
//! codes. Texts are the vendor's where it has one; `docs/compatibility.md` lists those that are ours.

use axum::http::StatusCode;

use crate::credential::verify::RequestError;
use crate::iam::authn::AuthnError;
use crate::iam::authz::Denial;
use crate::iam::sessions::SessionError;
use crate::ops::declare::Product;
use crate::ops::error::{Conflict, Entity, OpError};
use crate::ops::params::{ParamFault, Problem};
use crate::policy::flow::Step;
use crate::store::StoreError;
use crate::wire::envelope::AccessDeniedDetail;

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

/// Beyond this many bytes our own string is not echoed whole: it would amplify.
const ECHO_LIMIT: usize = 128 * 1024;

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
            Self::BodyHash(_) | Self::Op(OpError::Denied(_)) => true,
            Self::Op(OpError::Session(error)) => {
                matches!(error, SessionError::Denied(_) | SessionError::RootCaller)
            }
            _ => false,
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
            Self::Op(error) => op(error, product),
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

fn request(error: &RequestError) -> Refusal {
    match error {
        RequestError::Encoding(_) | RequestError::Json => {
            bad("InvalidParameter.Encoding", ENCODING)
        }
        RequestError::TooMany => bad("InvalidParameter", "The request has too many parameters."),
        RequestError::Duplicate(name) | RequestError::RepeatedHeader(name) => twice(name),
        RequestError::Missing(name) => missing(name),
        RequestError::UnsupportedMethod => bad(
            "InvalidSignatureMethod",
            "Specified signature method is not valid.",
        ),
        RequestError::Incomplete(_) | RequestError::MixedCredentials => {
            bad("IncompleteSignature", INCOMPLETE)
        }
        RequestError::ContentType => bad(
            "InvalidContentType",
            "The content type of the request body is not known, or not signed.",
        ),
    }
}

fn mismatch(strings: &Strings) -> Refusal {
    let echo = |text: &str| {
        let mut end = text.len().min(ECHO_LIMIT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.get(..end).unwrap_or_default().to_owned()
    };
    let string_to_sign = echo(&strings.string_to_sign);
    let message = match &strings.canonical_request {
        // Clients compare what follows the colon with their own string, byte for byte.
        None => format!(
            "Specified signature is not matched with our calculation. \
             server string to sign is:{string_to_sign}"
        ),
        Some(canonical) => format!(
            "Specified signature does not match our calculation. server StringToSign is \
             [{string_to_sign}] server CanonicalRequest is [{}]",
            echo(canonical)
        ),
    };
    bad("SignatureDoesNotMatch", message)
}

fn authn(error: AuthnError, strings: &Strings) -> Refusal {
    match error {
        AuthnError::KeyNotFound => at(
            StatusCode::NOT_FOUND,
            "InvalidAccessKeyId.NotFound",
            "Specified access key is not found.",
        ),
        AuthnError::KeyInactive => bad(
            "InvalidAccessKeyId.Inactive",
            "Specified access key is disabled.",
        ),
        AuthnError::TokenMissing => bad(
            "MissingSecurityToken",
            "SecurityToken is mandatory for this action.",
        ),
        AuthnError::TokenMalformed => bad(
            "InvalidSecurityToken.Malformed",
            "Specified SecurityToken is malformed.",
        ),
        AuthnError::TokenMismatch => bad(
            "InvalidSecurityToken.MismatchWithAccessKey",
            "Specified SecurityToken mismatch with the AccessKey.",
        ),
        AuthnError::TokenExpired => bad(
            "InvalidSecurityToken.Expired",
            "Specified SecurityToken is expired.",
        ),
        AuthnError::TimeFormat => bad(
            "InvalidTimeStamp.Format",
            "Specified time stamp or date value is not well formatted.",
        ),
        AuthnError::TimeExpired => bad(
            "InvalidTimeStamp.Expired",
            "Specified time stamp or date value is expired.",
        ),
        AuthnError::SignatureMalformed => bad("IncompleteSignature", INCOMPLETE),
        AuthnError::SignatureMismatch => mismatch(strings),
        AuthnError::NonceUsed => bad(
            "SignatureNonceUsed",
            "Specified signature nonce was used already.",
        ),
        AuthnError::Unavailable => unavailable(),
    }
}

fn op(error: &OpError, product: Option<Product>) -> Refusal {
    match error {
        OpError::Param(fault) => param(fault),
        OpError::NotExist(entity) => not_exist(*entity),
        OpError::AlreadyExists(entity) => already_exists(*entity),
        OpError::DeleteConflict(conflict) => delete_conflict(*conflict),
        OpError::LimitExceeded(entity) => limit_exceeded(*entity),
        OpError::NotEnforceable => bad(
            "MalformedPolicyDocument",
            "The policy document is invalid. Conditions are not supported by this release.",
        ),
        OpError::Denied(denial) => denied(denial, product),
        OpError::Session(error) => session(error, product),
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

fn param(fault: &ParamFault) -> Refusal {
    let name = fault.name;
    match &fault.problem {
        Problem::Missing => missing(name),
        Problem::Type => bad(
            format!("Invalid{name}"),
            format!("Specified parameter {name} is not valid."),
        ),
        Problem::Twice => twice(name),
        Problem::Length => bad(
            format!("InvalidParameter.{name}.Length"),
            format!("The parameter - \"{name}\" beyond the length limit."),
        ),
        Problem::InvalidChars => bad(
            format!("InvalidParameter.{name}.InvalidChars"),
            format!("The parameter - \"{name}\" contains invalid chars."),
        ),
        Problem::Format => bad(
            format!("InvalidParameter.{name}.Format"),
            format!("The format of the parameter - \"{name}\" is incorrect."),
        ),
        Problem::Incorrect => bad(
            format!("InvalidParameter.{name}"),
            format!("The parameter - \"{name}\" is incorrect."),
        ),
        // Both names of the parameter share one code.
        Problem::Range(from, to) => {
            let name = name.strip_prefix("New").unwrap_or(name);
            bad(
                format!("InvalidParameter.{name}"),
                format!("The parameter - \"{name}\" MUST be in the range of {from} and {to}."),
            )
        }
        Problem::WronglyFormed => bad(
            format!("InvalidParameter.{name}"),
            format!("The parameter {name} is wrongly formed."),
        ),
        Problem::SessionDuration => duration(),
        Problem::Document(faults) => bad("MalformedPolicyDocument", document_text(faults)),
        Problem::SessionPolicyGrammar => bad(
            "InvalidParameter.PolicyGrammar",
            "The parameter Policy has not passed grammar check.",
        ),
        Problem::SessionPolicySize => bad(
            "InvalidParameter.PolicySize",
            "The size of Policy must be smaller than 1024 bytes.",
        ),
        Problem::TagKey => bad(
            "InvalidParameter.TagKey",
            "The parameter - \"TagKey\" is incorrect.",
        ),
        Problem::TagValue => bad(
            "InvalidParameter.TagValue",
            "The parameter - \"TagValue\" is incorrect.",
        ),
        Problem::TagTwice => bad(
            "Duplicate.TagKey",
            "The parameter - \"TagKey\" is duplicated.",
        ),
        Problem::TooManyTags => at(
            StatusCode::CONFLICT,
            "LimitExceeded.Tag",
            "The count of tags beyond the current limits.",
        ),
    }
}

/// The vendor's text still says one hour, though the maximum is the role's own.
fn duration() -> Refusal {
    bad(
        "InvalidParameter.DurationSeconds",
        "The Min/Max value of DurationSeconds is 15min/1hr.",
    )
}

fn document_text(fault: &str) -> String {
    if fault.is_empty() {
        "The policy document is invalid.".to_owned()
    } else {
        fault.to_owned()
    }
}

fn not_exist(entity: Entity) -> Refusal {
    let (code, message) = match entity {
        Entity::User => ("EntityNotExist.User", "The user does not exist."),
        Entity::AccessKey => (
            "EntityNotExist.User.AccessKey",
            "The user access key does not exist.",
        ),
        Entity::Role => ("EntityNotExist.Role", "The role does not exist."),
        Entity::Policy => ("EntityNotExist.Policy", "The policy does not exist."),
        Entity::PolicyVersion => (
            "EntityNotExist.Policy.Version",
            "The policy version does not exist.",
        ),
        Entity::UserPolicy => (
            "EntityNotExist.User.Policy",
            "The indicate policy of the user does not exist.",
        ),
        Entity::RolePolicy => (
            "EntityNotExist.Role.Policy",
            "The indicate policy attached to the role does not exist.",
        ),
    };
    at(StatusCode::NOT_FOUND, code, message)
}

fn already_exists(entity: Entity) -> Refusal {
    let (code, message) = match entity {
        Entity::User => ("EntityAlreadyExists.User", "The user does already EXIST."),
        Entity::AccessKey => (
            "EntityAlreadyExists.User.AccessKey",
            "The user access key does already EXIST.",
        ),
        Entity::Role => ("EntityAlreadyExists.Role", "The role does already EXIST."),
        Entity::Policy => (
            "EntityAlreadyExists.Policy",
            "The policy does already EXIST.",
        ),
        Entity::PolicyVersion => (
            "EntityAlreadyExists.Policy.Version",
            "The policy version does already EXIST.",
        ),
        Entity::UserPolicy => (
            "EntityAlreadyExists.User.Policy",
            "The user has already been attached this policy.",
        ),
        Entity::RolePolicy => (
            "EntityAlreadyExists.Role.Policy",
            "The role has already been attached this policy.",
        ),
    };
    at(StatusCode::CONFLICT, code, message)
}

fn delete_conflict(conflict: Conflict) -> Refusal {
    let (code, message) = match conflict {
        Conflict::UserHasAccessKeys => (
            "DeleteConflict.User.AccessKey",
            "The user CAN NOT has any access key while deleting the user.",
        ),
        Conflict::UserHasPolicies => (
            "DeleteConflict.User.Policy",
            "The user CAN NOT has any attached policy while deleting the user.",
        ),
        Conflict::RoleHasPolicies => (
            "DeleteConflict.Role.Policy",
            "The role CAN NOT has any attached policy while deleting the role.",
        ),
        Conflict::PolicyOfUser => (
            "DeleteConflict.Policy.User",
            "The policy CAN NOT been attached to any user while deleting the policy.",
        ),
        Conflict::PolicyOfRole => (
            "DeleteConflict.Policy.Role",
            "The policy CAN NOT been attached to any role while deleting the policy.",
        ),
        Conflict::PolicyHasVersions => (
            "DeleteConflict.Policy.Version",
            "The policy CAN NOT has any version except the default version.",
        ),
        Conflict::DefaultVersion => (
            "DeleteConflict.Policy.Version.Default",
            "The default policy version CAN NOT been deleted directly.",
        ),
    };
    at(StatusCode::CONFLICT, code, message)
}

fn limit_exceeded(entity: Entity) -> Refusal {
    let (code, message) = match entity {
        Entity::User => (
            "LimitExceeded.User",
            "The count of users beyond the current limits.",
        ),
        Entity::AccessKey => (
            "LimitExceeded.User.AccessKey",
            "The access key count of the user access keys beyond the current limits.",
        ),
        Entity::Role => (
            "LimitExceeded.Role",
            "The count of roles beyond the current limits.",
        ),
        Entity::Policy => (
            "LimitExceeded.Policy",
            "The count of policy beyond the current limits.",
        ),
        Entity::PolicyVersion => (
            "LimitExceeded.Policy.Version",
            "The count of policy version beyond the current limits.",
        ),
        Entity::UserPolicy => (
            "LimitExceeded.User.Policy",
            "The policy count of the user attached policies beyond the current limits.",
        ),
        Entity::RolePolicy => (
            "LimitExceeded.Role.Policy",
            "The count of policies attached to the role beyond the current limits.",
        ),
    };
    at(StatusCode::CONFLICT, code, message)
}

fn denied(denial: &Denial, product: Option<Product>) -> Refusal {
    let message = match product {
        Some(Product::Sts) => STS_DENIED.to_owned(),
        _ => format!(
            "You are not authorized to do this action. Resource: {} Action: {}",
            denial.resource, denial.action
        ),
    };
    let policy_type = match denial.step {
        Step::SessionPolicy => "SessionPolicy",
        Step::IdentityPolicy => "AccountLevelIdentityBasedPolicy",
        Step::TrustPolicy => "AssumeRolePolicy",
    };
    Refusal {
        detail: Some(AccessDeniedDetail {
            auth_action: denial.action.to_owned(),
            auth_principal_type: denial.principal_type.to_owned(),
            auth_principal_display_name: denial.principal.clone(),
            auth_principal_owner_id: denial.owner.clone(),
            no_permission_type: if denial.explicit {
                "ExplicitDeny"
            } else {
                "ImplicitDeny"
            }
            .to_owned(),
            policy_type: policy_type.to_owned(),
        }),
        ..at(StatusCode::FORBIDDEN, "NoPermission", message)
    }
}

const STS_DENIED: &str =
    "You are not authorized to do this action. You should be authorized by RAM.";

fn session(error: &SessionError, product: Option<Product>) -> Refusal {
    match error {
        SessionError::RootCaller => at(
            StatusCode::FORBIDDEN,
            "NoPermission",
            "Roles may not be assumed by root accounts.",
        ),
        SessionError::Denied(denial) => denied(denial, Some(Product::Sts)),
        SessionError::RoleNotFound => at(
            StatusCode::NOT_FOUND,
            "EntityNotExist.Role",
            "The specified Role not exists.",
        ),
        SessionError::Duration => duration(),
        SessionError::SourceIdentity => bad(
            "InvalidParameter.SourceIdentity",
            "The parameter SourceIdentity is wrongly formed.",
        ),
        SessionError::Store(error) => store(error, product),
        SessionError::Seal(_) => internal(product),
    }
}
