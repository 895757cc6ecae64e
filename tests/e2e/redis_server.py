"""A Redis server of a test's own, on loopback, with the settings under which it loses nothing."""

import glob
import os
import random
import shutil
import signal
import socket
import subprocess
import time

TIMEOUT_S = 60


def installed():
    return shutil.which("redis-server") is not None


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    """One below those that the system hands out, so that nobody gets it while a server is stopped."""
    return next(port for port in iter(lambda: random.randrange(20000, 32000), None) if is_free(port))


class RedisServer:
    def __init__(self, folder, *settings):
        self.folder = folder
        self.settings = settings
        self.process = None
        os.makedirs(folder)
        self.port = free_port()
        self.start()

    @property
    def uri(self):
        return f"redis://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder,
             "--logfile", os.path.join(self.folder, "log"), "--save", "",
             "--appendonly", "yes", "--appendfsync", "always", *self.settings],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.monotonic() + TIMEOUT_S
        while self.ask("PING") in (None, "-LOADING"):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError("redis-server does not start")
            time.sleep(0.005)

    def ask(self, command):
        """The first word of the answer; None without one."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), TIMEOUT_S) as client:
                client.sendall(f"{command}\r\n".encode())
                answer = client.recv(4096).decode(errors="replace").split()
                return answer[0] if answer else None
        except OSError:
            return None

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(TIMEOUT_S)

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)

    def take_back(self, command):
        """Removes the command, the last one, from the append-only file of a server that is stopped."""
        [log] = glob.glob(os.path.join(glob.escape(self.folder), "appendonlydir", "*.incr.aof"))
        written = f"*1\r\n${len(command)}\r\n{command}\r\n".encode()
        with open(log, "r+b") as file:
            kept, found, _ = file.read().rpartition(written)
            assert found, "the command is not in the append-only file"
            file.truncate(len(kept))

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)
