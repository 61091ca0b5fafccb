//! Long-lived keys: the support team's identity, and the key an agent makes for one case. Both Ed25519 (RFC 8032).

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use minicbor::{Decode, Encode};
use rand_core::{CryptoRng, RngCore};

use crate::keys;

/// Length of secret and public keys, in bytes.
pub const KEY_BYTES: usize = 32;

/// Length of a signature, in bytes.
pub const SIGNATURE_BYTES: usize = 64;

/// A secret signing key. `Debug` hides it; dropping it erases it from memory.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

/// The support team's identity, shared by all its console nodes. Agents pin its public half, never a certificate.
pub type TeamIdentity = SecretKey;

/// The key an agent makes for one case.
pub type CaseKey = SecretKey;

impl SecretKey {
    /// A new key.
    pub fn generate(rng: &mut (impl CryptoRng + RngCore)) -> Self {
        Self(SigningKey::generate(rng))
    }

    /// The key of these 32 secret bytes.
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(SigningKey::from_bytes(bytes))
    }

    /// The 32 secret bytes, to keep in a file only its owner reads.
    pub fn to_bytes(&self) -> [u8; KEY_BYTES] {
        self.0.to_bytes()
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    pub(crate) fn sign(&self, parts: &[&[u8]]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(&keys::hash(parts)).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public())
    }
}

/// A public key. Shown as its fingerprint: the first 16 bytes of its hash in groups of four hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct PublicKey(#[cbor(n(0), with = "minicbor::bytes")] [u8; KEY_BYTES]);

/// The public half of a [`TeamIdentity`].
pub type TeamPublic = PublicKey;

impl PublicKey {
    /// The key of these bytes; whether they are a valid point shows at the first verification.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    pub(crate) fn verify(&self, parts: &[&[u8]], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify(&keys::hash(parts), &Signature::from_bytes(signature)).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, pair) in keys::hash(&[b"hotliner fingerprint", &self.0])[..16].chunks(2).enumerate() {
            let dash = if i == 0 { "" } else { "-" };
            write!(f, "{dash}{:02x}{:02x}", pair[0], pair[1])?;
        }
        Ok(())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}
