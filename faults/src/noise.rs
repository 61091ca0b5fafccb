//! Lines that say nothing about this attempt, however frightening their words: tables of messages a program might show,
//! warnings that healthy runs print, steps left out, change logs. No evidence is taken from them.
//!
//! A rule stands here only if no failing run can depend on such a line; what merely needs care belongs into the fault. The
//! healthy logs in `faults/healthy` are the other half of the test.

use std::sync::LazyLock;

use regex::RegexSet;

/// What such lines look like, and who prints them.
const RULES: &[&str] = &[
    // Windows Installer, verbose: values of properties. `OutOfDiskSpace = 1` is the one that decides something.
    r"\b(?:Property\([CSN]\): |PROPERTY CHANGE: (?:Add|Modify|Delet)ing )(?:[^O]|O[^u])",
    r"\bPropriété\([CSN]\) ?: (?:[^O]|O[^u])",
    // Windows Installer, verbose: an action whose condition is false, a custom action that may fail, its rollback.
    r"\bSkipping action: |will be translated to success due to continue marking|Error in rollback skipped\.",
    // Windows Installer, verbose: lookups in tables and keys that may lack the entry (2 and 0x80030002 are "not found").
    r"\bNote: 1: (?:1402 2: .* 3: 2|22(?:05|28|62|03) .*) *$",
    // CBS and DISM: reports that are uploaded or not, providers that only Windows PE has.
    r"\bCBS    (?:SQM: |WER: Failure will not be reported|Not able to query DisableWindowsUpdateAccess)",
    r"Failed to load the provider: .*\(hr:0x8007007e\)|Continuing by assuming that it is not a WinPE image",
    // CBS: a package that is rightly passed over, a session without a restart.
    r"\bCBS    .*(?:Package not applicable, skipping|is not applicable to this image: Package_|Reboot required: no)",
    // Windows Update: it tries again by itself; a summary.
    r"\btransient error\b|\*FAILED\* \[[0-9A-F]{8}\] (?:GetServiceObject|SLS|Method failed \[Metadata)|\b[Ff]ailed: 0\b.*[Pp]ending reboot: 0\b",
    // Windows Setup: the reader of offline drivers and its migration plug-ins.
    r", Warning +(?:\[\w+\] +)?(?:CONX|MIG|SP|MOUPG|CBS) ",
    // CBS and Windows Setup: optional entries and old files that are not there or stay behind, at the level of information.
    r", (?:Info|Error) +(?:CBS|CSI|SP|MIG|MOUPG) .*(?:Failed to (?:find the sequence number|get next element|delete file|get CBS session restore)|Unable to delete|Failed to get service .*ignoring)|ResurrectNewSystem: Cannot resurrect new system",
    // Burn: a package that an earlier run fetched in part is fetched again.
    r"\]w120: Detected partially cached",
    // npm: optional packages of other systems, a folder without package.json.
    r"(?i)^(?:.*\s)?npm warn (?:optional|notsup|saveError|enoent|deprecated) ",
    // apt: a file the unprivileged helper may not read is fetched as root.
    r"Download is performed unsandboxed as root",
    // The kernel: a mount option, an unsigned module that is loaded all the same.
    r"\bmounted\b.*\berrors=remount-ro|module verification failed: .* tainting kernel|ath1\dk_\w+ .*cal-(?:pci|sdio)-",
    // Cargo tries again; rpm notes a key that dnf is about to import; the loader and Wine go on.
    r"spurious network error \(\d+ tr(?:y|ies) remaining\)|Signature, key ID [0-9a-f]+: NOKEY$",
    r"from LD_PRELOAD cannot be preloaded|^[0-9a-f]{4}:(?:[0-9a-f]{4}:)?fixme:",
    // make: an error that the makefile ignores.
    r"\bError \d+ \(ignored\)$",
    // Header files, change logs, lists of passed tests.
    r"^\s*#\s*define\s",
    r"^\s*(?:[-*•]\s+|[0-9a-f]{7,40}\s+)?(?i:fix|fixes|fixed|feat|chore|docs|changelog)(?:\([\w./, -]*\))?!?: ",
    r"^\s*[-*•]\s+(?i:fix(?:es|ed)?) (?i:an? |the )?(?i:bug|issue|crash|problem|case|regression)\b",
    r"^\s*(?:[✓✔]|ok \d+ -|PASS\s)|^test \S+ \.\.\. ok$",
];

static NOISE: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(RULES).ok());

/// Whether `line` says nothing.
pub(crate) fn is_noise(line: &str) -> bool {
    NOISE.as_ref().is_some_and(|rules| rules.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_compile_and_tell_tables_from_events() {
        assert!(NOISE.is_some());
        for line in [
            "Property(S): ERR_NOADMIN = You must have administrator rights to install [ProductName].",
            "npm WARN notsup SKIPPING OPTIONAL DEPENDENCY: Unsupported platform for fsevents@2.3.2",
            "* fix: handle ECONNREFUSED when the daemon is not running (#1234)",
        ] {
            assert!(is_noise(line), "{line}");
        }
        for line in [
            "Property(S): OutOfDiskSpace = 1",
            "npm ERR! notsup Unsupported platform for fsevents@2.3.2",
            "npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write",
            "2024-03-04 10:00:02, Error                 CBS    Failed to resolve package [HRESULT = 0x800f0831]",
            "ERROR: fix: no space left on device",
        ] {
            assert!(!is_noise(line), "{line}");
        }
    }
}
