//! Passwords: Argon2id, as OWASP recommends it (19 MiB, two passes, one lane).
//!
//! Hashing takes tens of milliseconds and 19 MiB on purpose. It runs on threads for blocking work, at most
//! two at a time: a flood of sign-ins waits and does not take the console's memory.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rand_core::OsRng;
use tokio::sync::Semaphore;

/// Shortest password, in characters.
pub const MIN_CHARS: usize = 10;

/// Longest password, in bytes.
pub const MAX_BYTES: usize = 256;

/// Memory, in KiB.
const MEMORY_KIB: u32 = 19_456;

/// Passes.
const PASSES: u32 = 2;

/// Lanes.
const LANES: u32 = 1;

/// Passwords hashed at a time.
const AT_A_TIME: usize = 2;

/// The hash of a password that was forgotten at once. Who asks for an unknown name waits as long as for a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$EsyeRR8yoKnpecfrPoNRrw$7IK3GeqFjc1i+2myi/BhwFshUNKVHfEpm+H82zrXcq8";

/// Hashes and compares passwords. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

/// The password cannot be hashed: the system is out of memory, or the console goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be worked on just now")]
pub struct PasswordError;

impl Passwords {
    /// The hash to keep of a password, with its salt and parameters.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.run(move || {
            let salt = SaltString::generate(&mut OsRng);
            let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(|_| PasswordError)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one whose hash was kept. Without a hash it takes as long and is wrong.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn is_right(&self, password: String, kept: Option<String>) -> Result<bool, PasswordError> {
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
        self.run(move || {
            let hash = PasswordHash::new(&kept).map_err(|_| PasswordError)?;
            Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok() && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| PasswordError)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        done.await.unwrap_or(Err(PasswordError))
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a password may be used at all: long enough, not endless. Nothing else is asked of it.
pub fn is_usable(password: &str) -> bool {
    password.len() <= MAX_BYTES && password.chars().count() >= MIN_CHARS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_right_and_no_hash_tells_it() {
        let passwords = Passwords::default();
        let word = || "correct horse".to_owned();
        let kept = passwords.hash(word()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, passwords.hash(word()).await.unwrap(), "salted");
        assert!(passwords.is_right(word(), Some(kept.clone())).await.unwrap());
        assert!(!passwords.is_right("correct Horse".to_owned(), Some(kept)).await.unwrap());
        assert!(!passwords.is_right(word(), None).await.unwrap());
        assert_eq!(NOBODY.split('$').nth(3), Some("m=19456,t=2,p=1"), "as slow as anybody's");
    }
}
