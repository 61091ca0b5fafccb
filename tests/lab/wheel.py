"""wheel.py FOLDER TAG SIZE NAME VERSION [METADATA-LINE…]: writes a wheel that holds one module and SIZE bytes of payload."""

import base64
import hashlib
import os
import pathlib
import sys
import zipfile

folder, tag, size, name, version, *lines = sys.argv[1:]
info = f"{name}-{version}.dist-info"
metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(line + "\n" for line in lines)
files = {
    f"{name}.py": f"version = {version!r}\n".encode(),
    f"{info}/METADATA": metadata.encode(),
    f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
}
if int(size):
    files[f"{name}_data.bin"] = os.urandom(int(size))


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


record = "".join(f"{path},sha256={digest(data)},{len(data)}\n" for path, data in files.items())
files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
with zipfile.ZipFile(pathlib.Path(folder) / f"{name}-{version}-{tag}.whl", "w") as wheel:
    for path, data in files.items():
        wheel.writestr(path, data)
