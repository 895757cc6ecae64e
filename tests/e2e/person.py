"""Drives the example program as its user would: starts it, reads its lines, stops it."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

PROGRAM = os.path.abspath(os.environ["TIDEMARK_PERSON"])
TIMEOUT_S = 60

SAVED = re.compile(r"saved (.*), (-?\d+) years old, to (.*) \(generation (\d+)\)")
RESTORED = re.compile(r"restored (.*), (-?\d+) years old, from (.*) \(generation (\d+)\)")
IS = re.compile(r"(.*) is (-?\d+) years old")


class Person:
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

    def ages_saved(self):
        return [int(match[2]) for match in map(SAVED.fullmatch, self.lines) if match]

    def ages_shown(self):
        return [int(match[2]) for match in map(IS.fullmatch, self.lines) if match]


class PersonTest(unittest.TestCase):
    """A folder and a state directory of its own for each test."""

    program = (PROGRAM,)  # what runs it, and from where

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tidemark e2e ")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {
            key: value for key, value in os.environ.items()
            if not key.startswith("TIDEMARK_") and key != "RESTORE_FROM_FILE"}
        self.environment["XDG_STATE_HOME"] = os.path.join(self.folder, "state")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_person(self, *arguments, restore=None, wrapper=(), terminal=None, **variables):
        environment = dict(self.environment, **variables)
        if restore is not None:
            environment["RESTORE_FROM_FILE"] = restore
        person = Person([*wrapper, *self.program, *arguments], self.folder, environment, terminal)
        self.addCleanup(lambda: person.process.poll() is None and person.process.kill())
        return person

    def begin(self, *arguments, age=35, file="dump.dat", **more):
        return self.run_person("-name=Ada", f"-age={age}", f"-file={file}", *arguments, **more)

    def make_dump(self, *arguments, file="dump.dat", **more):
        """A lineage that was started and stopped; returns the age that was saved."""
        person = self.begin("-tick=10ms", *arguments, file=file, **more)
        person.wait_for(IS, 3)
        self.assertEqual(person.stop(), 0, person.errors)
        return person.ages_saved()[-1]

    def restored_age(self, file="dump.dat", **more):
        person = self.run_person("-tick=1h", restore=file, **more)
        if not person.wait_for(IS):
            self.fail(f"not restored ({person.end()}): {person.errors}")
        self.assertEqual(person.stop(), 0, person.errors)
        age = int(RESTORED.fullmatch(person.lines[0])[2])
        self.assertEqual(person.ages_shown()[0], age, "the next line shows the restored age")
        return age

    def tree(self):
        """Every file below the folder with its bytes; an empty lock file does not count."""
        found = {}
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                try:
                    with open(path, "rb") as file:
                        contents = file.read()
                except PermissionError:
                    continue
                if contents or not name.endswith(".lock"):
                    found[path] = contents
        return found

    def expect_refused(self, code, *arguments, restore=None, says="", unchanged=True, **variables):
        """The program ends at once with `code`, two lines on standard error, and changes nothing."""
        before = self.tree()
        person = self.run_person(*arguments, restore=restore, **variables)
        self.assertEqual(person.end(), code, person.errors)
        self.assertEqual(person.lines, [])
        lines = person.errors.splitlines()
        self.assertGreaterEqual(len(lines), 2, person.errors)
        self.assertTrue(all(line.startswith("person: ") for line in lines), person.errors)
        self.assertIn(says, person.errors)
        if unchanged:
            self.assertEqual(self.tree(), before)
        return person
