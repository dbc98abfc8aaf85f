//! Secrets at rest: everything secret in the database is sealed under the master key and bound to
//! its row, so that a row cannot be given another row's secret.

use crate::credential::seal::{Aad, Incarnation, MasterKey, Purpose, SealError, Sealer};
use crate::credential::secret::{SecretBytes, SecretText};
use crate::model::key::{AccessKey, KeyOwner, TokenKeyRecord};
use crate::model::login::VirtualMfaDevice;
use crate::policy::ids::AccessKeyId;

/// Where a sealed value is kept, for whoever seals what the database holds anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// What the value is for.
    pub purpose: Purpose,
    /// Its table.
    pub table: &'a str,
    /// The id of its row.
    pub row: &'a str,
    /// Its column.
    pub column: &'a str,
}

/// Seals and opens what the database holds.
#[derive(Debug)]
pub struct Secrets {
    at_rest: Sealer,
    ring: Sealer,
    incarnation: Incarnation,
}

impl Secrets {
    /// Derives the keys of each purpose. `incarnation` names the database: a sealed value of a
    /// copy under another incarnation does not open.
    pub fn new(master: &MasterKey, incarnation: Incarnation) -> Self {
        Self {
            at_rest: Sealer::new(master, Purpose::SecretsAtRest),
            ring: Sealer::new(master, Purpose::TokenRing),
            incarnation,
        }
    }

    /// Which database this is.
    pub fn incarnation(&self) -> &Incarnation {
        &self.incarnation
    }

    /// The sealer of what is kept for that purpose in the database.
    fn sealer(&self, purpose: Purpose) -> Result<&Sealer, SealError> {
        match purpose {
            Purpose::SecretsAtRest => Ok(&self.at_rest),
            Purpose::TokenRing => Ok(&self.ring),
            _ => Err(SealError::Purpose),
        }
    }

    fn aad<'a>(&self, place: Place<'a>) -> Aad<'a> {
        Aad {
            purpose: place.purpose,
            incarnation: self.incarnation,
            table: place.table,
            row: place.row,
            column: place.column,
        }
    }

    /// Seals a value for its place in this database.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal_at(&self, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        self.sealer(place.purpose)?
            .seal(plaintext, &self.aad(place))
    }

    /// Opens a value at its place in this database.
    ///
    /// # Errors
    /// Where it was not sealed under this master key, for this place, in this database.
    pub fn open_at(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretBytes, SealError> {
        self.sealer(place.purpose)?.open(sealed, &self.aad(place))
    }

    /// Opens a value that must be sealed anew: one under the other of two master keys. `None` where
    /// it is sealed under the one that seals.
    ///
    /// # Errors
    /// As [`open_at`](Self::open_at).
    pub fn open_other_at(
        &self,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Option<SecretBytes>, SealError> {
        self.sealer(place.purpose)?
            .open_other(sealed, &self.aad(place))
    }

    /// Whether there are two master keys, of which one is on its way out.
    pub fn is_rotating(&self) -> bool {
        self.at_rest.has_other()
    }

    fn token_key_aad<'a>(&'a self, row: &'a str) -> Aad<'a> {
        Aad {
            purpose: Purpose::TokenRing,
            incarnation: self.incarnation,
            table: "token_keys",
            row,
            column: "sealed_key",
        }
    }

    /// Seals the secret of an access key for its row.
    ///
    /// # Errors
    /// Where the crypto library refuses.
    pub fn seal_access_key(&self, id: &AccessKeyId, secret: &str) -> Result<Vec<u8>, SealError> {
        self.seal_at(key_secret("access_keys", id), secret.as_bytes())
    }

    /// Seals the secret of a service's key for its row.
    ///
    /// # Errors
    /// Where the crypto library refuses.
    pub fn seal_service_key(&self, id: &AccessKeyId, secret: &str) -> Result<Vec<u8>, SealError> {
        self.seal_at(key_secret("service_keys", id), secret.as_bytes())
    }

    /// Opens the secret of an access key, whoever's it is.
    ///
    /// # Errors
    /// Where it was not sealed under this master key, for this row, in this database.
    pub fn open_access_key(&self, key: &AccessKey) -> Result<SecretText, SealError> {
        let table = match key.owner {
            KeyOwner::Root | KeyOwner::User(_) => "access_keys",
            KeyOwner::Service(_) => "service_keys",
        };
        let opened = self.open_at(key_secret(table, &key.id), &key.sealed_secret)?;
        String::from_utf8(opened.expose().clone())
            .map(SecretText::new)
            .map_err(|_| SealError::Corrupt)
    }

    /// Seals the seed of a virtual MFA device for its row.
    ///
    /// # Errors
    /// Where the crypto library refuses.
    pub fn seal_mfa_seed(&self, id: &str, seed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_at(mfa_seed(id), seed)
    }

    /// Opens the seed of a virtual MFA device.
    ///
    /// # Errors
    /// Where it was not sealed under this master key, for this row, in this database.
    pub fn open_mfa_seed(&self, device: &VirtualMfaDevice) -> Result<SecretBytes, SealError> {
        self.open_at(mfa_seed(&device.id), &device.sealed_seed)
    }

    /// Seals a key of the token ring for its row.
    ///
    /// # Errors
    /// Where the crypto library refuses.
    pub fn seal_token_key(&self, id: u32, key: &[u8; 32]) -> Result<Vec<u8>, SealError> {
        self.ring.seal(key, &self.token_key_aad(&id.to_string()))
    }

    /// Whether a key of the token ring is sealed under the other of two master keys.
    ///
    /// # Errors
    /// Where it does not open.
    pub fn is_token_key_under_other(&self, record: &TokenKeyRecord) -> Result<bool, SealError> {
        let row = record.id.to_string();
        let opened = self
            .ring
            .open_other(&record.sealed_key, &self.token_key_aad(&row))?;
        Ok(opened.is_some())
    }

    /// Opens a key of the token ring.
    ///
    /// # Errors
    /// Where it was not sealed under this master key, for this row, in this database.
    pub fn open_token_key(&self, record: &TokenKeyRecord) -> Result<[u8; 32], SealError> {
        let row = record.id.to_string();
        let opened = self
            .ring
            .open(&record.sealed_key, &self.token_key_aad(&row))?;
        opened
            .expose()
            .as_slice()
            .try_into()
            .map_err(|_| SealError::Corrupt)
    }
}

/// Where the secret of a key is kept.
fn key_secret<'a>(table: &'a str, id: &'a AccessKeyId) -> Place<'a> {
    Place {
        purpose: Purpose::SecretsAtRest,
        table,
        row: id.as_str(),
        column: "sealed_secret",
    }
}

/// Where the seed of a virtual MFA device is kept.
fn mfa_seed(id: &str) -> Place<'_> {
    Place {
        purpose: Purpose::SecretsAtRest,
        table: "virtual_mfa_devices",
        row: id,
        column: "sealed_seed",
    }
}
