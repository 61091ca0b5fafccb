//! Sequence numbers, so that nothing is lost and nothing counts twice.
//!
//! Every durable lane counts its items from 1. The sender resends what was not acknowledged; the receiver takes each
//! number once and in order.

/// What to do with a batch that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// Take it, without its first `skip` items, which are known already.
    From {
        /// Items to leave out at the front; 0 for a batch that is all new.
        skip: u64,
    },
    /// All of it is known already: acknowledge again, keep nothing.
    Duplicate,
    /// Items before it are missing: the sender broke the order.
    Gap {
        /// The number that was due.
        expected: u64,
    },
}

/// The receiver's memory of one lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    through: u64,
}

impl Inbox {
    /// An inbox that has everything up to `through`.
    pub fn received(through: u64) -> Self {
        Self { through }
    }

    /// The last number taken, 0 before the first.
    pub fn through(self) -> u64 {
        self.through
    }

    /// Decides about `count` items from `first_seq` on. Changes nothing: call [`Inbox::advance`] once they are durable.
    pub fn judge(self, first_seq: u64, count: u64) -> Take {
        let expected = self.through + 1;
        if first_seq == 0 || first_seq > expected {
            return Take::Gap { expected };
        }
        let skip = expected - first_seq;
        if count <= skip { Take::Duplicate } else { Take::From { skip } }
    }

    /// Everything up to `through` is durable now.
    pub fn advance(&mut self, through: u64) {
        self.through = self.through.max(through);
    }
}

/// The sender's memory of one lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    given: u64,
    acked: u64,
}

impl Outbox {
    /// An outbox that gave out numbers up to `given`, of which those up to `acked` are acknowledged.
    pub fn resumed(given: u64, acked: u64) -> Self {
        Self { given, acked: acked.min(given) }
    }

    /// Numbers the next item.
    pub fn number(&mut self) -> u64 {
        self.given += 1;
        self.given
    }

    /// Takes an acknowledgement. Returns whether it was news. One beyond what was sent is a lie and is ignored.
    pub fn ack(&mut self, through: u64) -> bool {
        let news = through > self.acked && through <= self.given;
        if news {
            self.acked = through;
        }
        news
    }

    /// The last number given out.
    pub fn given(self) -> u64 {
        self.given
    }

    /// The last number acknowledged.
    pub fn acked(self) -> u64 {
        self.acked
    }

    /// Items not acknowledged yet.
    pub fn waiting(self) -> u64 {
        self.given - self.acked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resend_is_taken_once_and_a_hole_is_never_skipped() {
        let table = [
            (0, 1, 3, Take::From { skip: 0 }),
            (3, 1, 3, Take::Duplicate),
            (3, 2, 4, Take::From { skip: 2 }),
            (3, 4, 1, Take::From { skip: 0 }),
            (3, 5, 1, Take::Gap { expected: 4 }),
            (3, 0, 9, Take::Gap { expected: 4 }),
            (0, 1, 0, Take::Duplicate),
        ];
        for (through, first, count, expected) in table {
            assert_eq!(Inbox::received(through).judge(first, count), expected, "{through} {first} {count}");
        }
    }

    #[test]
    fn an_acknowledgement_of_what_was_never_sent_frees_nothing() {
        let mut outbox = Outbox::default();
        assert_eq!((outbox.number(), outbox.number()), (1, 2));
        assert!(!outbox.ack(3));
        assert_eq!(outbox.waiting(), 2);
        assert!(outbox.ack(2) && !outbox.ack(1));
        assert_eq!(outbox.waiting(), 0);
    }
}
