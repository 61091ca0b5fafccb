//! Linux.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use hotliner_protocol::fact::Reading;
use hotliner_protocol::value::Value;
use rustix::fs::StatVfsMountFlags;
use rustix::process::{Flock, FlockType, fcntl_getlk};

use super::{CpuTimes, Installed, Lock, Volume, reading_of};

pub(super) const NAME: &str = "linux";

/// File systems without files of people or of the system.
const VIRTUAL: &[&str] = &[
    "proc",
    "sysfs",
    "devtmpfs",
    "devpts",
    "cgroup",
    "cgroup2",
    "securityfs",
    "pstore",
    "bpf",
    "tracefs",
    "debugfs",
    "mqueue",
    "hugetlbfs",
    "configfs",
    "fusectl",
    "autofs",
    "binfmt_misc",
    "rpc_pipefs",
    "nsfs",
    "efivarfs",
    "ramfs",
    "squashfs",
];

pub(super) fn no_exec(flags: StatVfsMountFlags) -> bool {
    flags.contains(StatVfsMountFlags::NOEXEC)
}

/// Whether we were started with this signal ignored.
pub(super) fn ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

pub(super) fn volumes() -> io::Result<Vec<Volume>> {
    let table = fs::read_to_string("/proc/self/mounts")?;
    let mut volumes: Vec<Volume> = Vec::new();
    for line in table.lines() {
        let mut fields = line.split(' ').skip(1);
        let (Some(mount), Some(file_system)) = (fields.next(), fields.next()) else { continue };
        let mount = unescape(mount);
        let system = ["/proc", "/sys", "/dev", "/run/user", "/snap"];
        let of_system = system.iter().any(|folder| Path::new(&mount).starts_with(folder));
        // A bind mount of a single file is no volume of its own.
        if !VIRTUAL.contains(&file_system) && !of_system && Path::new(&mount).is_dir() {
            volumes.retain(|volume| volume.mount != mount);
            volumes.push(Volume { mount, file_system: file_system.to_owned() });
        }
    }
    Ok(volumes)
}

/// The table of mounts writes spaces and the like as `\040`.
fn unescape(field: &str) -> String {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let octal = (*first == b'\\').then(|| after.get(..3)).flatten();
        let octal = octal.and_then(|digits| std::str::from_utf8(digits).ok());
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[3..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn lock_holder(path: &Path) -> io::Result<Lock> {
    match File::open(path) {
        Ok(file) => {
            let lock = Flock::from(FlockType::WriteLock);
            Ok(match fcntl_getlk(&file, &lock)? {
                Some(held) => Lock::Held(held.pid.map_or(0, |pid| i64::from(pid.as_raw_nonzero().get()))),
                None => Lock::Free,
            })
        }
        // Lock files of the system are closed to ordinary users; the kernel's list of locks is not.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => lock_in_list(path).ok_or(error),
        Err(error) => Err(error),
    }
}

fn lock_in_list(path: &Path) -> Option<Lock> {
    let inode = format!(":{}", fs::metadata(path).ok()?.ino());
    let list = fs::read_to_string("/proc/locks").ok()?;
    let holder = list.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, kind, _, access, pid, file, ..] = fields.as_slice() else { return None };
        (*kind == "POSIX" && *access == "WRITE" && file.ends_with(&inode)).then(|| pid.parse().unwrap_or(0))
    });
    Some(holder.map_or(Lock::Free, |pid: i64| Lock::Held(pid.max(0))))
}

pub(super) fn default_route() -> Reading {
    let by_v4 = fs::read_to_string("/proc/net/route").map(|table| {
        // Destination and mask are zero, and the route is up.
        table.lines().skip(1).any(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields.get(1) == Some(&"00000000") && fields.get(7) == Some(&"00000000")
        })
    });
    let by_v6 = fs::read_to_string("/proc/net/ipv6_route").map(|table| {
        table.lines().any(|line| {
            let zeros = "0".repeat(32);
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields.first() == Some(&zeros.as_str())
                && fields.get(1) == Some(&"00")
                && fields.last() != Some(&"lo")
        })
    });
    match (by_v4, by_v6) {
        (Ok(v4), Ok(v6)) => Value::Bool(v4 || v6).into(),
        (Ok(found), _) | (_, Ok(found)) => Value::Bool(found).into(),
        (Err(error), Err(_)) => reading_of(&error),
    }
}

