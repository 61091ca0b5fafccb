"""repository.py FOLDER [FIELD…]: writes Packages and Release for the .deb files in FOLDER, as a flat repository.

Each FIELD is a line of Release such as `Suite: stable`. Without a Date the present time is written.
"""

import email.utils
import hashlib
import pathlib
import subprocess
import sys

folder = pathlib.Path(sys.argv[1])
fields = sys.argv[2:]

stanzas = []
for package in sorted(folder.glob("*.deb")):
    control = subprocess.run(["dpkg-deb", "-f", package], check=True, capture_output=True, text=True).stdout.rstrip()
    data = package.read_bytes()
    stanzas.append(
        f"{control}\nFilename: ./{package.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n"
    )
packages = "\n".join(stanzas).encode()
(folder / "Packages").write_bytes(packages)

if not any(field.startswith("Date:") for field in fields):
    fields.append("Date: " + email.utils.formatdate(usegmt=True).replace("GMT", "UTC"))
release = "Origin: Lab\nArchitectures: amd64 all\n" + "".join(field + "\n" for field in fields)
release += f"SHA256:\n {hashlib.sha256(packages).hexdigest()} {len(packages)} Packages\n"
(folder / "Release").write_text(release)
