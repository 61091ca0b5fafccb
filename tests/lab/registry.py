"""registry.py FOLDER NAME PORT: writes FOLDER/NAME, what a registry for npm tells about the one packed version in FOLDER."""

import base64
import hashlib
import json
import pathlib
import sys

folder, name, port = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
(archive,) = folder.glob(f"{name}-*.tgz")
version = archive.name[len(name) + 1 : -len(".tgz")]
integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
dist = {"tarball": f"http://127.0.0.1:{port}/{archive.name}", "integrity": integrity}
told = {
    "name": name,
    "dist-tags": {"latest": version},
    "versions": {version: {"name": name, "version": version, "dist": dist}},
}
(folder / name).write_text(json.dumps(told))