pub(super) fn dns_servers() -> Reading {
    match fs::read_to_string("/etc/resolv.conf") {
        Ok(text) => {
            let servers = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
            Value::List(servers.map(|server| Value::from(server.trim())).collect()).into()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Value::List(Vec::new()).into(),
        Err(error) => reading_of(&error),
    }
}

pub(super) fn timezone() -> Reading {
    let by_link = fs::read_link("/etc/localtime").ok().and_then(|link| {
        let link = link.to_string_lossy().into_owned();
        link.split_once("zoneinfo/").map(|(_, zone)| zone.to_owned())
    });
    let by_file = || fs::read_to_string("/etc/timezone").ok().map(|zone| zone.trim().to_owned());
    match by_link.or_else(by_file) {
        Some(zone) => Value::Text(zone).into(),
        None => Reading::Unsupported,
    }
}

pub(super) fn os_release() -> [Reading; 4] {
    let text = fs::read_to_string("/etc/os-release").or_else(|_| fs::read_to_string("/usr/lib/os-release"));
    let text = match text {
        Ok(text) => text,
        Err(error) => return std::array::from_fn(|_| reading_of(&error)),
    };
    let field = |name: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.map_or(Reading::Unsupported, |value| Value::from(value.trim().trim_matches('"')).into())
    };
    let debian = fs::read_to_string("/etc/debian_version").ok();
    let build = match debian {
        Some(version) if text.contains("ID=debian") => Value::from(version.trim()).into(),
        _ => field("BUILD_ID"),
    };
    [field("ID"), field("NAME"), field("VERSION_ID"), build]
}

pub(super) fn user_data() -> Option<PathBuf> {
    let set = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
}

pub(super) fn installed() -> io::Result<Vec<Installed>> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn installer_lock() -> io::Result<Lock> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn system_proxy() -> Option<String> {
    None
}

/// The first line of `/proc/stat` (proc(5)): user, nice, system, idle, iowait, irq, softirq, steal; guest time is in user's.
pub(super) fn cpu_times() -> io::Result<CpuTimes> {
    let text = fs::read_to_string("/proc/stat")?;
    let first = text.lines().next().unwrap_or_default();
    let times: Vec<u64> =
        first.split_whitespace().skip(1).take(8).filter_map(|time| time.parse().ok()).collect();
    let [_, _, _, idle, wait, ..] = times.as_slice() else { return Err(io::ErrorKind::InvalidData.into()) };
    let total: u64 = times.iter().sum();
    Ok(CpuTimes { busy: total.saturating_sub(idle + wait), total })
}

/// `model name` on x86; boards with other processors name themselves in the device tree.
pub(super) fn cpu_model() -> Reading {
    let text = match fs::read_to_string("/proc/cpuinfo") {
        Ok(text) => text,
        Err(error) => return reading_of(&error),
    };
    let named =
        text.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    let board = || fs::read_to_string("/proc/device-tree/model").ok();
    match named.map(|(_, model)| model.to_owned()).or_else(board) {
        Some(model) => Value::from(model.trim_matches(['\0', ' ', '\n'])).into(),
        None => Reading::Unsupported,
    }
}

/// Debian's packages leave a mark while a restart is due; other distributions keep none that any user may read.
pub(super) fn pending_reboot() -> Reading {
    let marked =
        ["/run/reboot-required", "/var/run/reboot-required"].iter().any(|mark| Path::new(mark).exists());
    match marked || Path::new("/etc/debian_version").exists() {
        true => Value::Bool(marked).into(),
        false => Reading::Unsupported,
    }
}
