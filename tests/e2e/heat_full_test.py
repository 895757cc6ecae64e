"""examples/heat on a disk that is full for a while: a small one of its own, which only root can mount."""

import errno
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

from heat import BEGUN, SAVED, HeatTest
from program import TIMEOUT_S

COMPLAINT = re.compile(r"heat: .*No space left on device.*")
WORKS_AGAIN = re.compile(r"heat: saving works again")
ROOM = 64 << 20
ONE_STREAM = ("sh", "-c", 'exec "$@" 2>&1', "sh")  # the complaints among the lines, in their order


def mount(folder):
    """Returns why it cannot."""
    result = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tidemark", folder],
                            capture_output=True, text=True, check=False)
    return result.stderr.strip() if result.returncode else None


def unmount(folder):
    subprocess.run(["umount", folder], check=True, timeout=TIMEOUT_S)


def why_not():
    """Returns why no disk can be mounted here, if that is so."""
    with tempfile.TemporaryDirectory() as folder:
        why = mount(folder)
        if not why:
            unmount(folder)
        return why


class FullDiskTest(HeatTest):
    def setUp(self):
        super().setUp()
        self.disk = self.path("disk")
        os.mkdir(self.disk)
        self.assertIsNone(mount(self.disk))
        self.addCleanup(unmount, self.disk)

    def begin(self):
        heat = self.endless("-every=10ms", name="disk/heat", wrapper=ONE_STREAM)
        self.addCleanup(lambda: heat.process.poll() is None and self.kill(heat))
        return heat

    def filler(self):
        return os.path.join(self.disk, "filler")

    def fill_until(self, heat, complaint):
        """Takes all space, also what a save gives back, until the program complains."""
        deadline = time.monotonic() + TIMEOUT_S
        with open(self.filler(), "ab", buffering=0) as filler:
            while not any(complaint.fullmatch(line) for line in heat.lines):
                self.assertIsNone(heat.process.poll(), heat.lines)
                self.assertLess(time.monotonic(), deadline, heat.lines)
                try:
                    filler.write(bytes(64 << 10))
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)
                    time.sleep(0.01)

    def test_it_goes_on_and_saves_once_there_is_room(self):
        heat = self.begin()
        heat.wait_until_saved(2)
        self.fill_until(heat, COMPLAINT)
        saved = heat.steps(SAVED)
        os.remove(self.filler())
        self.assertTrue(heat.wait_for(WORKS_AGAIN), heat.lines)
        heat.wait_until_saved(len(saved) + 2)
        later = heat.steps(SAVED)[len(saved):]
        self.assertGreaterEqual(later[0], saved[-1] + 2, "it computed on while the disk was full")
        complaints = [line for line in heat.lines if COMPLAINT.fullmatch(line)]
        self.assertEqual(len(complaints), 1, "said once")
        self.assertEqual(heat.stop(), 0, heat.lines)
        saved = heat.steps(SAVED)[-1]
        self.assertEqual(self.begin().wait_until_begun(), saved)

    def test_what_was_saved_survives_a_kill_on_a_full_disk(self):
        heat = self.begin()
        heat.wait_until_saved(2)
        self.fill_until(heat, COMPLAINT)
        self.kill(heat)
        saved = heat.steps(SAVED)[-1]
        again = self.begin()
        if again.wait_for(BEGUN):  # else there was no room for the take-over either
            self.assertGreaterEqual(again.steps(BEGUN)[0], saved)
        self.kill(again)
        os.remove(self.filler())
        last = self.begin()
        self.assertGreaterEqual(last.wait_until_begun(), saved)
        last.wait_until_saved(2)


if __name__ == "__main__":
    WHY = why_not()
    if WHY:
        print(f"skipped: no disk of its own can be mounted: {WHY}")
        sys.exit(77)
    unittest.main()
