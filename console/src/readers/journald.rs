//! Records of `journalctl -o json`: one JSON object a line. Pure. Fields: systemd.journal-fields(7), and "Journal JSON Format" of
//! the systemd project: values are texts, lists of bytes where they are no UTF-8, or null where they are too long.

use hotliner_protocol::time::Timestamp;
use serde_json::Value;

use super::format::Level;

/// A record as a line: `program[pid]: message`.
pub(super) struct Record {
    pub(super) text: String,
    pub(super) at: Option<Timestamp>,
    pub(super) level: Option<Level>,
}

/// Reads a line; `None` for one that is no record.
pub(super) fn read(line: &str) -> Option<Record> {
    if !line.starts_with('{') || !line.contains("\"MESSAGE\"") || !line.contains("\"__REALTIME_TIMESTAMP\"") {
        return None;
    }
    let record: Value = serde_json::from_str(line).ok()?;
    let field = |name: &str| text(&record[name]);
    let program = field("SYSLOG_IDENTIFIER").or_else(|| field("_COMM")).unwrap_or_default();
    let pid = field("SYSLOG_PID").or_else(|| field("_PID")).map(|pid| format!("[{pid}]")).unwrap_or_default();
    let message = field("MESSAGE").unwrap_or_default();
    let micros: Option<u64> = field("__REALTIME_TIMESTAMP").and_then(|text| text.parse().ok());
    // Priorities of syslog(3): 3 is an error, 4 a warning, below is worse.
    let level = field("PRIORITY").and_then(|text| text.parse::<u8>().ok()).map(|priority| match priority {
        0..=3 => Level::Error,
        4 => Level::Warning,
        _ => Level::Info,
    });
    let at = micros.map(|micros| Timestamp::from_millis(micros / 1000));
    Some(Record { text: format!("{program}{pid}: {message}"), at, level })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(bytes) => {
            let bytes: Option<Vec<u8>> = bytes.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
            Some(String::from_utf8_lossy(&bytes?).into_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_becomes_the_line_people_know() {
        let line = r#"{"__REALTIME_TIMESTAMP":"1717150272000000","PRIORITY":"3","SYSLOG_IDENTIFIER":"apt","_PID":"42","MESSAGE":"E: no \"space\""}"#;
        let record = read(line).unwrap();
        assert_eq!(record.text, "apt[42]: E: no \"space\"");
        assert_eq!(record.level, Some(Level::Error));
        assert_eq!(record.at.unwrap().to_string(), "2024-05-31T10:11:12.000Z");
        let bytes = r#"{"__REALTIME_TIMESTAMP":"1","_COMM":"x","MESSAGE":[27,91,51,104,105]}"#;
        assert_eq!(read(bytes).unwrap().text, "x: \u{1b}[3hi");
        for other in ["{}", r#"{"MESSAGE":"alone"}"#, r#"{"MESSAGE" "__REALTIME_TIMESTAMP""#] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
