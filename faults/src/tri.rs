//! Four-valued evidence. What is missing is never taken for "no".

/// What is known of a piece of evidence, or of a condition over several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tri {
    /// It is there.
    Matched,
    /// It is known not to be there.
    Absent,
    /// Nobody looked, or nobody could: unknown, and might still be settled.
    NotCollected,
    /// Known on the PC and withheld: unknown, and stays so.
    Redacted,
}

impl Tri {
    /// `Matched` for true, `Absent` for false.
    pub fn of(known: bool) -> Self {
        if known { Self::Matched } else { Self::Absent }
    }

    /// Whether this is one of the two unknowns.
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::NotCollected | Self::Redacted)
    }

    /// Both: absent if either is, else unknown if either is. Of two unknowns the one that can still be settled is told.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Absent, _) | (_, Self::Absent) => Self::Absent,
            (Self::NotCollected, _) | (_, Self::NotCollected) => Self::NotCollected,
            (Self::Redacted, _) | (_, Self::Redacted) => Self::Redacted,
            (Self::Matched, Self::Matched) => Self::Matched,
        }
    }

    /// Either: matched if either is, else unknown if either is.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Matched, _) | (_, Self::Matched) => Self::Matched,
            (Self::NotCollected, _) | (_, Self::NotCollected) => Self::NotCollected,
            (Self::Redacted, _) | (_, Self::Redacted) => Self::Redacted,
            (Self::Absent, Self::Absent) => Self::Absent,
        }
    }

    /// The word for people and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Absent => "absent",
            Self::NotCollected => "not collected",
            Self::Redacted => "redacted",
        }
    }
}

impl std::ops::Not for Tri {
    type Output = Self;

    /// The opposite; unknown stays unknown.
    fn not(self) -> Self {
        match self {
            Self::Matched => Self::Absent,
            Self::Absent => Self::Matched,
            unknown => unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tri::{self, Absent as A, Matched as M, NotCollected as N, Redacted as R};

    #[test]
    fn the_truth_table_holds_in_full() {
        // (a, b, a and b, a or b, not a)
        let table: [(Tri, Tri, Tri, Tri, Tri); 16] = [
            (M, M, M, M, A),
            (M, A, A, M, A),
            (M, N, N, M, A),
            (M, R, R, M, A),
            (A, M, A, M, M),
            (A, A, A, A, M),
            (A, N, A, N, M),
            (A, R, A, R, M),
            (N, M, N, M, N),
            (N, A, A, N, N),
            (N, N, N, N, N),
            (N, R, N, N, N),
            (R, M, R, M, R),
            (R, A, A, R, R),
            (R, N, N, N, R),
            (R, R, R, R, R),
        ];
        for (a, b, and, or, not) in table {
            assert_eq!((a.and(b), a.or(b), !a), (and, or, not), "{a:?} {b:?}");
        }
    }
}
