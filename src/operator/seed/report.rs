//! What a run of the seed did or would do, one line per step. No line holds a secret or a document.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::policy::ids::AccountId;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Makes what is not there.
    Create,
    /// Writes what differs.
    Update,
    /// Removes what the file does not name.
    Delete,
    /// Attaches a policy.
    Attach,
    /// Detaches a policy that the file does not name.
    Detach,
    /// Lets an inactive key sign again.
    Activate,
    /// Gives a key the file's secret.
    ReplaceSecret,
    /// Notes that an entity is as in the file, so that later changes to it can be told apart.
    Adopt,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Attach => "attach",
            Self::Detach => "detach",
            Self::Activate => "activate",
            Self::ReplaceSecret => "replace the secret of",
            Self::Adopt => "adopt",
        })
    }
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A dry run: it would be done.
    Planned,
    /// It was done.
    Applied,
    /// It was left, and that is in order.
    Skipped,
    /// It cannot be done as the file has it.
    Impossible,
}

/// One step. Shown as `create user alice`, or `skipped: user bob was removed; …`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The account it is about.
    pub account: AccountId,
    /// What became of it.
    pub outcome: Outcome,
    /// What it does.
    pub action: Action,
    /// What it is about, as `user alice` or `Custom/read-logs to role ci`.
    pub subject: String,
    /// Which fields, or why it was left; empty where there is nothing to add.
    pub detail: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            action,
            subject,
            detail,
            ..
        } = self;
        match self.outcome {
            Outcome::Skipped => write!(f, "skipped: {subject} {detail}"),
            Outcome::Impossible => write!(f, "impossible: {subject} {detail}"),
            _ if detail.is_empty() => write!(f, "{action} {subject}"),
            _ => write!(f, "{action} {subject}: {detail}"),
        }
    }
}

/// What a run did, account by account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Every step, in order.
    pub steps: Vec<Line>,
}

impl Report {
    fn count(&self, outcomes: &[Outcome]) -> usize {
        self.steps
            .iter()
            .filter(|line| outcomes.contains(&line.outcome))
            .count()
    }

    /// How many steps were done, or in a dry run would be.
    pub fn changes(&self) -> usize {
        self.count(&[Outcome::Planned, Outcome::Applied])
    }

    /// How many steps cannot be done as the file has them.
    pub fn impossible(&self) -> usize {
        self.count(&[Outcome::Impossible])
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut account = None;
        for line in &self.steps {
            if account != Some(line.account) {
                account = Some(line.account);
                writeln!(f, "account {}", line.account)?;
            }
            writeln!(f, "  {line}")?;
        }
        match self.changes() {
            1 => f.write_str("1 change"),
            changes => write!(f, "{changes} changes"),
        }?;
        for (outcome, word) in [
            (Outcome::Skipped, "skipped"),
            (Outcome::Impossible, "impossible"),
        ] {
            match self.count(&[outcome]) {
                0 => {}
                count => write!(f, ", {count} {word}")?,
            }
        }
        Ok(())
    }
}
