//! `AttachPolicyToGroup`.

use crate::attachments::GROUP;
use crate::attachments::attach::attach_tests;

attach_tests!(GROUP);
