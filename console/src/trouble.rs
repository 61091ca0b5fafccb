//! Trouble as a tired person reads it: one line on what happened, one line on what to do.

use std::fmt;

use serde::Serialize;

/// Something went wrong that a person has to know about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// What happened, one line.
    pub what: String,
    /// What to do about it, one line.
    #[serde(rename = "do")]
    pub remedy: String,
}

/// The JSON shape of [`Trouble`], on standard error and in HTTP answers alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TroubleJson<'t> {
    /// The trouble itself.
    pub error: &'t Trouble,
}

impl Trouble {
    /// From the two lines.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }

    /// `{"error": {"what": …, "do": …}}`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&TroubleJson { error: self }).unwrap_or_default()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {}", self.what, self.remedy)
    }
}

impl std::error::Error for Trouble {}
