"""serve.py MODE [ARG…]: a server on loopback that behaves, or misbehaves, in one way. Prints its port, then serves.

files FOLDER            the files of FOLDER
tls FOLDER CERTIFICATE  the same over TLS
status CODE [FOLDER]    answers CODE to everything (407: as a proxy that wants a password); with FOLDER its lists are served
                        and only packages are refused
captive                 a login page instead of every file
cut FOLDER SUFFIX       the files of FOLDER, but one that ends in SUFFIX breaks off in the middle
silent                  takes the connection and never answers
garbage                 answers something that is no HTTP
bound                   holds a port without listening: connections are refused
"""

import http.server
import os
import socket
import ssl
import sys
import threading

mode, args = sys.argv[1], sys.argv[2:]
PAGE = b"<!DOCTYPE html><html><head><title>Hotel Wi-Fi</title></head><body><form>Please sign in</form></body></html>\n"


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *rest):
        folder = args[0] if mode in ("files", "tls", "cut") else args[1] if mode == "status" and len(args) > 1 else "."
        super().__init__(*rest, directory=folder)

    def log_message(self, *_):
        pass

    def refuse(self, code):
        self.send_response(code)
        if code == 407:
            self.send_header("Proxy-Authenticate", 'Basic realm="Proxy"')
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def do_GET(self):
        if mode == "status" and (len(args) < 2 or self.path.endswith((".deb", ".whl", ".tgz"))):
            return self.refuse(int(args[0]))
        if mode == "captive":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)
            return None
        if mode == "cut" and self.path.endswith(args[1]):
            path = self.translate_path(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(os.path.getsize(path)))
            self.end_headers()
            with open(path, "rb") as file:
                self.wfile.write(file.read(os.path.getsize(path) // 2))
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return None
        return super().do_GET()

    do_CONNECT = do_POST = do_PUT = do_GET


def raw(answer):
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    kept = []
    while True:
        connection, _ = listener.accept()
        kept.append(connection)
        if answer:
            threading.Thread(target=lambda c=connection: (c.recv(65536), c.sendall(answer), c.close())).start()


if mode == "silent":
    raw(b"")
elif mode == "garbage":
    raw(b"\x00\x01\x02 this is not HTTP\r\n\r\n")
elif mode == "bound":
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    print(holder.getsockname()[1], flush=True)
    threading.Event().wait()
else:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if mode == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args[1])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever()
