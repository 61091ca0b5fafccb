//! What Windows' registry tells: the system's build, the installed programs, a pending restart, network settings.

use std::io;

use hotliner_protocol::fact::Reading;
use hotliner_protocol::value::Value;
use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

use crate::platform::{Installed, reading_of};
use crate::redact::Known;

/// Version and edition of the system.
const CURRENT_VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";

/// Programs that can be uninstalled. 32-bit ones stand in a view of their own.
const UNINSTALL: &[&str] = &[
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
    r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
];

/// Most programs listed; real PCs have a few hundred.
const MAX_PROGRAMS: usize = 5_000;

/// Keys that are there while a restart is due: servicing, Windows Update.
const REBOOT_KEYS: &[&str] = &[
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
];

/// Where the files to be replaced at the next start are listed.
const SESSION_MANAGER: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager";

/// The folders of people who have used this PC.
const PROFILES: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

/// Names of the PC in the network.
const TCPIP: &str = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters";

/// Settings of each network interface.
const INTERFACES: &str = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces";

/// The user's proxy.
const INTERNET_SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";

fn text(key: &Key, name: &str) -> Option<String> {
    key.get_string(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn or_unsupported(text: Option<String>) -> Reading {
    text.map_or(Reading::Unsupported, |text| Value::Text(text).into())
}

/// The system's error behind one of the registry: a HRESULT of facility 7 holds its number in the low half.
fn system_error(error: impl Into<io::Error>) -> io::Error {
    let error = error.into();
    error.raw_os_error().map_or(error, |code| io::Error::from_raw_os_error(code & 0xFFFF))
}

/// Whom the PC belongs to, who has an account on it, and its name in the network.
pub(super) fn known_names() -> Known {
    let mut known = Known::default();
    if let Ok(key) = LOCAL_MACHINE.open(CURRENT_VERSION) {
        known.people.extend(text(&key, "RegisteredOwner"));
    }
    if let Ok(key) = LOCAL_MACHINE.open(TCPIP) {
        known.hosts.extend(text(&key, "Hostname"));
        known.hosts.extend(text(&key, "NV Hostname"));
    }
    if let Ok(profiles) = LOCAL_MACHINE.open(PROFILES) {
        for name in profiles.keys().into_iter().flatten() {
            let folder = profiles.open(&name).ok().and_then(|key| text(&key, "ProfileImagePath"));
            // `C:\Users\ann`, also where the account was renamed since; services have theirs elsewhere.
            let person =
                folder.as_deref().and_then(|folder| folder.split_once(r"\Users\")).map(|(_, person)| person);
            known.users.extend(person.map(str::to_owned));
        }
    }
    known
}

/// `(id, name, version, build)`.
pub(super) fn os_release() -> [Reading; 4] {
    let key = match LOCAL_MACHINE.open(CURRENT_VERSION) {
        Ok(key) => key,
        Err(error) => {
            let reading = reading_of(&system_error(error));
            return std::array::from_fn(|_| reading.clone());
        }
    };
    let number = text(&key, "CurrentBuildNumber").or_else(|| text(&key, "CurrentBuild"));
    let build = number.clone().map(|build| match key.get_u32("UBR") {
        Ok(revision) => format!("{build}.{revision}"),
        Err(_) => build,
    });
    // The registry of Windows 11 still says 10; from build 22000 on it is 11.
    let is_11 = number.and_then(|build| build.parse().ok()).is_some_and(|build: u32| build >= 22_000);
    let name = text(&key, "ProductName").map(|name| match name.strip_prefix("Windows 10") {
        Some(edition) if is_11 => format!("Windows 11{edition}"),
        _ => name,
    });
    let version = text(&key, "DisplayVersion").or_else(|| text(&key, "ReleaseId"));
    let version = version.or_else(|| text(&key, "CurrentVersion"));
    [Value::from("windows").into(), or_unsupported(name), or_unsupported(version), or_unsupported(build)]
}

/// Every program that Windows would offer to uninstall.
pub(super) fn installed() -> io::Result<Vec<Installed>> {
    let mut found = Vec::new();
    let machine = UNINSTALL.iter().enumerate().map(|(view, path)| (LOCAL_MACHINE, *path, view == 1));
    let user = UNINSTALL.iter().take(1).map(|path| (CURRENT_USER, *path, false));
    let mut refused = None;
    for (root, path, narrow) in machine.chain(user) {
        match root.open(path) {
            Ok(list) => programs(&list, narrow, &mut found),
            Err(error) => refused = Some(system_error(error)),
        }
    }
    match refused {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

fn programs(list: &Key, narrow: bool, found: &mut Vec<Installed>) {
    let Ok(names) = list.keys() else { return };
    for entry in names.take(MAX_PROGRAMS.saturating_sub(found.len())) {
        let Ok(key) = list.open(&entry) else { continue };
        // Parts of others and updates have no name of their own, or say that they are parts.
        let Some(name) = text(&key, "DisplayName") else { continue };
        if key.get_u32("SystemComponent").is_ok_and(|part| part == 1) {
            continue;
        }
        found.push(Installed {
            manager: if key.get_u32("WindowsInstaller").is_ok_and(|msi| msi == 1) {
                "msi"
            } else {
                "windows"
            },
            name,
            version: text(&key, "DisplayVersion").unwrap_or_default(),
            publisher: text(&key, "Publisher").unwrap_or_default(),
            arch: if narrow { "x86" } else { std::env::consts::ARCH },
        });
    }
}

/// The first processor's name.
pub(super) fn cpu_model() -> Reading {
    let key = LOCAL_MACHINE.open(r"HARDWARE\DESCRIPTION\System\CentralProcessor\0");
    or_unsupported(key.ok().and_then(|key| text(&key, "ProcessorNameString")))
}

/// Whether Windows waits for a restart to finish something.
pub(super) fn pending_reboot() -> Reading {
    let waits = REBOOT_KEYS.iter().any(|path| LOCAL_MACHINE.open(path).is_ok());
    let renames = LOCAL_MACHINE
        .open(SESSION_MANAGER)
        .and_then(|key| key.get_multi_string("PendingFileRenameOperations"));
    Value::Bool(waits || renames.is_ok_and(|files| files.iter().any(|file| !file.is_empty()))).into()
}

/// The time zone's name in Windows.
pub(super) fn timezone() -> Reading {
    let key = LOCAL_MACHINE.open(r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation");
    or_unsupported(
        key.ok().and_then(|key| text(&key, "TimeZoneKeyName").or_else(|| text(&key, "StandardName"))),
    )
}

/// The user's language: `fr-FR`.
pub(super) fn language() -> Option<String> {
    let key = CURRENT_USER.open(r"Control Panel\International").ok()?;
    text(&key, "LocaleName")
}

/// Name servers of every interface that has some: those set by hand, else those that came by DHCP.
pub(super) fn dns_servers() -> Reading {
    let list = match LOCAL_MACHINE.open(INTERFACES) {
        Ok(list) => list,
        Err(error) => return reading_of(&system_error(error)),
    };
    let mut servers: Vec<String> = Vec::new();
    for name in list.keys().into_iter().flatten() {
        let Ok(key) = list.open(&name) else { continue };
        let set = text(&key, "NameServer").or_else(|| text(&key, "DhcpNameServer")).unwrap_or_default();
        for server in set.split([' ', ',']).filter(|server| !server.is_empty()) {
            if !servers.iter().any(|known| known == server) {
                servers.push(server.to_owned());
            }
        }
    }
    Value::List(servers.into_iter().map(Value::from).collect()).into()
}

/// The proxy of the user's Internet settings, if it is switched on.
pub(super) fn proxy() -> Option<String> {
    let key = CURRENT_USER.open(INTERNET_SETTINGS).ok()?;
    let on = key.get_u32("ProxyEnable").is_ok_and(|on| on == 1);
    let script = || text(&key, "AutoConfigURL");
    if on { text(&key, "ProxyServer").or_else(script) } else { script() }
}
