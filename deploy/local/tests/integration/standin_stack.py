"""`heli` with stand-ins for the services and the gateway: real PostgreSQL, NATS, issuer and supervisor around them.

usage: standin_stack.py <folder for the stand-ins> <arguments of heli>
"""

import os
import sys
from pathlib import Path

from heli_local import main, topology

STANDIN = """#!{python} -IS
import http.server, os, socket, subprocess, sys
if sys.argv[1] == "migrate":
    sys.exit(0)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])  # a worker process of its own
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *arguments):
        pass
assert os.environ["LISTEN_PID"] == str(os.getpid())
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=3)
assert server.socket.getsockname()[1] == int(os.environ["HELI_BIND_PORT"])
if os.environ["LISTEN_FDNAMES"] == "http:ready":
    if os.path.exists("never-ready"):
        sys.exit(7)
    os.write(4, b"ready")
server.serve_forever()
"""

if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*(service.command for service in topology.SERVICES), topology.GATEWAY):
        script = folder / name
        if not script.exists():
            aside = folder / f"{name}.{os.getpid()}"
            aside.write_text(STANDIN.format(python=sys.executable))
            aside.chmod(0o755)
            aside.rename(script)
    topology.programs_folder = lambda: folder
    main.main()
