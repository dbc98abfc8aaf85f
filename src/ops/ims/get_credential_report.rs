//! `GetCredentialReport`.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::credential_report;
use crate::ops::error::{Entity, OpError};
use crate::ops::ims::report_pages::{DEFAULT, ReportItems, ReportToken};
use crate::ops::params::Problem;
use crate::ops::shapes::date;
use crate::store::Snapshot;

operation! {
    /// Reads the credential report that was made last, as base64 of CSV; each page has the header.
    GetCredentialReport {
        product: Ims,
        access: Read,
        action: "ram:GetCredentialReport",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {
            /// 1 to 3501; 3501 where nothing is said.
            max_items: Option<ReportItems> = "MaxItems",
            /// Copied from the answer before.
            next_token: Option<ReportToken> = "NextToken",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    content: String,
    generated_time: String,
    /// A text, as the vendor has it.
    is_truncated: &'static str,
    /// Empty at the end.
    next_token: String,
}

#[async_trait]
impl Read for GetCredentialReport {
    type Answer = Got;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let report = credential_report::read(snapshot).await?;
        let report = report.ok_or(OpError::NotExist(Entity::CredentialReport))?;
        let from = match self.next_token {
            Some(token) if token.report == report.id => token.next,
            // Of another report.
            Some(_) => return Err(OpError::param("NextToken", Problem::Incorrect)),
            None => 0,
        };
        let items = self.max_items.unwrap_or(DEFAULT).0;
        let items = usize::try_from(items).unwrap_or(usize::MAX);
        let to = from.saturating_add(items);
        let rows = report.rows.iter().skip(from).take(items);
        let mut content = report.header.clone();
        for row in rows {
            content.push('\n');
            content.push_str(row);
        }
        let is_truncated = to < report.rows.len();
        let next = ReportToken {
            report: report.id,
            next: to,
        };
        Ok(Got {
            content: STANDARD.encode(content),
            generated_time: date(report.generated_at),
            is_truncated: if is_truncated { "true" } else { "false" },
            next_token: if is_truncated {
                next.text()
            } else {
                String::new()
            },
        })
    }
}
