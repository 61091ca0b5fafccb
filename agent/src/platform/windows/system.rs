//! What only Windows' own functions tell: free space, the processor's time, whether Windows Installer is at work.
//!
//! The one place with foreign calls on Windows. Each passes pointers to values of its own that outlive the call.

#![expect(unsafe_code, reason = "foreign functions of the system; see the module")]

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::AsRawHandle;
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, FILETIME, GetLastError,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, GetDiskFreeSpaceExW, GetDriveTypeW, GetFileInformationByHandle,
    GetLogicalDrives, GetVolumeInformationW,
};
use windows_sys::Win32::System::Threading::{GetSystemTimes, OpenMutexW};

use crate::platform::{CpuTimes, Lock, Space, Volume};

/// The volume is read-only (winnt.h).
const FILE_READ_ONLY_VOLUME: u32 = 0x0008_0000;

/// Kinds of drives (fileapi.h) that hold files of people or of the system: fixed, removable, RAM disk. Network drives may hang
/// and are left out.
const DRIVE_KINDS: [u32; 3] = [2, 3, 6];

/// May wait for the object (winnt.h).
const SYNCHRONIZE: u32 = 0x0010_0000;

/// Longest name of a file system, in UTF-16 units, with its end.
const NAME_UNITS: u32 = 64;

fn wide(path: &Path) -> Vec<u16> {
    path.as_os_str().encode_wide().chain([0]).collect()
}

/// The drive's root that `path` lies on: `C:\`.
fn drive(path: &Path) -> Vec<u16> {
    use std::path::{Component, Prefix};
    match path.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => {
                [u16::from(letter), u16::from(b':'), u16::from(b'\\'), 0].into()
            }
            _ => wide(path),
        },
        // Relative to the current drive.
        _ => [u16::from(b'\\'), 0].into(),
    }
}

pub(super) fn space(path: &Path) -> io::Result<Space> {
    let (mut free, mut total) = (0_u64, 0_u64);
    let name = wide(path);
    // SAFETY: `name` ends in a zero; both figures live until the call returns; the third may be null.
    if unsafe { GetDiskFreeSpaceExW(name.as_ptr(), &mut free, &mut total, null_mut()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let read_only = volume(&drive(path)).is_ok_and(|(_, flags)| flags & FILE_READ_ONLY_VOLUME != 0);
    // NTFS has no fixed number of files and runs programs from any volume.
    Ok(Space {
        total_bytes: total,
        free_bytes: free,
        free_inodes: None,
        total_inodes: None,
        read_only,
        no_exec: false,
    })
}

/// The file system's name and flags of a drive's root.
fn volume(root: &[u16]) -> io::Result<(String, u32)> {
    let mut flags = 0_u32;
    let mut name = [0_u16; NAME_UNITS as usize];
    // SAFETY: `root` ends in a zero; the buffer has the length that is given; the others may be null.
    let done = unsafe {
        GetVolumeInformationW(
            root.as_ptr(),
            null_mut(),
            0,
            null_mut(),
            null_mut(),
            &mut flags,
            name.as_mut_ptr(),
            NAME_UNITS,
        )
    };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let end = name.iter().position(|unit| *unit == 0).unwrap_or(name.len());
    Ok((String::from_utf16_lossy(&name[..end]), flags))
}

pub(super) fn volumes() -> io::Result<Vec<Volume>> {
    // SAFETY: takes nothing.
    let drives = unsafe { GetLogicalDrives() };
    if drives == 0 {
        return Err(io::Error::last_os_error());
    }
    let letters =
        (b'A'..=b'Z').zip(0_u32..).filter(|(_, bit)| drives >> bit & 1 == 1).map(|(letter, _)| letter);
    let mut found = Vec::new();
    for letter in letters {
        let root = [u16::from(letter), u16::from(b':'), u16::from(b'\\'), 0];
        // SAFETY: `root` ends in a zero.
        let kind = unsafe { GetDriveTypeW(root.as_ptr()) };
        // A drive without a medium has no volume.
        if DRIVE_KINDS.contains(&kind)
            && let Ok((file_system, _)) = volume(&root)
        {
            found.push(Volume { mount: format!("{}:\\", char::from(letter)), file_system });
        }
    }
    Ok(found)
}

/// Volume and index: the same while a file exists, whatever it is called and however it changes.
pub(super) fn file_identity(file: &File) -> io::Result<(u64, u64)> {
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open while `file` is borrowed; the figures live until the call returns.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), &mut found) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let index = u64::from(found.nFileIndexHigh) << 32 | u64::from(found.nFileIndexLow);
    Ok((u64::from(found.dwVolumeSerialNumber), index))
}

fn ticks(time: FILETIME) -> u64 {
    u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
}

pub(super) fn cpu_times() -> io::Result<CpuTimes> {
    let zero = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    let (mut idle, mut kernel, mut user) = (zero, zero, zero);
    // SAFETY: all three live until the call returns.
    if unsafe { GetSystemTimes(&mut idle, &mut kernel, &mut user) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // Time in the kernel includes idle time.
    let total = ticks(kernel) + ticks(user);
    Ok(CpuTimes { busy: total.saturating_sub(ticks(idle)), total })
}

/// Windows Installer holds this while it changes the PC; a second one gets 1618.
pub(super) fn installer_lock() -> io::Result<Lock> {
    let name: Vec<u16> = r"Global\_MSIExecute".encode_utf16().chain([0]).collect();
    // SAFETY: `name` ends in a zero.
    let handle: *mut c_void = unsafe { OpenMutexW(SYNCHRONIZE, 0, name.as_ptr()) };
    if handle.cast_const() != null() {
        // SAFETY: the handle was opened above and is used no more.
        unsafe { CloseHandle(handle) };
        return Ok(Lock::Held(0));
    }
    // SAFETY: takes nothing.
    match unsafe { GetLastError() } {
        ERROR_FILE_NOT_FOUND => Ok(Lock::Free),
        // It is there, and somebody else's.
        ERROR_ACCESS_DENIED => Ok(Lock::Held(0)),
        code => Err(io::Error::from_raw_os_error(code as i32)),
    }
}
