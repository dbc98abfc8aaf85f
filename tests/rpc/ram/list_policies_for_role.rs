//! `ListPoliciesForRole`.

use crate::attachments::ROLE;
use crate::attachments::list::list_tests;

list_tests!(ROLE);
