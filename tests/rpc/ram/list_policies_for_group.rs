//! `ListPoliciesForGroup`.

use crate::attachments::GROUP;
use crate::attachments::list::list_tests;

list_tests!(GROUP);
