//! A log in hand as an attempt: its lines become the events that an agent would have sent, so that a file, an example and a
//! live case go through the same matcher.

use std::sync::Arc;

use hotliner_protocol::event::{AttemptEnded, AttemptStarted, Event, EventBody, Outcome, SourceEnded};
use hotliner_protocol::fact::Fact;
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::time::Timestamp;

use crate::lines::DecodedLine;
use crate::matcher::Matcher;
use crate::session::Session;

/// A scan of one or more sources as one attempt.
pub struct Scan {
    session: Session,
    source: String,
    lines: u64,
}

const ATTEMPT: Option<AttemptId> = Some(AttemptId(1));

impl Scan {
    /// Begins, with what is known of the PC.
    pub fn new(matcher: Arc<Matcher>, facts: &[Fact]) -> Self {
        let mut session = Session::new(matcher);
        for fact in facts {
            session.fact(fact);
        }
        session.event(&event("", EventBody::AttemptStarted(AttemptStarted::default())));
        Self { session, source: String::new(), lines: 0 }
    }

    /// Begins a source called `name`, ending the one before.
    pub fn source(&mut self, name: &str) {
        self.end_source();
        name.clone_into(&mut self.source);
    }

    /// Takes a line of the present source in.
    pub fn line(&mut self, line: DecodedLine<'_>) {
        self.lines = line.number;
        self.session.line(&self.source, line.number, line.text, 0);
    }

    /// Ends the attempt.
    pub fn finish(mut self, outcome: Outcome) -> Session {
        self.end_source();
        self.session.event(&event("", EventBody::AttemptEnded(AttemptEnded { outcome, exit: None })));
        self.session
    }

    fn end_source(&mut self) {
        if !self.source.is_empty() {
            let body = SourceEnded { lines: self.lines, complete: true };
            self.session.event(&event(&self.source, EventBody::SourceEnded(body)));
            self.lines = 0;
        }
    }
}

fn event(source: &str, body: EventBody) -> Event {
    Event { at: Timestamp::default(), attempt: ATTEMPT, source: source.to_owned(), body }
}

/// Scans a text that is at hand as a whole.
pub fn text(matcher: Arc<Matcher>, source: &str, text: &str, facts: &[Fact], outcome: Outcome) -> Session {
    let mut scan = Scan::new(matcher, facts);
    scan.source(source);
    let mut decoder = crate::lines::LineDecoder::new();
    let mut each = |line: DecodedLine<'_>| scan.line(line);
    decoder.push(text.as_bytes(), &mut each);
    decoder.finish(&mut each);
    scan.finish(outcome)
}
