# What every scenario's scripts may use. Sourced by all of them; LAB is the scenario's own folder and the working folder.
# Everything here works on roots, ports and files of the scenario's own; nothing of the machine is changed.

TOOLS=$(dirname "${BASH_SOURCE[0]}")
ROOT=$LAB/root
export ROOT TOOLS

# deb NAME VERSION [FIELD…]: builds $LAB/NAME.deb from $LAB/tree/NAME (put files and DEBIAN/postinst there before).
# ARCH=… sets the architecture; each FIELD is a whole control line.
deb() {
    local name=$1 version=$2 tree=$LAB/tree/$1
    shift 2
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/$name"
    echo "$name $version" >"$tree/usr/share/$name/readme"
    {
        printf 'Package: %s\nVersion: %s\nArchitecture: %s\n' "$name" "$version" "${ARCH:-all}"
        printf 'Maintainer: Support <support@example.org>\n'
        [ $# -eq 0 ] || printf '%s\n' "$@"
        printf 'Description: test\n'
    } >"$tree/DEBIAN/control"
    dpkg-deb --root-owner-group -Zgzip --build "$tree" "$LAB/$name.deb" >/dev/null
}

# script NAME WHICH: the maintainer script WHICH of package NAME, from standard input.
script() {
    mkdir -p "$LAB/tree/$1/DEBIAN"
    { echo '#!/bin/sh'; cat; } >"$LAB/tree/$1/DEBIAN/$2"
    chmod 755 "$LAB/tree/$1/DEBIAN/$2"
}

# payload NAME BYTES: a file of that size in package NAME that does not compress.
payload() {
    mkdir -p "$LAB/tree/$1/usr/share/$1"
    head -c "$2" /dev/urandom >"$LAB/tree/$1/usr/share/$1/blob"
}

# dpkg_root: an empty root for dpkg and apt at $ROOT.
dpkg_root() {
    mkdir -p "$ROOT"/var/lib/dpkg/{info,updates,triggers} "$ROOT"/var/log "$ROOT"/tmp
    touch "$ROOT/var/lib/dpkg/status" "$ROOT/var/log/dpkg.log"
}

# DPKG ARGS…: dpkg on that root; maintainer scripts run without chroot, so the root needs no shell.
DPKG() {
    dpkg --root="$ROOT" --log="$ROOT/var/log/dpkg.log" --force-not-root --force-bad-path --force-script-chrootless "$@"
}

# apt_root SOURCE…: a root for apt with these lines in its sources.list; sets APT_CONFIG.
apt_root() {
    dpkg_root
    mkdir -p "$ROOT"/etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d,auth.conf.d} "$ROOT"/var/lib/apt/lists/partial \
        "$ROOT"/var/cache/apt/archives/partial "$ROOT"/var/log/apt
    printf '%s\n' "$@" >"$ROOT/etc/apt/sources.list"
    cat >"$LAB/apt.conf" <<CONF
Dir "$ROOT";
Dir::State::status "$ROOT/var/lib/dpkg/status";
Dir::Bin::dpkg "/usr/bin/dpkg";
DPkg::Options { "--root=$ROOT"; "--log=$ROOT/var/log/dpkg.log"; "--force-not-root"; "--force-bad-path"; "--force-script-chrootless"; };
DPkg::Path "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
APT::Sandbox::User "root";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
Acquire::Languages "none";
Acquire::Retries "0";
Acquire::http::Timeout "5";
Acquire::https::Timeout "5";
APT::Get::Assume-Yes "true";
Dpkg::Use-Pty "0";
CONF
    export APT_CONFIG=$LAB/apt.conf
}

# repository FOLDER [RELEASE-FIELD…]: Packages and Release for the packages in FOLDER.
repository() {
    python3 "$TOOLS/repository.py" "$@"
}

# sign_key [GPG-OPTION…]: makes a signing key; its public half goes to $LAB/key.gpg.
sign_key() {
    export GNUPGHOME=$LAB/gnupg
    mkdir -p -m 700 "$GNUPGHOME"
    gpg "$@" --batch --quiet --passphrase '' --quick-gen-key 'Archive <archive@example.org>' ed25519 sign "${EXPIRES:-never}" 2>/dev/null
    gpg "$@" --batch --quiet --export >"$LAB/key.gpg"
}

