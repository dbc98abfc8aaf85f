//! `AttachPolicyToRole`.

use crate::attachments::ROLE;
use crate::attachments::attach::attach_tests;

attach_tests!(ROLE);
