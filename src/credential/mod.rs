//! Percent-encoding, the two request signatures, the time window and sealed session tokens.
//!
//! Pure: it reads no clock and draws no randomness of its own but what the AEAD draws for its nonce.
