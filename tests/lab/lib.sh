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
