//! `ListPoliciesForUser`.

use crate::attachments::USER;
use crate::attachments::list::list_tests;

list_tests!(USER);
