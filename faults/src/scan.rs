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
    attempt: u64,
    source: String,
    lines: u64,
}

impl Scan {
    /// Begins, with what is known of the PC.
    pub fn new(matcher: Arc<Matcher>, facts: &[Fact]) -> Self {
        let mut session = Session::new(matcher);
        for fact in facts {
            session.fact(fact);
        }
        let mut scan = Self { session, attempt: 0, source: String::new(), lines: 0 };
        scan.again();
        scan
    }

    /// Begins a further attempt, within the present source: what came before decides nothing any more.
    pub fn again(&mut self) {
        self.attempt += 1;
        self.tell("", Timestamp::default(), EventBody::AttemptStarted(AttemptStarted::default()));
    }

    /// Begins a source called `name`, ending the one before.
    pub fn source(&mut self, name: &str) {
        self.end_source(true);
        name.clone_into(&mut self.source);
    }

    /// The present source could not be read to its end: what was not found in it may have been there.
    pub fn cut_source(&mut self) {
        self.end_source(false);
    }

    /// Takes a line of the present source in.
    pub fn line(&mut self, line: DecodedLine<'_>) {
        self.line_at(line, Timestamp::default());
    }

    /// Takes a line of the present source in that was written at a known time.
    pub fn line_at(&mut self, line: DecodedLine<'_>, at: Timestamp) {
        self.lines = line.number;
        self.session.line(&self.source, line.number, line.text, at.millis());
    }

    /// Ends the attempt.
    pub fn finish(mut self, outcome: Outcome) -> Session {
        self.end_source(true);
        let ended = EventBody::AttemptEnded(AttemptEnded { outcome, exit: None });
        self.tell("", Timestamp::default(), ended);
        self.session
    }

    fn end_source(&mut self, complete: bool) {
        let source = std::mem::take(&mut self.source);
        if !source.is_empty() {
            let body = SourceEnded { lines: self.lines, complete };
            self.tell(&source, Timestamp::default(), EventBody::SourceEnded(body));
            self.lines = 0;
        }
    }

    fn tell(&mut self, source: &str, at: Timestamp, body: EventBody) {
        let attempt = Some(AttemptId(self.attempt));
        self.session.event(&Event { at, attempt, source: source.to_owned(), body });
    }
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
