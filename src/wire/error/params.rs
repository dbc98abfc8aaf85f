//! Parameters that are absent, twice, or not what they must be.

use axum::http::StatusCode;

use crate::ops::error::LinkedRoleError;
use crate::ops::params::{ParamFault, Problem};

use super::linked_roles::{linked_role, suffix_chars, task_id, task_id_length};
use super::{Refusal, at, bad, missing, twice};

pub(super) fn param(fault: &ParamFault) -> Refusal {
    let name = fault.name;
    match &fault.problem {
        Problem::Missing => missing(name),
        Problem::Demanded => bad(
            format!("MissingParameter.{name}"),
            format!("Parameter {name} is required."),
        ),
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
        Problem::OutOfRange(from, to) => bad(
            format!("InvalidParameter.{name}.Range"),
            format!("The parameter - \"{name}\" MUST be in the range of {from} and {to}."),
        ),
        Problem::AliasLength => bad(
            format!("InvalidParameter.{name}.Length"),
            format!("The parameter - \"{name}\" MUST be in the range of 3 and 63."),
        ),
        // The vendor's text has one article less than its others.
        Problem::AliasFormat => bad(
            format!("InvalidParameter.{name}.Format"),
            format!("The format of parameter - \"{name}\" is incorrect."),
        ),
        // The vendor has one for both codes.
        Problem::AuthenticationCode => bad(
            "InvalidParameter.AuthenticationCode.Format",
            "The parameter - \"AuthenticationCode\" MUST be 6 numbers.",
        ),
        Problem::SuffixChars => suffix_chars(),
        Problem::SuffixLength => linked_role(LinkedRoleError::SuffixLength),
        Problem::TaskId => task_id(),
        Problem::TaskIdLength => task_id_length(),
        Problem::TooWeak => password(name, "TooWeak", "not compliant with the password policy"),
        Problem::Reused => password(
            name,
            "ReusePrevention",
            "not compliant with the reuse prevention password policy",
        ),
        Problem::WrongPassword => password(name, "Incorrect", "incorrect"),
        Problem::WronglyFormed => bad(
            format!("InvalidParameter.{name}"),
            format!("The parameter {name} is wrongly formed."),
        ),
        Problem::SessionDuration => duration(),
        Problem::SamlDuration => saml_duration(),
        Problem::Document(faults) => bad("MalformedPolicyDocument", document_text(faults)),
        Problem::SessionPolicyGrammar => bad(
            "InvalidParameter.PolicyGrammar",
            "The parameter Policy has not passed grammar check.",
        ),
        Problem::SessionPolicySize => bad(
            "InvalidParameter.PolicySize",
            "The size of Policy must be smaller than 1024 bytes.",
        ),
        // Texts of their own in the two calls that nobody signs.
        Problem::UnsignedPolicyGrammar => bad("InvalidParameter.PolicyGrammar", "Invalid Policy."),
        Problem::UnsignedPolicySize => bad(
            "InvalidParameter.PolicySize",
            "The max size of policy string is 1024.",
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

fn password(name: &str, code: &str, what: &str) -> Refusal {
    bad(
        format!("InvalidParameter.{name}.{code}"),
        format!("The parameter - \"{name}\" is {what}."),
    )
}

/// The vendor's text still says one hour, though the maximum is the role's own.
pub(super) fn duration() -> Refusal {
    bad(
        "InvalidParameter.DurationSeconds",
        "The Min/Max value of DurationSeconds is 15min/1hr.",
    )
}

/// In AssumeRoleWithSAML.
pub(super) fn saml_duration() -> Refusal {
    bad(
        "InvalidParameter.DurationSeconds",
        "The DurationSeconds is invalid.",
    )
}

fn document_text(fault: &str) -> String {
    if fault.is_empty() {
        "The policy document is invalid.".to_owned()
    } else {
        fault.to_owned()
    }
}
