"""The example under gramine-direct, where Gramine is installed. TIDEMARK_KILLS: how many."""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
import unittest

import kill_test
import redis_server
from make_example import copy_example, run_make
from person import IS, PROGRAM, PersonTest, without_waiting

FILES = ("dump.dat", "dump.enc.dat")
MISSING = [tool for tool in ("gramine-direct", "gramine-manifest") if shutil.which(tool) is None]
SKIPPED = 77  # what ctest takes for it


def copy(source, target):
    (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, target)


class GramineTest(PersonTest):
    program = ("gramine-direct", "./main")

    def setUp(self):
        super().setUp()
        copy_example(self.folder, PROGRAM)
        self.make("main.manifest")

    def make(self, *arguments):
        result = run_make(self.folder, *arguments, XDG_CONFIG_HOME=self.path("config"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def expect_refused(self, code, *arguments, restore=None, says="", unchanged=True, **variables):
        """Gramine writes a program's standard error to its own standard output."""
        before = self.tree()
        person = self.run_person(*arguments, restore=restore, **variables)
        self.assertEqual(person.end(), code, person.lines)
        self.assertEqual(len(without_waiting(person.lines)), 2, person.lines)
        self.assertTrue(all(line.startswith("person: ") for line in person.lines), person.lines)
        self.assertIn(says, "\n".join(person.lines))
        if unchanged:
            self.assertEqual(self.tree(), before)
        return person

    def write(self, name, contents):
        with open(self.path(name), "wb") as file:
            file.write(contents)

    def remove(self, *names):
        for path in filter(os.path.exists, map(self.path, names)):
            (shutil.rmtree if os.path.isdir(path) else os.remove)(path)

    def keep(self, *names):
        """Copies those that the host has now; returns what puts them back."""
        kept = tempfile.mkdtemp(dir=self.folder)
        for name in filter(lambda name: os.path.exists(self.path(name)), names):
            copy(self.path(name), os.path.join(kept, name))

        def put_back():
            self.remove(*names)
            for name in os.listdir(kept):
                copy(os.path.join(kept, name), self.path(name))
        return put_back


class WalkthroughTest(GramineTest):
    def test_walkthrough(self):
        for file in FILES:
            with self.subTest(file=file):
                self.walk(file, restores=5)

    def test_both_lives_are_kept_apart(self):
        ages = {file: self.make_dump(file=file, age=age) for file, age in zip(FILES, (10, 1000))}
        for file, age in ages.items():
            self.assertEqual(self.restored_age(file), age)

    def test_a_fresh_start_over_a_living_lineage(self):
        for file in FILES:
            self.make_dump(file=file)
            self.expect_refused(10, "-name=B", "-age=1", f"-file={file}",
                                says=f'"person:/{file}" lives already')

    def test_nothing_is_readable_on_the_host(self):
        for file in FILES:
            self.make_dump(file=file)
        for path, contents in self.tree().items():
            if "dump" in path:
                self.assertNotIn(b"Ada", contents, path)


class RefusalTest(GramineTest):
    """What the host may try."""

    def test_the_old_files_put_back(self):
        for file in FILES:
            with self.subTest(file=file):
                age = self.make_dump(file=file)
                put_back = self.keep(file, f"{file}.d")
                put_counter_back = self.keep("counters")
                for _ in range(2):
                    person = self.run_person("-tick=10ms", restore=file)
                    self.assertTrue(person.wait_for(IS, 3), person.lines)
                    self.assertEqual(person.stop(), 0, person.lines)
                put_back()
                self.expect_refused(6, restore=file, says="old copy")
                # It was the counter that refused: Gramine itself lets the old files pass.
                put_counter_back()
                self.assertEqual(self.restored_age(file), age)

    def test_everything_deleted_is_no_fresh_start(self):
        for file in FILES:
            with self.subTest(file=file):
                self.make_dump(file=file)
                self.remove(file, f"{file}.d")
                self.expect_refused(3, restore=file)
                self.expect_refused(10, "-name=B", "-age=1", f"-file={file}")

    def test_an_encrypted_file_that_does_not_open_is_passed_over(self):
        """What a kill can leave; the newest generation is in the folder beside it."""
        self.make_dump(file="dump.enc.dat")
        for torn in (b"", bytes(4096), os.urandom(8192)):
            with self.subTest(torn=len(torn)):
                age = self.restored_age("dump.enc.dat")
                self.write("dump.enc.dat", torn)
                self.assertEqual(self.restored_age("dump.enc.dat"), age)

    def test_a_torn_encrypted_file_does_not_keep_a_fresh_start_from_starting(self):
        self.write("dump.enc.dat", os.urandom(8192))
        self.expect_refused(1, restore="dump.enc.dat", says="dump.enc.dat")
        age = self.make_dump(file="dump.enc.dat")
        self.assertEqual(self.restored_age("dump.enc.dat"), age)

    def test_flags_that_would_choose_otherwise(self):
        for flag in ("-counter=memory:", "-key=none", "-lineage=another", "-policy=single_use",
                     "-publish=append", "-new"):
            with self.subTest(flag=flag):
                self.expect_refused(2, "-name=B", "-age=1", flag, says="TIDEMARK_FIXED")

    def test_the_hosts_environment_chooses_nothing(self):
        variables = {"TIDEMARK_COUNTER": "memory:", "TIDEMARK_KEY": "none", "TIDEMARK_FIXED": "",
                     "TIDEMARK_LINEAGE": "another"}
        age = self.make_dump(**variables)
        self.assertEqual(self.restored_age(), age)
        self.expect_refused(2, "-name=B", "-age=1", "-new", **variables)

    def test_a_file_that_the_manifest_does_not_allow(self):
        person = self.begin(file="other.dat")
        self.assertEqual(person.end(), 1, person.lines)
        self.assertEqual(person.ages_shown(), [])


class RedisTest(GramineTest):
    """The counter on the host, outside of Gramine."""

    def setUp(self):
        super().setUp()
        if not redis_server.installed():
            self.skipTest("redis-server is not installed")
        self.redis = redis_server.RedisServer(self.path("redis"))
        self.addCleanup(lambda: self.redis.process.poll() is None and self.redis.kill())
        self.make("main.manifest", f"COUNTER={self.redis.uri}?timeout=2s")

    def test_walkthrough(self):
        for file in FILES:
            with self.subTest(file=file):
                self.walk(file, restores=5)
        self.assertFalse(os.path.exists(self.path("counters")))

    def test_all_that_is_old_put_back(self):
        names = [name for file in FILES for name in (file, f"{file}.d")]
        for file in FILES:
            self.make_dump(file=file)
        put_back = self.keep(*names)
        for file in FILES:
            self.restored_age(file)
        put_back()
        for file in FILES:
            self.expect_refused(6, restore=file, says="old copy")

    def test_redis_restarted_and_away(self):
        for file in FILES:
            with self.subTest(file=file):
                age = self.make_dump(file=file)
                self.redis.kill()
                self.redis.start()
                self.assertEqual(self.restored_age(file), age)
                person = self.run_person("-tick=10ms", restore=file)
                self.assertTrue(person.wait_for(IS, 3), person.lines)
                self.redis.stop()
                self.assertEqual(person.stop(), 16, person.lines)
                self.expect_refused(9, restore=file)
                self.redis.start()
                self.assertEqual(self.restored_age(file), person.ages_shown()[-1])

    def test_two_at_once_one_of_which_saves(self):
        for file in FILES:
            self.make_dump(file=file)
            for _ in range(10):
                pair = [self.run_person("-tick=1h", restore=file) for _ in range(2)]
                for person in pair:
                    person.wait_for(IS)  # or its end
                codes = sorted(person.stop() for person in pair)
                lines = [person.lines for person in pair]
                # 6: a file that Gramine saw half-written stays closed to that instance.
                self.assertIn(codes, ([0, 6], [0, 8]), lines)
                self.assertEqual(sum(len(person.ages_saved()) for person in pair), 1, lines)


class GramineKillTest(GramineTest, kill_test.KillTest):
    longest_run_s = 0.3  # about as long as Gramine takes to start
    started_share = 0.7

    def test_nothing_that_was_shown_as_saved_is_lost(self):
        for file in FILES:
            self.kill_again_and_again(file)

    def test_a_start_killed_anywhere_is_no_dead_end(self):
        dice = random.Random(int(os.environ.get("TIDEMARK_SEED", "0")))
        for number in range(kill_test.KILLS // 4):
            file = FILES[number % 2]
            with self.subTest(file=file, number=number):
                self.remove(file, f"{file}.d", "counters")
                started = self.begin("-tick=1h", file=file)
                while not os.path.exists(self.path("counters")) and started.process.poll() is None:
                    time.sleep(0.001)
                time.sleep(dice.uniform(0, 0.015))
                started.process.send_signal(signal.SIGKILL)
                started.end()
                restored = self.run_person("-tick=1h", restore=file)
                if restored.wait_for(IS):
                    self.assertEqual(restored.stop(), 0, restored.lines)
                    continue
                self.assertEqual(started.ages_shown(), [])
                self.assertIn(restored.end(), (1, 3, 4), restored.lines)
                self.make_dump(file=file)
                self.restored_age(file)


class SgxTest(GramineTest):
    @unittest.skipIf(shutil.which("gramine-sgx-sign") is None,
                     "Gramine was not built for SGX: no gramine-sgx-sign on the PATH")
    def test_up_to_the_signature(self):
        self.make("SGX=1")
        self.assertEqual(os.path.getsize(self.path("main.sig")), 1808, "an SGX SIGSTRUCT")
        self.assertTrue(os.path.exists(self.path("main.manifest.sgx")))
        with open(self.path("config/gramine/enclave-key.pem"), encoding="ascii") as key:
            self.assertIn("PRIVATE KEY", key.readline())


if __name__ == "__main__":
    if MISSING:
        print(f"skipped: Gramine is not installed: no {' and no '.join(MISSING)} on the PATH")
        sys.exit(SKIPPED)
    unittest.main()
