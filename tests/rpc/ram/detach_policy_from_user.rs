//! `DetachPolicyFromUser`.

use crate::attachments::USER;
use crate::attachments::detach::detach_tests;

detach_tests!(USER);
