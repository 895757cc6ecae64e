"""Drives a program as its user would: starts it, reads its lines, stops it."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

TIMEOUT_S = 60


class Program:
    """One running instance. `terminal`: its controlling one, with a method to take it; False: none."""

    def __init__(self, command, folder, environment, terminal=None):
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment,
            start_new_session=terminal is not None, preexec_fn=terminal.take if terminal else None,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="surrogateescape")
        self.lines = []
        self.errors = ""
        self._changed = threading.Condition()
        self._readers = [threading.Thread(target=self._read_lines, daemon=True),
                         threading.Thread(target=self._read_errors, daemon=True)]
        for reader in self._readers:
            reader.start()

    def _read_lines(self):
        for line in self.process.stdout:
            with self._changed:
                if line.endswith("\n"):
                    self.lines.append(line[:-1])
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _read_errors(self):
        self.errors = self.process.stderr.read()

    def wait_for(self, pattern, count=1):
        """Returns once `count` lines match; fails if the program ends before."""
        def ready():
            matching = sum(1 for line in self.lines if pattern.fullmatch(line))
            return matching >= count or not self._readers[0].is_alive()
        with self._changed:
            if not self._changed.wait_for(ready, TIMEOUT_S):
                raise AssertionError(f"no line {pattern.pattern} in {self.lines}")
        matching = sum(1 for line in self.lines if pattern.fullmatch(line))
        return matching >= count

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.end()

    def end(self):
        """Waits for the end and returns the exit code (negative: the signal)."""
        code = self.process.wait(TIMEOUT_S)
        for reader in self._readers:
            reader.join(TIMEOUT_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class ProgramTest(unittest.TestCase):
    """A folder and a state directory of its own for each test."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tidemark e2e ")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {
            key: value for key, value in os.environ.items()
            if not key.startswith("TIDEMARK_") and key != "RESTORE_FROM_FILE"}
        self.environment["XDG_STATE_HOME"] = os.path.join(self.folder, "state")

    def path(self, name):
        return os.path.join(self.folder, name)
