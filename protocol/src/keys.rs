//! Key schedule shared by pairing and resume: HKDF-SHA256 (RFC 5869) and HMAC-SHA256 (RFC 2104).

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Length of every key, proof and nonce here, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// A key, proof, nonce or hash.
pub(crate) type Key = [u8; KEY_LEN];

/// The key for one purpose, from shared secret `secret` and public `salt`.
pub(crate) fn derive(secret: &[u8], salt: &[u8], purpose: &str) -> Key {
    let mut key = [0; KEY_LEN];
    let expanded = Hkdf::<Sha256>::new(Some(salt), secret).expand(purpose.as_bytes(), &mut key);
    debug_assert!(expanded.is_ok(), "32 bytes is a valid HKDF length");
    key
}

/// HMAC over `parts`, each preceded by its length so that no two different lists give the same input.
pub(crate) fn prove(key: &Key, parts: &[&[u8]]) -> Key {
    // HMAC pads a short key with zeros to the block size; done here because that constructor cannot fail.
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..KEY_LEN].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new(&block);
    for part in parts {
        mac.update(&length(part));
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// SHA-256 over `parts`, each preceded by its length.
pub(crate) fn hash(parts: &[&[u8]]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(length(part));
        hash.update(part);
    }
    hash.finalize().into()
}

/// Whether two proofs are equal, in a time that does not depend on where they differ.
pub(crate) fn equal(a: &Key, b: &Key) -> bool {
    a.ct_eq(b).into()
}

/// A fresh random nonce.
pub(crate) fn nonce(rng: &mut (impl CryptoRng + RngCore)) -> Key {
    let mut nonce = [0; KEY_LEN];
    rng.fill_bytes(&mut nonce);
    nonce
}

fn length(part: &[u8]) -> [u8; 8] {
    (part.len() as u64).to_be_bytes()
}
