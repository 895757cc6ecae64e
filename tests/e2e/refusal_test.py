"""Every refusal that a user can meet: its exit code, its words, and that nothing changed on disk."""

import os
import re
import shutil
import signal
import unittest

from person import IS, SAVED, Person, PersonTest


def as_nobody():
    """Root may read everything: the permission tests run as somebody else then."""
    return os.geteuid() == 0


class RefusalTest(PersonTest):
    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def write(self, name, contents):
        with open(self.path(name), "wb") as file:
            file.write(contents)

    def below_state(self, kind, ending):
        folder = self.path(f"state/tidemark/{kind}")
        return [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(ending)]

    def test_an_old_copy(self):
        self.make_dump()
        old = self.read("dump.dat")
        self.restored_age()
        self.write("dump.dat", old)
        self.expect_refused(6, restore="dump.dat", says="old copy")

    def test_a_second_instance_on_the_same_file(self):
        first = self.begin("-tick=1h")
        first.wait_for(IS)
        self.expect_refused(13, restore="dump.dat", says=f"process {first.process.pid}")
        self.expect_refused(13, "-name=B", "-age=1", says="in use")
        self.assertEqual(first.stop(), 0, first.errors)

    def test_a_second_instance_on_a_copy(self):
        first = self.begin("-tick=10ms")
        first.wait_for(IS, 2)
        shutil.copyfile(self.path("dump.dat"), self.path("copy.dat"))
        second = self.run_person("-tick=10ms", restore="copy.dat")
        self.assertTrue(second.wait_for(IS), second.errors)
        self.assertEqual(first.stop(), 8, "the first is fenced at its next save")
        self.assertEqual(first.ages_saved(), [])
        self.assertEqual(second.stop(), 0, second.errors)

    def test_a_fenced_instance_ends_at_its_next_periodic_save(self):
        first = self.begin("-tick=10ms", "-every=2s")
        for attempt in range(1, 11):
            first.wait_for(SAVED, attempt)  # the longest time until the next
            shutil.copyfile(self.path("dump.dat"), self.path("copy.dat"))
            second = self.run_person("-tick=1h", restore="copy.dat")
            if second.wait_for(IS):
                break
            self.assertEqual(second.end(), 6, "the copy was old before it was restored")
        self.assertEqual(first.end(), 8, first.errors)
        self.assertEqual(second.stop(), 0, second.errors)

    def test_keys(self):
        self.make_dump()
        self.write("other.key", os.urandom(32))
        os.chmod(self.path("other.key"), 0o600)
        self.expect_refused(5, "-key=file:other.key", restore="dump.dat", says="key")
        os.chmod(self.path("other.key"), 0o640)
        self.expect_refused(5, "-key=file:other.key", restore="dump.dat", says="chmod 600")
        self.write("other.key", os.urandom(31))
        self.expect_refused(5, "-key=file:other.key", restore="dump.dat")
        self.expect_refused(5, "-key=file:missing.key", restore="dump.dat")
        self.expect_refused(5, "-key=env:NOT_SET", restore="dump.dat")
        self.expect_refused(5, "-key=env:SHORT", restore="dump.dat", SHORT="ab" * 31)
        person = self.run_person("-key=none", restore="dump.dat")
        self.assertEqual(person.end(), 5, person.errors)
        for key in self.below_state("keys", ".key"):
            os.remove(key)
        self.expect_refused(5, restore="dump.dat")

    def test_a_file_that_asks_for_no_cipher(self):
        person = self.begin("-key=none", "-tick=1h")
        person.wait_for(IS)
        self.assertEqual(person.stop(), 0)
        self.expect_refused(5, "-key=env:KEY", restore="dump.dat", KEY="ab" * 32)

    def test_a_fresh_start_over_a_living_lineage(self):
        self.make_dump()
        self.expect_refused(10, "-name=B", "-age=1", says="RESTORE_FROM_FILE")
        os.remove(self.path("dump.dat"))
        self.expect_refused(10, "-name=B", "-age=1", says="-new")
        self.expect_refused(3, restore="dump.dat")

    def test_the_advice_to_restore_can_be_pasted(self):
        file = "Ada's dump.dat"
        age = self.make_dump(file=file)
        refused = self.expect_refused(10, "-name=B", "-age=1", f"-file={file}", says="add -new")
        command = re.search(r"to restore: (RESTORE_FROM_FILE=.* \./main);", refused.errors)[1]
        os.symlink(self.program[0], self.path("main"))
        person = Person(["sh", "-c", f"exec env {command} -tick=1h"], self.folder, self.environment)
        self.assertTrue(person.wait_for(IS), person.errors)
        self.assertEqual(person.stop(), 0, person.errors)
        self.assertEqual(person.ages_shown(), [age])

    def test_a_lineage_that_lives_in_another_file(self):
        age = self.make_dump("-lineage=ada", file="ada.dat")
        start = ("-name=B", "-age=1", "-file=b.dat")
        refused = self.expect_refused(10, *start, "-lineage=ada", says="but not in b.dat")
        self.assertIn("RESTORE_FROM_FILE=FILE ./main", refused.errors, "who knows which")
        self.assertIn("-lineage=NAME", refused.errors)
        self.assertEqual(self.restored_age("ada.dat"), age)
        self.expect_refused(10, "-name=B", "-age=1", "-file=ada.dat", says="name another file")

    def test_no_flag_is_advised_that_is_refused(self):
        self.make_dump()
        refused = self.expect_refused(10, "-name=B", "-age=1", TIDEMARK_FIXED="1", says="to restore")
        self.assertNotRegex(refused.errors, "-new|-lineage")

    def test_a_moved_file_keeps_its_lineage(self):
        age = self.make_dump()
        os.rename(self.path("dump.dat"), self.path("moved.dat"))
        self.assertEqual(self.restored_age("moved.dat"), age)
        self.expect_refused(10, "-name=B", "-age=1")
        self.expect_refused(7, "-lineage=another", restore="moved.dat")

    def test_counters(self):
        self.make_dump()
        [counter] = self.below_state("counters", ".counter")
        kept = self.path("kept.counter")
        shutil.move(counter, kept)
        self.expect_refused(12, restore="dump.dat", says="counter")
        self.expect_refused(12, "-name=B", "-age=1", says="counter")
        other = self.begin("-counter=file:elsewhere", "-tick=1h", "-lineage=person:other", file="o.dat")
        other.wait_for(IS)
        self.assertEqual(other.stop(), 0, other.errors)
        # A counter of the same name, but with another birth.
        lineage = "person:" + os.path.realpath(self.path("dump.dat"))
        foreign = self.begin("-counter=file:elsewhere", "-tick=1h", f"-lineage={lineage}", file="f.dat")
        foreign.wait_for(IS)
        self.assertEqual(foreign.stop(), 0, foreign.errors)
        self.expect_refused(14, "-counter=file:elsewhere", restore="dump.dat")
        shutil.move(kept, counter)
        self.restored_age()
        with open(counter, "r+b") as file:
            file.write(bytes(8192))
        self.expect_refused(9, restore="dump.dat", says="file:")

    def test_an_unreadable_counter_folder(self):
        self.make_dump()
        folder = self.path("state/tidemark/counters")
        self.give_away()
        os.chmod(folder, 0)
        self.addCleanup(os.chmod, folder, 0o700)
        self.expect_refused(9, restore="dump.dat", wrapper=self.nobody())

    def test_an_unreadable_dump_and_a_read_only_folder(self):
        self.make_dump()
        self.give_away()
        os.chmod(self.path("dump.dat"), 0)
        self.expect_refused(1, restore="dump.dat", says="ermission denied", wrapper=self.nobody())
        os.chmod(self.path("dump.dat"), 0o600)
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        person = self.begin("-tick=1h", file="new.dat", wrapper=self.nobody())
        self.assertEqual(person.end(), 1, person.errors)
        self.assertEqual(person.lines, [])

    def give_away(self):
        if as_nobody():
            for folder, folders, names in os.walk(self.folder):
                for name in [".", *folders, *names]:
                    os.chown(os.path.join(folder, name), 65534, 65534)

    def nobody(self):
        return ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if as_nobody() else ()

    def expect_refused(self, code, *arguments, wrapper=(), **more):
        if not wrapper:
            return super().expect_refused(code, *arguments, **more)
        person = self.run_person(*arguments, restore=more["restore"], wrapper=wrapper)
        self.assertEqual(person.end(), code, person.errors)
        self.assertIn(more.get("says", ""), person.errors)
        return person

    def test_what_is_no_dump(self):
        self.write("empty", b"")
        self.write("letter", b"Dear reader, this is a letter, and no checkpoint.\n" * 200)
        os.mkdir(self.path("folder"))
        os.mkfifo(self.path("fifo"))
        os.symlink("nowhere", self.path("dangling"))
        for restore, code in (("empty", 4), ("letter", 4), ("folder", 1), ("fifo", 1),
                              ("/dev/zero", 1), ("/dev/null", 1), ("missing", 3), ("dangling", 3),
                              ("missing folder/x", 1), (self.path("letter") + "/x", 1)):
            with self.subTest(restore=restore):
                self.expect_refused(code, restore=restore)
        self.expect_refused(4, "-name=B", "-age=1", "-file=letter", says="name another file")
        self.expect_refused(4, "-name=B", "-age=1", "-file=letter", "-new", says="name another file")
        self.expect_refused(1, "-name=B", "-age=1", "-file=folder")
        self.expect_refused(1, "-name=B", "-age=1", "-file=/dev/null")

    def test_a_large_file_that_is_no_dump(self):
        with open(self.path("huge"), "wb") as file:
            file.truncate(5 << 30)
        person = self.run_person(restore="huge")
        self.assertEqual(person.end(), 4, person.errors)

    def test_garbage_in_every_flag(self):
        start = ("-name=B", "-age=1")
        for arguments in (
                (), ("-name=B",), ("-age=1",), ("-name=", "-age=1"), ("-name=a\nb", "-age=1"),
                ("-name=B", "-age="), ("-name=B", "-age=x"), ("-name=B", "-age=1x"),
                ("-name=B", "-age=99999999999999999999"), (*start, "-file="),
                (*start, "-tick=0s"), (*start, "-tick=1"), (*start, "-tick=-1s"), (*start, "-tick="),
                (*start, "-tick=1d"), (*start, "-tick=99999999999999999999h"), (*start, "-tick=1.5s"),
                (*start, "-every=0ms"), (*start, "-every=soon"), (*start, "-counter=nonsense"),
                (*start, "-counter=memo:"), (*start, "-counter="), (*start, "-key=secret"),
                (*start, "-key=env:"), (*start, "-key=env:1X"), (*start, "-key=none:"), (*start, "-key="),
                (*start, "-lineage=" + "x" * 5000), (*start, "extra"), (*start, "-unknown"),
                (*start, "-new=maybe")):
            with self.subTest(arguments=arguments):
                self.expect_refused(2, *arguments)
        for beside in ("-file=x", "-name=B", "-age=1", "-new"):
            with self.subTest(beside=beside):
                self.expect_refused(2, beside, restore="dump.dat")

    def test_no_secret_is_shown(self):
        secret = "c0ffee" * 10 + "c0ff"
        person = self.begin("-key=env:KEY", "-tick=1h", KEY=secret)
        person.wait_for(IS)
        with open(f"/proc/{person.process.pid}/cmdline", "rb") as cmdline:
            self.assertNotIn(secret.encode(), cmdline.read())
        self.assertEqual(person.stop(), 0)
        refused = self.run_person(f"-key={secret}", restore="dump.dat")
        self.assertEqual(refused.end(), 2)
        self.assertNotIn(secret, refused.errors)

    def test_an_impatient_second_signal_ends_it_and_loses_nothing(self):
        person = self.begin("-tick=1h")
        person.wait_for(IS)
        person.process.send_signal(signal.SIGINT)
        person.process.send_signal(signal.SIGINT)
        self.assertIn(person.end(), (0, -signal.SIGINT))
        self.assertEqual(self.restored_age(), 35)


if __name__ == "__main__":
    unittest.main()
