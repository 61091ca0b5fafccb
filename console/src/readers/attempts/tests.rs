use super::*;
use crate::readers::format::Format;

/// Attempts begun, first line of the last one, how it ended.
type Followed = (u64, u64, Option<Ended>);

fn follow(log: &str) -> Followed {
    let mut tracker = Tracker::default();
    for (number, line) in (1..).zip(log.lines()) {
        let at = Format::recognise(line).and_then(|(_, fields)| fields.at);
        tracker.line(number, line, at);
    }
    let last = tracker.present;
    (tracker.count, last.map_or(0, |last| last.first_line), last.and_then(|last| last.ended))
}

#[test]
fn every_familys_last_attempt_is_found_with_its_end_only_where_the_log_says_so() {
    use Ended::{Failed, Succeeded};
    let table: &[(&str, Followed)] = &[
        ("no marks\nat all\n", (0, 0, None)),
        (
            "Log started: 2024-05-01  10:00:00\ndpkg: error x\nLog ended: 2024-05-01  10:00:09\n\nLog started: 2024-05-02  10:00:00\nSetting up x\nLog ended: 2024-05-02  10:00:09\n",
            (2, 5, Some(Succeeded)),
        ),
        (
            "Log started: 2024-05-01  10:00:00\ndpkg : erreur de traitement\nLog ended: 2024-05-01  10:00:09\n",
            (1, 1, None),
        ),
        ("Log started: 2024-05-01  10:00:00\nSetting up x\n", (1, 1, None)),
        (
            "Start-Date: 2024-05-01  10:00:00\nCommandline: apt install x\nError: Sub-process /usr/bin/dpkg returned an error code (1)\nEnd-Date: 2024-05-01  10:00:05\n",
            (1, 1, Some(Failed)),
        ),
        (
            "2024-05-01 10:00:00 startup archives unpack\n2024-05-01 10:00:03 startup packages configure\n2024-05-01 11:00:00 startup archives unpack\n",
            (2, 3, None),
        ),
        (
            "[2024-05-01T10:00:00+0200] [PACMAN] Running 'pacman -Syu'\n[2024-05-01T10:00:01+0200] [ALPM] transaction started\n[2024-05-01T10:00:02+0200] [ALPM] transaction completed\n",
            (1, 1, Some(Succeeded)),
        ),
        (
            "[2024-05-01T10:00:00+0200] [PACMAN] Running 'pacman -Syu'\n[2024-05-01T10:00:02+0200] [ALPM] transaction completed\n[2024-05-01T10:00:03+0200] [ALPM-SCRIPTLET] ==> ERROR: module not found\n",
            (1, 1, None),
        ),
        (
            "=== Verbose logging started: 12/31/2023  10:11:12  Build type: SHIP UNICODE\nMSI (s) (2C:F4) [10:11:12:345]: MainEngineThread is returning 1603\n",
            (1, 1, Some(Failed)),
        ),
        (
            "=== Verbose logging started: 12/31/2023  10:11:12\nMSI (c) (2C:F4) [10:11:12:345]: MainEngineThread is returning 3010\n",
            (1, 1, Some(Succeeded)),
        ),
        (
            "2024-05-31 10:11:12.345   Log opened. (Time zone: UTC+02:00)\n2024-05-31 10:11:13.345   Installation process succeeded.\n",
            (1, 1, Some(Succeeded)),
        ),
        (
            "2024-05-31 10:11:12, Info                  MOUPG  **************** SetupHost Logging Begins ****************\nx\n2024-05-31 11:11:12, Info                  MOUPG  **************** SetupHost Logging Begins ****************\n",
            (2, 3, None),
        ),
        (
            "2024-05-31T10:11:12+0200 DEBUG Command: dnf install x \n2024-05-31T11:11:12+0200 DEBUG Command: dnf makecache --timer \n",
            (1, 1, None),
        ),
        (
            "0 verbose cli /usr/bin/node /usr/bin/npm\n1 error code E404\n2 verbose exit 1\n",
            (1, 1, Some(Failed)),
        ),
        ("0 info it worked if it ends with ok\n0 verbose cli again\n9 info ok\n", (1, 1, Some(Succeeded))),
    ];
    for (log, expected) in table {
        assert_eq!(follow(log), *expected, "{log}");
    }
}
