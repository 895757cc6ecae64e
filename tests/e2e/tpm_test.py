"""The example program with a TPM, in software, as its counter: the walk-through, an old copy, another chip, and a
move there."""

import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

import redis_server
from person import IS, RESTORED, PersonTest

TIMEOUT_S = 60


class SoftwareTpm:
    """Commands on one port, its power switch on the next."""

    def __init__(self, folder):
        os.makedirs(folder)
        port = next(p for p in iter(redis_server.free_port, None) if redis_server.is_free(p + 1))
        self.uri = f"tpm:swtpm:host=127.0.0.1,port={port}"
        self.process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + folder, "--server", f"type=tcp,port={port}",
             "--ctrl", f"type=tcp,port={port + 1}", "--flags", "not-need-init,startup-clear"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + TIMEOUT_S
        while redis_server.is_free(port) or redis_server.is_free(port + 1):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError("swtpm does not start")
            time.sleep(0.005)

    def end(self):
        self.process.kill()
        self.process.wait(TIMEOUT_S)


class TpmTest(PersonTest):
    def setUp(self):
        super().setUp()
        self.chip = self.make_chip("chip")
        self.environment["TIDEMARK_COUNTER"] = self.chip.uri

    def make_chip(self, name):
        chip = SoftwareTpm(self.path(name))
        self.addCleanup(chip.end)
        return chip

    def restored(self, *arguments):
        """The age that a restore comes back with, and goes on from."""
        person = self.run_person("-tick=10ms", *arguments, restore="dump.dat")
        if not person.wait_for(IS, 3):
            self.fail(f"not restored ({person.end()}): {person.errors}")
        self.assertEqual(person.stop(), 0, person.errors)
        self.saved = person.ages_saved()[-1]
        return int(RESTORED.fullmatch(person.lines[0])[2])

    def test_the_walk_through(self):
        self.walk(number=signal.SIGTERM)

    def test_an_old_copy(self):
        self.make_dump()
        shutil.copyfile(self.path("dump.dat"), self.path("old.dat"))
        self.restored_age()
        shutil.copyfile(self.path("old.dat"), self.path("dump.dat"))
        self.expect_refused(6, restore="dump.dat", says="old copy", unchanged=False)

    def test_another_chip(self):
        self.make_dump()
        other = self.make_chip("other")
        self.expect_refused(14, "-counter=" + other.uri, restore="dump.dat", unchanged=False)
        self.restored_age()

    def test_without_a_key(self):
        self.expect_refused(2, "-name=Ada", "-age=35", "-key=none", says="needs a key", unchanged=False)

    def test_a_move_there(self):
        age = self.make_dump("-counter=file:")
        self.assertEqual(self.restored("-moved-from=file:"), age)
        age = self.saved
        self.assertEqual(self.restored(), age)
        self.expect_refused(14, "-counter=file:", restore="dump.dat",
                            says="moved the lineage from this counter", unchanged=False)


if __name__ == "__main__":
    if not shutil.which("swtpm"):
        print("skipped: there is no swtpm; tools/install-deps installs it")
        sys.exit(77)
    unittest.main()
