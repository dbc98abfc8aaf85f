//! `rampart key`: the master key's making and its rotation, the rotation of the keys that seal session tokens, and the
//! adoption of a database that was copied or restored.

use std::process::ExitCode;

use zeroize::Zeroizing;

use super::operate::{AdoptArgs, RotateArgs, RotateMasterArgs};
use crate::credential::seal::MasterKey;
use crate::ports::{Entropy as _, SystemEntropy};

#[derive(Debug, clap::Subcommand)]
pub(super) enum KeyCommand {
    /// Print a new master key: 32 random bytes in base64. Keep it in a file of mode 0600.
    Generate,
    /// Publish a new key that seals session tokens; tokens in use stay good until they expire.
    Rotate(Box<RotateArgs>),
    /// Seal everything in the database under a new master key, while servers serve.
    ///
    /// Every server must have both keys: the new one as --master-key-file, the old one as
    /// --other-master-key-file. docs/operations-guide.md has the order of steps.
    RotateMaster(Box<RotateMasterArgs>),
    /// Make a database that was copied, restored or moved one that can be started on.
    ///
    /// Stop every server on it first.
    AdoptDatabase(Box<AdoptArgs>),
}

impl KeyCommand {
    pub(super) fn run(self) -> ExitCode {
        match self {
            Self::Generate => {
                let mut bytes = Zeroizing::new([0; 32]);
                SystemEntropy::default().fill(&mut *bytes);
                println!("{}", MasterKey::generate(*bytes).to_base64().expose());
                ExitCode::SUCCESS
            }
            Self::Rotate(arguments) => arguments.run(),
            Self::RotateMaster(arguments) => arguments.run(),
            Self::AdoptDatabase(arguments) => arguments.run(),
        }
    }
}
