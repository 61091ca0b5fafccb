//! Builds the technicians' pages in `web/` and puts their files into the program.
//!
//! Runs npm only when a source of the pages changed. `HOTLINER_WEB_DIST=FOLDER` takes pages that were built elsewhere: for
//! machines without Node. Where there is no `web/` the program is built without pages, and says so when asked for them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use sha2::{Digest, Sha256};

/// What the pages are made of, as seen from `web/`. The types of what the console answers come from its OpenAPI document.
const SOURCES: [&str; 8] = [
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "../../docs/openapi.json",
];

/// Bytes of a file's hash in its tag.
const TAG_BYTES: usize = 12;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            for line in trouble.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=HOTLINER_WEB_DIST");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let web = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?)
        .join("web");
    let dist = match std::env::var_os("HOTLINER_WEB_DIST") {
        Some(dist) => {
            println!("cargo::rerun-if-changed={}", dist.display());
            Some(PathBuf::from(dist))
        }
        None if web.join("package.json").is_file() => {
            for source in SOURCES {
                println!("cargo::rerun-if-changed={}", web.join(source).display());
            }
            Some(build(&web, &out)?)
        }
        None => {
            // Looked at again when pages appear.
            println!("cargo::rerun-if-changed={}", web.display());
            None
        }
    };
    let mut files = BTreeMap::new();
    if let Some(dist) = dist {
        collect(&dist, &dist, &mut files)
            .map_err(|error| format!("{} cannot be read: {error}", dist.display()))?;
        if !files.contains_key("index.html") {
            return Err(format!("there is no index.html in {}\nbuild the pages there first", dist.display()));
        }
    }
    let list = list(&files).map_err(|error| format!("a file of the pages cannot be read: {error}"))?;
    fs::write(out.join("assets.rs"), list).map_err(|error| format!("assets.rs cannot be written: {error}"))
}

/// Runs npm, and gives the folder of what it built.
fn build(web: &Path, out: &Path) -> Result<PathBuf, String> {
    let dist = out.join("dist");
    let lock = web.join("package-lock.json");
    // npm writes this file last: there and not older, everything is installed.
    let installed = modified(&web.join("node_modules/.package-lock.json"));
    if installed.is_none() || installed < modified(&lock) {
        npm(web, &["ci", "--no-audit", "--no-fund"])?;
    }
    let folder = dist.display().to_string();
    npm(web, &["run", "build", "--", "--outDir", &folder, "--emptyOutDir", "--logLevel", "warn"])?;
    Ok(dist)
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(path).and_then(|file| file.modified()).ok()
}

fn npm(web: &Path, args: &[&str]) -> Result<(), String> {
    let remedy =
        "install Node 20.19 or newer with npm; or set HOTLINER_WEB_DIST to a folder with the built pages";
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(program).args(args).current_dir(web).output().map_err(|error| {
        format!("the technicians' pages need Node to be built, and npm cannot be run: {error}\n{remedy}")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    Err(format!("`npm {}` in {} failed:\n{}\n{remedy}", args.join(" "), web.display(), said.trim()))
}

/// All files below `folder`, by their path below `root`, with slashes.
fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(below) = path.strip_prefix(root) {
            let name: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(name.join("/"), path);
        }
    }
    Ok(())
}

/// The source of the list: one entry for each file, by path.
fn list(files: &BTreeMap<String, PathBuf>) -> io::Result<String> {
    let mut text = String::from("static ASSETS: &[Asset] = &[\n");
    for (name, path) in files {
        let hash = Sha256::digest(fs::read(path)?);
        let tag = hash.iter().take(TAG_BYTES).fold(String::new(), |mut tag, byte| {
            // Writing to a String cannot fail.
            let _ = write!(tag, "{byte:02x}");
            tag
        });
        let path = path.canonicalize()?;
        let tag = format!("\"{tag}\"");
        let _ = writeln!(
            text,
            "    Asset {{ path: {name:?}, kind: {:?}, tag: {tag:?}, bytes: include_bytes!({:?}) }},",
            kind(name),
            path.display().to_string()
        );
    }
    text.push_str("];\n");
    Ok(text)
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
