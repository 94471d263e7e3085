"""The app as a process of its own, for a benchmark: started on a free port, ended afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_START_SECONDS = 60


@dataclass(frozen=True)
class App:
    """A running app. log : its standard output and error."""

    port: int
    pid: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def memory(self) -> float:
        """Resident memory in MB (Linux)."""
        words = Path(f"/proc/{self.pid}/statm").read_text().split()
        return int(words[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_seconds(self) -> float:
        """Processor time used so far (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def faults(self) -> list[str]:
        """Lines of the log that tell of an exception."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if "Traceback" in line or "Error" in line]


@contextlib.contextmanager
def running(*, wait: bool = True, script: str = "app.py", **environment: str) -> Iterator[App]:
    """Run the app on a free port of this machine alone.

    wait : until it answers. script : the app's file, from the repository's folder.
    environment : variables besides those of this process.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.txt")
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)],
                cwd=REPOSITORY,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            app = App(port, server.pid, log)
            if wait:
                wait_for(app)
            yield app
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def wait_for(app: App) -> None:
    """Until it answers."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and Path(f"/proc/{app.pid}").exists():
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=1).close()
            return
        time.sleep(0.02)
    raise RuntimeError(f"The app does not answer: {app.log.read_text(errors='replace')}")
