//! Why the console cannot be reached, as far as it can be told from here; said in plain words by [`crate::words`].

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The console's name has no address, or none could be asked for.
    NameNotResolved,
    /// The computer there answers, and nothing listens at that port.
    Refused,
    /// Nothing comes back, neither over UDP nor over TCP.
    NoAnswer,
    /// The proxy at this address wants a name and a password, or others than it was given.
    ProxyPassword(String),
    /// The proxy at this address does not let us through; its words.
    ProxyRefuses(String, String),
    /// The proxy at this address cannot be reached or understood, and why.
    ProxyUnusable(String, String),
    /// Somebody in between opens the encryption, with a certificate of this issuer; a console answers behind.
    Intercepted(String),
    /// What answers is no console; the issuer of its certificate, if it has one.
    NotOurs(String),
    /// The console was reached, and is too busy.
    Busy,
    /// Whatever else the system says.
    Network(String),
}

impl Problem {
    /// Its word in the fact `link.problem`.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::NameNotResolved => "name-not-resolved",
            Self::Refused => "refused",
            Self::NoAnswer => "no-answer",
            Self::ProxyPassword(_) => "proxy-password",
            Self::ProxyRefuses(..) => "proxy-refuses",
            Self::ProxyUnusable(..) => "proxy-unusable",
            Self::Intercepted(_) => "intercepted",
            Self::NotOurs(_) => "not-a-console",
            Self::Busy => "busy",
            Self::Network(_) => "network",
        }
    }

    /// Of what went wrong over UDP and over TCP, what says more. TCP mostly does: it is refused where UDP is only silent.
    pub(super) fn of_both(quic: Self, tcp: Self) -> Self {
        match (quic, tcp) {
            (quic, Self::NoAnswer) => quic,
            (_, tcp) => tcp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_over_one_transport_does_not_hide_what_the_other_says() {
        use Problem::{NameNotResolved, NoAnswer, Refused};
        let proxy = Problem::ProxyPassword("proxy:3128".into());
        let table = [
            (NoAnswer, NoAnswer, NoAnswer),
            (NoAnswer, Refused, Refused),
            (Problem::Busy, NoAnswer, Problem::Busy),
            (NameNotResolved, proxy.clone(), proxy),
            (NameNotResolved, NameNotResolved, NameNotResolved),
        ];
        for (quic, tcp, said) in table {
            assert_eq!(Problem::of_both(quic, tcp), said);
        }
    }
}
