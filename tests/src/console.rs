//! A real console process with a data folder of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::programs;

/// How long a test waits for something the console should do.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running console. Killed when dropped.
pub struct Console {
    child: Child,
    data: PathBuf,
    address: String,
}

/// A case as `case new` announced it.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// Its id.
    pub case: String,
    /// The nine digits.
    pub code: String,
}

impl Console {
    /// Starts a console on `data` and waits until it is ready.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(data: &Path) -> Self {
        Self::start_on(data, "127.0.0.1:0")
    }

    /// As [`Console::start`], on an address.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_on(data: &Path, listen: &str) -> Self {
        let mut child = Command::new(programs::built("hotliner-console"))
            .args(["serve", "--format", "json", "--listen", listen, "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the console starts");
        let stdout = child.stdout.take().expect("piped above");
        let mut ready = String::new();
        BufReader::new(stdout).read_line(&mut ready).expect("the console says when it is ready");
        let ready: Value =
            serde_json::from_str(&ready).unwrap_or_else(|_| panic!("not a ready line: {ready:?}"));
        let address = ready["listen"].as_str().expect("the ready line has an address").to_owned();
        Self { child, data: data.to_owned(), address }
    }

    /// Where agents connect.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would, and waits for the end.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Runs `hotliner-console ARGS… --data DIR`.
    pub fn command(&self, args: &[&str]) -> Output {
        programs::output(
            Command::new(programs::built("hotliner-console")).args(args).arg("--data").arg(&self.data),
        )
    }

    /// Runs a command with `--format json` and reads its answer.
    ///
    /// # Panics
    /// If it fails.
    pub fn json(&self, args: &[&str]) -> Value {
        let output = self.command(&[args, &["--format", "json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", programs::said(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", programs::said(&output)))
    }

    /// Opens a case.
    pub fn new_case(&self) -> NewCase {
        let answer = self.json(&["case", "new"]);
        let text = |key: &str| answer[key].as_str().expect("a text").to_owned();
        NewCase { case: text("case"), code: text("code") }
    }

    /// The case as `case show` prints it.
    pub fn show(&self, case: &str) -> Value {
        self.json(&["case", "show", case])
    }

    /// Waits until `case show` satisfies `until`; looks again whenever the case's live stream says something.
    ///
    /// # Panics
    /// If that takes longer than the tests' patience.
    pub fn wait_for(&self, case: &str, what: &str, until: impl Fn(&Value) -> bool) -> Value {
        let mut live = self.live(case);
        loop {
            let shown = self.show(case);
            if until(&shown) {
                return shown;
            }
            let mut line = String::new();
            let read = live.read_line(&mut line);
            assert!(read.is_ok_and(|bytes| bytes > 0), "waited in vain for {what}: {shown:#}");
        }
    }

    /// The live stream of a case, from its present end on. Reads fail after the tests' patience.
    fn live(&self, case: &str) -> BufReader<UnixStream> {
        let mut stream = UnixStream::connect(self.data.join("console.sock")).expect("the socket is there");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        write!(
            stream,
            "GET /api/v1/cases/{case}/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
        )
        .expect("a request can be written");
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            assert!(reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0), "no live stream for {case}");
        }
        reader
    }

    /// Follows what happens in a case from now on.
    ///
    /// # Panics
    /// If there is no such case.
    pub fn follow(&self, case: &str) -> Follow {
        Follow { reader: self.live(case) }
    }

    /// One request over the local socket: status code and body.
    ///
    /// # Panics
    /// If the console does not answer.
    pub fn get(&self, path: &str) -> (u16, Value) {
        let mut stream = UnixStream::connect(self.data.join("console.sock")).expect("the socket is there");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer in UTF-8");
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        (status, serde_json::from_str(dechunk(body).as_str()).unwrap_or(Value::Null))
    }

    /// Every line event of the case, in order: source and text.
    pub fn lines(&self, case: &str) -> Vec<(String, String)> {
        let text = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let lines = self.events(case).into_iter().filter(|event| event["kind"] == "line");
        lines.map(|event| (text(&event, "source"), text(&event, "text"))).collect()
    }

    /// Everything in the journal of the case, in order.
    ///
    /// # Panics
    /// If there is no such case.
    pub fn events(&self, case: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut after = 0;
        loop {
            let (status, page) = self.get(&format!("/api/v1/cases/{case}/events?after={after}&limit=1000"));
            assert_eq!(status, 200, "{page}");
            let events = page["events"].as_array().expect("a list of events");
            all.extend(events.iter().cloned());
            match page["next"].as_u64() {
                Some(next) if !events.is_empty() => after = next,
                _ => return all,
            }
        }
    }
}

/// The live stream of a case.
pub struct Follow {
    reader: BufReader<UnixStream>,
}

impl Follow {
    /// Reads on until an item satisfies `wanted`, and gives it.
    ///
    /// # Panics
    /// If that takes longer than the tests' patience.
    pub fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            let read = self.reader.read_line(&mut line);
            assert!(read.is_ok_and(|bytes| bytes > 0), "the live stream ended or fell silent");
            let Some(data) = line.strip_prefix("data:") else { continue };
            let items: Vec<Value> = serde_json::from_str(data.trim()).unwrap_or_default();
            if let Some(item) = items.into_iter().find(&wanted) {
                return item;
            }
        }
    }
}

/// Joins the pieces of a chunked body; a body that is not chunked comes back as it is.
fn dechunk(body: &str) -> String {
    let mut joined = String::new();
    let mut rest = body;
    while let Some((size, after)) = rest.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else { return body.to_owned() };
        let Some(piece) = after.get(..size) else { return body.to_owned() };
        joined.push_str(piece);
        rest = after.get(size + 2..).unwrap_or_default();
    }
    if joined.is_empty() { body.to_owned() } else { joined }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.end();
    }
}
