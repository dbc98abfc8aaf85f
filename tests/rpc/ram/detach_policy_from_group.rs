//! `DetachPolicyFromGroup`.

use crate::attachments::GROUP;
use crate::attachments::detach::detach_tests;

detach_tests!(GROUP);
