"""kill -9 at each single system call of a start and of its checkpoints, and of a restore and its
checkpoints: strace sends the signal as the call begins."""

import os
import re
import shutil
import signal
import subprocess
import unittest

from person import IS, RESTORED, SAVED, PersonTest

CALLS = ("openat,pwrite64,pread64,write,fdatasync,fsync,rename,renameat,renameat2,unlink,ftruncate,"
         "fcntl,mkdir,fchmod,chmod,fallocate,getdents64")


def strace(*options):
    return ("strace", "-f", "-qq", "-o", "/dev/null", *options)


def can_trace():
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run([*strace("-e", "trace=none"), "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "strace may not trace here"


@unittest.skipIf(can_trace(), can_trace())
class SyscallTest(PersonTest):
    def count_calls(self, run):
        """How often each call is made in a run that nobody disturbs."""
        log = self.path("strace.log")
        run(("strace", "-f", "-qq", "-o", log, "-e", f"trace={CALLS}"))
        counts = {}
        with open(log, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                match = re.match(r"\d+\s+(\w+)\(", line)
                if match:
                    counts[match[1]] = counts.get(match[1], 0) + 1
        self.assertIn("fdatasync", counts)
        return counts

    def finish(self, person, pattern=SAVED, count=2):
        if person.wait_for(pattern, count):
            # The signal goes to the program, not to strace, which would not pass it on.
            pid = person.process.pid
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
                for child in children.read().split():
                    os.kill(int(child), signal.SIGTERM)
        return person.end()

    def kill_everywhere(self, prepare, run, verify):
        prepare()
        counts = self.count_calls(run)
        shutil.rmtree(self.folder)
        os.mkdir(self.folder)
        killed = 0
        for call, count in counts.items():
            for number in range(1, count + 1):
                with self.subTest(call=call, number=number):
                    prepare()
                    person = run(strace("-e", f"trace={call}", "-e",
                                        f"inject={call}:signal=KILL:when={number}"))
                    killed += person.process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
                    verify(person)
                    shutil.rmtree(self.folder)
                    os.mkdir(self.folder)
        self.assertGreater(killed, 20, "hardly anything was killed")

    def test_start_and_checkpoints(self):
        def run(wrapper):
            person = self.begin("-tick=5ms", "-every=5ms", wrapper=wrapper)
            self.finish(person)
            return person

        def verify(person):
            saved = person.ages_saved() or person.ages_shown()[:1]
            if saved:
                self.assertGreaterEqual(self.restored_age(), saved[-1])
                return
            # Killed before the first line: either a restore or a new start succeeds.
            restored = self.run_person("-tick=1h", restore="dump.dat")
            if restored.wait_for(IS):
                self.assertEqual(restored.stop(), 0, restored.errors)
                return
            self.assertEqual(restored.end(), 3, restored.errors)
            fresh = self.begin("-tick=1h")
            self.assertTrue(fresh.wait_for(IS), fresh.errors)
            self.assertEqual(fresh.stop(), 0, fresh.errors)

        self.kill_everywhere(lambda: None, run, verify)

    def test_restore_and_checkpoints(self):
        before = []

        def prepare():
            before.append(self.make_dump())

        def run(wrapper):
            person = self.run_person("-tick=5ms", "-every=5ms", restore="dump.dat", wrapper=wrapper)
            self.finish(person)
            return person

        def verify(person):
            saved = (before[-1:] + person.ages_saved())[-1]
            self.assertGreaterEqual(self.restored_age(), saved)

        self.kill_everywhere(prepare, run, verify)

    def test_a_file_that_the_system_does_not_examine_is_passed_over(self):
        """As on an encrypted mount of Gramine, where a torn file is there but has no status."""
        age = self.make_dump("-publish=alternate")
        with open(self.path("dump.dat"), "wb") as file:
            file.write(bytes(4096))
        closed = strace("-P", os.path.realpath(self.path("dump.dat")), "-e", "trace=newfstatat",
                        "-e", "inject=newfstatat:error=EACCES")
        person = self.run_person("-tick=1h", restore="dump.dat", wrapper=closed)
        self.assertEqual(self.finish(person, IS, 1), 0, person.errors)
        self.assertEqual(int(RESTORED.fullmatch(person.lines[0])[2]), age)


if __name__ == "__main__":
    unittest.main()
