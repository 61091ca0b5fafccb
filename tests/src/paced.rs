//! An installer under the agent that prints as fast as the test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

/// An installer that prints one numbered line for each line it reads, and fails with 3.
pub const PACED: [&str; 3] = ["sh", "-c", "n=0; while read -r _; do n=$((n+1)); echo line $n; done; exit 3"];

/// The running agent, with the pace in hand.
pub struct Paced {
    child: Child,
    printed: u64,
}

impl Paced {
    /// Starts `agent`, which runs [`PACED`].
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(agent: &mut Command) -> Self {
        let agent = agent.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { child: agent.spawn().expect("the agent starts"), printed: 0 }
    }

    /// Lets the installer print `count` more lines, and waits until they came through the agent.
    ///
    /// # Panics
    /// If other lines come, or none.
    pub fn print(&mut self, count: u64) {
        let stdin = self.child.stdin.as_mut().expect("piped");
        let turns = usize::try_from(count).unwrap_or_default();
        stdin.write_all("\n".repeat(turns).as_bytes()).expect("the installer reads");
        let stdout = self.child.stdout.as_mut().expect("piped");
        let mut reader = BufReader::with_capacity(1, stdout);
        for _ in 0..count {
            let mut line = String::new();
            reader.read_line(&mut line).expect("the installer prints");
            self.printed += 1;
            assert_eq!(line, format!("line {}\n", self.printed));
        }
    }

    /// Lets the installer end: the agent's exit code, and what it said.
    ///
    /// # Panics
    /// If the agent cannot be waited for.
    pub fn finish(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let mut said = String::new();
        // What is no UTF-8 is no message of the agent.
        let _ = self.child.stderr.take().expect("piped").read_to_string(&mut said);
        (self.child.wait().expect("the agent ends").code(), said)
    }

    /// Ends the agent as a power cut would, and waits for the end.
    ///
    /// # Panics
    /// If it cannot be ended.
    pub fn kill(&mut self) {
        self.child.kill().expect("the agent can be killed");
        self.child.wait().expect("the agent ends");
    }

    /// Lines printed so far.
    pub fn printed(&self) -> u64 {
        self.printed
    }
}
