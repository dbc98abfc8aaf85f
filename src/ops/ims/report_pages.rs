//! Pages of the credential report as parameters.

use crate::ops::params::{ParamValue, Problem};
use crate::ops::values::{Marker, Within};

/// How many rows a page has: 1 to 3501, and 3501 where nothing is said. Source: the vendor's metadata.
pub(super) type ReportItems = Within<1, 3501>;

/// Rows of a page where nothing is said.
pub(super) const DEFAULT: ReportItems = Within(3501);

/// Where the page before ended, and of which report it was. Opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportToken {
    /// The report's id.
    pub(super) report: u64,
    /// The row that comes next.
    pub(super) next: usize,
}

impl ReportToken {
    pub(super) fn text(self) -> String {
        Marker::after(&format!("{}/{}", self.report, self.next))
    }
}

impl ParamValue for ReportToken {
    fn parse(text: &str) -> Result<Self, Problem> {
        let Marker(text) = Marker::parse(text)?;
        let (report, next) = text.split_once('/').ok_or(Problem::Incorrect)?;
        Ok(Self {
            report: report.parse().map_err(|_| Problem::Incorrect)?,
            next: next.parse().map_err(|_| Problem::Incorrect)?,
        })
    }
}
