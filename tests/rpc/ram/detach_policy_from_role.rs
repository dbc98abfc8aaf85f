//! `DetachPolicyFromRole`.

use crate::attachments::ROLE;
use crate::attachments::detach::detach_tests;

detach_tests!(ROLE);
