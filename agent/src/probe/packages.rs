//! Installed software: packages of dpkg, in the database the installer works on, and who holds its locks; on Windows the
//! system's own list and its installer's mutex.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use hotliner_protocol::fact::Reading;
use hotliner_protocol::value::Value;

use super::{Context, Sink};
use crate::platform::{self, Installed, Lock, reading_of};

/// Bytes of a database that are read; real ones have a few megabytes.
const MAX_STATUS_BYTES: u64 = 64 << 20;

/// States in which a package is as it should be.
const SOUND: &[&str] = &["installed", "config-files", "not-installed"];

/// One package of the database.
#[derive(Debug, PartialEq, Eq)]
struct Package {
    name: String,
    version: String,
    status: String,
    arch: String,
}

pub(super) fn read(context: &Context, sink: &mut Sink<'_>) {
    match platform::installed() {
        Ok(programs) => listed(&programs, sink),
        Err(error) if error.kind() == ErrorKind::Unsupported => dpkg(context, sink),
        Err(error) => refused(&error, sink),
    }
}

fn refused(error: &io::Error, sink: &mut Sink<'_>) {
    for path in ["packages.interrupted", "packages.broken", "packages.count"] {
        sink.put(path, reading_of(error));
    }
}

/// The system's list of installed programs. It does not say whether one of them is in order.
fn listed(programs: &[Installed], sink: &mut Sink<'_>) {
    sink.put("packages.interrupted", Reading::Unsupported);
    sink.put("packages.broken", Reading::Unsupported);
    sink.value("packages.count", programs.len() as u64);
    for Installed { manager, name, version, publisher, arch } in programs {
        let parts = [("version", version.as_str()), ("publisher", publisher), ("arch", arch)];
        sink.value(&format!("package[{manager}:{name}]"), Value::map(parts));
    }
}

fn dpkg(context: &Context, sink: &mut Sink<'_>) {
    let admin = &context.plan.admin_dir;
    let packages = match read_status(&admin.join("status")) {
        Ok(packages) => packages,
        Err(error) => return refused(&error, sink),
    };
    let broken = packages.iter().filter(|package| !SOUND.contains(&package.status.as_str()));
    let broken = broken
        .map(|package| Value::map([("name", package.name.as_str()), ("status", package.status.as_str())]));
    sink.put("packages.interrupted", interrupted(admin));
    sink.value("packages.broken", Value::List(broken.collect()));
    sink.value("packages.count", packages.len() as u64);
    for Package { name, version, status, arch } in packages {
        let parts = [("version", version), ("status", status), ("arch", arch)];
        sink.value(&format!("package[dpkg:{name}]"), Value::map(parts));
    }
}

/// The packages of the database, read a paragraph at a time: the whole has megabytes, what is wanted of it a few kilobytes.
fn read_status(path: &Path) -> io::Result<Vec<Package>> {
    let mut file = BufReader::new(File::open(path)?.take(MAX_STATUS_BYTES));
    let (mut packages, mut paragraph, mut line) = (Vec::new(), String::new(), Vec::new());
    while file.read_until(b'\n', &mut line)? > 0 {
        if line == b"\n" {
            packages.extend(package(&paragraph));
            paragraph.clear();
        } else {
            paragraph.push_str(&String::from_utf8_lossy(&line));
        }
        line.clear();
    }
    packages.extend(package(&paragraph));
    Ok(packages)
}

fn package(paragraph: &str) -> Option<Package> {
    let field = |name: &str| {
        let line = paragraph.lines().find(|line| line.len() > name.len() && line.starts_with(name))?;
        line[name.len()..].strip_prefix(':').map(str::trim)
    };
    Some(Package {
        name: field("Package")?.to_owned(),
        version: field("Version").unwrap_or_default().to_owned(),
        // `install ok installed`: what is wanted, whether it is in order, and how far it is.
        status: field("Status")?.rsplit(' ').next()?.to_owned(),
        arch: field("Architecture").unwrap_or_default().to_owned(),
    })
}

/// dpkg keeps what it has begun in `updates`, in files with numbers for names, until it is done.
fn interrupted(admin: &Path) -> Reading {
    let digits = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
    match fs::read_dir(admin.join("updates")) {
        Ok(mut files) => {
            let begun =
                files.any(|file| file.is_ok_and(|file| file.file_name().to_str().is_some_and(digits)));
            Value::Bool(begun).into()
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Value::Bool(false).into(),
        Err(error) => reading_of(&error),
    }
}

pub(super) fn lock(context: &Context, sink: &mut Sink<'_>) {
    sink.put("packages.lock", lock_reading(context));
}

/// The locks of dpkg and apt on the database and on what apt keeps beside it.
fn lock_files(context: &Context) -> Vec<PathBuf> {
    let (root, admin) = (&context.plan.root, &context.plan.admin_dir);
    vec![
        admin.join("lock-frontend"),
        admin.join("lock"),
        root.join("var/lib/apt/lists/lock"),
        root.join("var/cache/apt/archives/lock"),
    ]
}

fn lock_reading(context: &Context) -> Reading {
    match platform::installer_lock() {
        Ok(lock) => return Value::map([("held", lock != Lock::Free)]).into(),
        Err(error) if error.kind() == ErrorKind::Unsupported => {}
        Err(error) => return reading_of(&error),
    }
    let mut refused = None;
    let mut known = false;
    for path in lock_files(context) {
        match platform::lock_holder(&path) {
            Ok(Lock::Held(pid)) => return held(&path, pid),
            Ok(Lock::Free) => known = true,
            Err(error) if error.kind() == ErrorKind::NotFound => known = true,
            Err(error) => refused = Some(reading_of(&error)),
        }
    }
    match refused {
        Some(reading) => reading,
        None if known => Value::map([("held", false)]).into(),
        None => Reading::Unsupported,
    }
}

fn held(path: &Path, pid: i64) -> Reading {
    let mut parts: Vec<(&str, Value)> =
        vec![("held", true.into()), ("path", path.display().to_string().into())];
    if let Some(id) = u32::try_from(pid).ok().filter(|id| *id > 0) {
        parts.push(("holder_pid", id.into()));
        parts.extend(name_of(id).map(|name| ("holder_name", name.into())));
    }
    Value::map(parts).into()
}

fn name_of(pid: u32) -> Option<String> {
    let pid = sysinfo::Pid::from_u32(pid);
    let mut system = sysinfo::System::new().ok()?;
    let only = sysinfo::ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(sysinfo::ProcessesToUpdate::Some(&[pid]), false, only);
    system.process(pid).map(|process| process.name().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_of_the_database_is_understood_whatever_stands_around() {
        let text = "Package: libfoo\nStatus: install ok half-configured\nPackage-Type: deb\nArchitecture: amd64\nVersion: 1:2.3-4\nDescription: x\n Version: no";
        let expected = ["libfoo", "1:2.3-4", "half-configured", "amd64"].map(str::to_owned);
        let found =
            package(text).map(|package| [package.name, package.version, package.status, package.arch]);
        assert_eq!(found, Some(expected));
        assert_eq!(package("Version: 1"), None);
        assert_eq!(package(""), None);
    }
}