# sign FOLDER [GPG-OPTION…]: FOLDER/Release becomes FOLDER/InRelease.
sign() {
    local folder=$1
    shift
    GNUPGHOME=$LAB/gnupg gpg "$@" --batch --quiet --yes --clearsign --output "$folder/InRelease" "$folder/Release"
}

# serve MODE [ARG…]: a small server on loopback (see serve.py for the modes); its port goes to $PORT.
serve() {
    local port
    exec {port}< <(exec python3 "$TOOLS/serve.py" "$@" 2>>"$LAB/serve.log")
    read -r PORT <&"$port"
    exec {port}<&-
    export PORT
}

# certificate NAME [OPENSSL-OPTION…]: $LAB/cert.pem with its key in the same file, self-signed for NAME.
certificate() {
    local name=$1
    shift
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
        -addext "subjectAltName=DNS:$name,IP:127.0.0.1" -keyout "$LAB/key.pem" -out "$LAB/only.pem" "$@" 2>/dev/null
    cat "$LAB/only.pem" "$LAB/key.pem" >"$LAB/cert.pem"
}

# volume FOLDER OPTIONS: a small tmpfs of the scenario's own (needs root).
volume() {
    mkdir -p "$1"
    mount -t tmpfs -o "$2" lab "$1"
}

# fill FOLDER: takes all the room that is left there.
fill() {
    dd if=/dev/zero of="$1/filler" bs=64k status=none 2>/dev/null || true
}

# offline COMMAND…: runs it in a network namespace that has only its own loopback.
offline() {
    unshare --net -- bash -c 'ip link set lo up; exec "$@"' offline "$@"
}

# stub NAME: an executable $LAB/bin/NAME from standard input, first in PATH.
stub() {
    mkdir -p "$LAB/bin"
    cat >"$LAB/bin/$1"
    chmod 755 "$LAB/bin/$1"
}
PATH=$LAB/bin:$PATH

# Settings for languages' installers: nothing of the machine's, nothing that leaves it (port 9 refuses).
export PIP_INDEX_URL=http://127.0.0.1:9/ npm_config_registry=http://127.0.0.1:9/
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_RETRIES=1 PIP_ROOT_USER_ACTION=ignore PIP_CONFIG_FILE=/dev/null
export npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false npm_config_fetch_retries=0
export CARGO_HOME=$LAB/cargo CARGO_NET_RETRY=0 CARGO_TERM_COLOR=never

# PIP ARGS…: Debian's own pip, whatever else is in PATH.
PIP() {
    /usr/bin/python3 -m pip "$@"
}

# wheel NAME VERSION [METADATA-LINE…]: $LAB/wheels/NAME-VERSION-TAG.whl; TAG=… for another platform, SIZE=… bytes of payload.
wheel() {
    mkdir -p "$LAB/wheels"
    python3 "$TOOLS/wheel.py" "$LAB/wheels" "${TAG:-py3-none-any}" "${SIZE:-0}" "$@"
}

