//! `AttachPolicyToUser`.

use crate::attachments::USER;
use crate::attachments::attach::attach_tests;

attach_tests!(USER);
