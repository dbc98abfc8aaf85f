//! Resource patterns (policy-language §4).

use super::wildcard::{covers, covers_ignoring_case};

/// The five parts: split at the first four colons, the fifth keeps any further one.
fn parts(text: &str) -> Option<[&str; 5]> {
    let parts: Vec<&str> = text.splitn(5, ':').collect();
    parts.try_into().ok()
}

/// Whether the text may stand as an entry of Resource or NotResource.
pub(crate) fn is_pattern(text: &str) -> bool {
    if text == "*" {
        return true;
    }
    // Reading: the first part is `acs` as written; `ACS` is another one.
    parts(text).is_some_and(|[acs, service, _, _, relative]| {
        acs == "acs" && !service.is_empty() && !relative.is_empty()
    })
}

/// Whether a sound pattern covers the resource that a request names.
pub(crate) fn matches(pattern: &str, resource: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    // "Calls without resource-level checks are checked against `*`; only the pattern `*` matches."
    // Reading: so is every text that is not an ARN.
    let (Some(pattern), Some(resource)) = (parts(pattern), parts(resource)) else {
        return false;
    };
    if resource[0] != "acs" {
        return false;
    }
    // Reading: the request's service part tells whether this is a RAM ARN, in any case of its letters.
    let ram = resource[1].eq_ignore_ascii_case("ram");
    let covers = |pattern: &str, text: &str| {
        if ram {
            covers_ignoring_case(pattern, text)
        } else {
            covers(pattern, text)
        }
    };
    // In a request an empty region and `*` mean the same, that the service has none: a pattern's region
    // that covers nothing at all matches both, and no other does. Reading: this holds for every
    // service, since the request's region alone says that the service is global.
    let region = if resource[2] == "*" { "" } else { resource[2] };
    covers(pattern[1], resource[1])
        && covers(pattern[2], region)
        && covers(pattern[3], resource[3])
        && covers(pattern[4], resource[4])
}