# module NAME VERSION [MEMBER…]: a package for npm in $LAB/NAME; each MEMBER is a line of its package.json.
module() {
    local name=$1 version=$2
    shift 2
    mkdir -p "$LAB/$name"
    {
        printf '{"name": "%s", "version": "%s"' "$name" "$version"
        [ $# -eq 0 ] || printf ',\n %s' "$@"
        printf '}\n'
    } >"$LAB/$name/package.json"
}

# registry MODULE: packs a module and writes what a registry for npm tells about it, into $LAB/registry; serve that folder first.
registry() {
    (cd "$LAB/registry" && npm pack --silent "$LAB/$1" >/dev/null)
    python3 "$TOOLS/registry.py" "$LAB/registry" "$1" "$PORT"
}

# crate NAME [LINE…]: a crate in $LAB/NAME; the LINEs are added to its Cargo.toml.
crate() {
    local name=$1
    shift
    mkdir -p "$LAB/$name/src"
    {
        printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n' "$name"
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >"$LAB/$name/Cargo.toml"
    [ -e "$LAB/$name/src/main.rs" ] || echo 'fn main() {}' >"$LAB/$name/src/main.rs"
    [ -e "$LAB/$name/src/lib.rs" ] || : >"$LAB/$name/src/lib.rs"
}

# rpm_package NAME VERSION [SPEC-LINE…]: $LAB/rpm/NAME.rpm, holding /usr/share/FILES (default NAME/readme); TARGET=… processor,
# SIZE=… bytes, PRE=… script before the installation.
rpm_package() {
    local name=$1 version=$2 top=$LAB/rpm-build file=${FILE:-/usr/share/$1/readme}
    shift 2
    mkdir -p "$top" "$LAB/rpm"
    {
        printf 'Name: %s\nVersion: %s\nRelease: 1\nSummary: t\nLicense: MIT\n' "$name" "$version"
        [ -n "${TARGET:-}" ] || echo 'BuildArch: noarch'
        [ $# -eq 0 ] || printf '%s\n' "$@"
        printf '%%description\nt\n%%install\nmkdir -p %%{buildroot}%s\n' "$(dirname "$file")"
        printf 'echo %s %s >%%{buildroot}%s\n' "$name" "$version" "$file"
        printf 'head -c %s /dev/urandom >>%%{buildroot}%s\n' "${SIZE:-0}" "$file"
        [ -z "${PRE:-}" ] || printf '%%pre\n%s\n' "$PRE"
        printf '%%files\n%s\n' "$file"
    } >"$top/$name.spec"
    LC_ALL=C rpmbuild -bb --quiet --define "_topdir $top" --define '_build_id_links none' --define '__os_install_post %nil' \
        ${TARGET:+--target "$TARGET"} "$top/$name.spec"
    mv "$top"/RPMS/*/*.rpm "$LAB/rpm/$name.rpm"
}

# RPM ARGS…: rpm on a root of its own.
RPM() {
    mkdir -p "$ROOT"
    rpm --root "$ROOT" "$@"
}

# pacman_root: a root for pacman at $ROOT; `option` lines go to its configuration.
pacman_root() {
    mkdir -p "$ROOT"/var/lib/pacman/{local,sync} "$ROOT"/var/cache/pacman/pkg "$ROOT"/var/log "$ROOT"/etc/pacman.d/gnupg
    printf '%s\n' '[options]' 'Architecture = x86_64' "SigLevel = ${SIGNATURES:-Never}" "LocalFileSigLevel = ${SIGNATURES:-Never}" "$@" >"$LAB/pacman.conf"
}

# PACMAN ARGS…: pacman on that root.
PACMAN() {
    pacman --root "$ROOT" --config "$LAB/pacman.conf" --dbpath "$ROOT/var/lib/pacman" --cachedir "$ROOT/var/cache/pacman/pkg" \
        --logfile "$ROOT/var/log/pacman.log" --gpgdir "$ROOT/etc/pacman.d/gnupg" --hookdir "$LAB/no-hooks" --noconfirm "$@"
}

# arch_package NAME VERSION [PKGINFO-LINE…]: $LAB/NAME.pkg.tar.gz, holding /usr/share/NAME; FILE=… for another, CPU=…, SIZE=….
arch_package() {
    local name=$1 version=$2 tree=$LAB/arch-tree/$1 file=${FILE:-usr/share/$1}
    shift 2
    mkdir -p "$tree/$(dirname "$file")"
    echo "$name" >"$tree/$file"
    head -c "${SIZE:-0}" /dev/urandom >>"$tree/$file"
    printf '%s = %s\n' pkgname "$name" pkgbase "$name" pkgver "$version-1" pkgdesc t builddate 1700000000 packager t \
        size "${SIZE:-4096}" arch "${CPU:-any}" license MIT >"$tree/.PKGINFO"
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$tree/.PKGINFO"
    tar -C "$tree" -czf "$LAB/$name.pkg.tar.gz" .PKGINFO "${file%%/*}"
}

# arch_repository FOLDER [PACKAGE…]: the repository `own` for pacman in FOLDER, with packages made by arch_package.
arch_repository() {
    local folder=$LAB/$1 name entry
    shift
    mkdir -p "$folder" "$LAB/arch-db"
    for name in "$@"; do
        cp "$LAB/$name.pkg.tar.gz" "$folder/"
        entry=$LAB/arch-db/$name-1.0-1
        mkdir -p "$entry"
        printf '%%%s%%\n%s\n\n' FILENAME "$name.pkg.tar.gz" NAME "$name" VERSION 1.0-1 ARCH any \
            CSIZE "$(stat -c %s "$LAB/$name.pkg.tar.gz")" ISIZE 4096 SHA256SUM "$(sha256sum "$LAB/$name.pkg.tar.gz" | cut -c-64)" >"$entry/desc"
    done
    (cd "$LAB/arch-db" && tar -czf "$folder/own.db" -- *)
}

# as_nobody COMMAND…: as a user who owns nothing (needs root).
as_nobody() {
    setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$LAB/nobody" "$@"
}
