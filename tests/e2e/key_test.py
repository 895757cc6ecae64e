"""The sources of keys that a user can name, through a whole life: start, save, restore, refusals."""

import fcntl
import os
import pty
import select
import signal
import termios
import time
import unittest

from person import IS, RESTORED, SAVED, TIMEOUT_S, PersonTest

PASSPHRASE = "grüß dich, Zebra 47!"


class Screen:
    """A terminal, and what it shows."""

    def __init__(self):
        self.screen, self.keyboard = pty.openpty()
        self.shown = ""

    def wait_for(self, text):
        deadline = time.monotonic() + TIMEOUT_S
        while text not in self.shown:
            ready, _, _ = select.select([self.screen], [], [], deadline - time.monotonic())
            if not ready:
                raise AssertionError(f"{text!r} is not shown, but {self.shown!r}")
            self.shown += os.read(self.screen, 4096).decode()

    def type(self, text):
        os.write(self.screen, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.keyboard)[3] & termios.ECHO)

    def take(self):
        """Makes it the controlling terminal of the process that is about to run the program."""
        fcntl.ioctl(self.keyboard, termios.TIOCSCTTY, 0)

    def close(self):
        os.close(self.screen)
        os.close(self.keyboard)


class KeyTest(PersonTest):
    def screen(self):
        screen = Screen()
        self.addCleanup(screen.close)
        return screen

    def test_a_passphrase_in_the_environment(self):
        key = "-key=passphrase:env=PHRASE"
        person = self.begin(key, "-tick=10ms", PHRASE=PASSPHRASE)
        self.assertTrue(person.wait_for(IS, 3), person.errors)
        self.assertEqual(person.stop(), 0, person.errors)
        age = person.ages_saved()[-1]
        for wrong in (PASSPHRASE + " ", PASSPHRASE.upper(), "", "Zebra\n"):
            refused = self.expect_refused(5, key, restore="dump.dat", PHRASE=wrong)
            self.assertNotIn("Zebra", refused.errors)
        self.expect_refused(5, key, restore="dump.dat", says="PHRASE is not set")
        self.expect_refused(5, restore="dump.dat")
        restored = self.run_person(key, "-tick=1h", restore="dump.dat", PHRASE=PASSPHRASE)
        self.assertTrue(restored.wait_for(IS), restored.errors)
        self.assertEqual(restored.stop(), 0, restored.errors)
        self.assertEqual(int(RESTORED.fullmatch(restored.lines[0])[2]), age)
        self.assertEqual(self.path_names("state/tidemark"), ["counters"], "no key was made")

    def test_a_systemd_credential(self):
        os.mkdir(self.path("credentials"))
        with open(self.path("credentials/person"), "wb") as file:
            file.write(os.urandom(32))
        with open(self.path("credentials/other"), "wb") as file:
            file.write(os.urandom(32))
        passed = {"CREDENTIALS_DIRECTORY": self.path("credentials")}
        person = self.begin("-key=systemd:person", "-tick=10ms", **passed)
        self.assertTrue(person.wait_for(IS, 3), person.errors)
        self.assertEqual(person.stop(), 0, person.errors)
        age = person.ages_saved()[-1]
        self.expect_refused(5, "-key=systemd:other", restore="dump.dat", **passed)
        self.expect_refused(5, "-key=systemd:absent", restore="dump.dat", says="LoadCredential=absent",
                            **passed)
        self.expect_refused(5, "-key=systemd:person", restore="dump.dat",
                            says="CREDENTIALS_DIRECTORY is not set")
        self.expect_refused(2, "-key=systemd:../person", restore="dump.dat", **passed)
        restored = self.run_person("-key=systemd:person", "-tick=1h", restore="dump.dat", **passed)
        self.assertTrue(restored.wait_for(IS), restored.errors)
        self.assertEqual(restored.stop(), 0, restored.errors)
        self.assertEqual(int(RESTORED.fullmatch(restored.lines[0])[2]), age)

    def test_a_gramine_key_outside_gramine(self):
        self.expect_refused(5, "-name=B", "-age=1", "-key=gramine:default", says="Gramine")
        self.expect_refused(2, "-name=B", "-age=1", "-key=gramine:a/b")

    def test_a_passphrase_that_is_typed(self):
        screen = self.screen()
        person = self.begin("-key=passphrase:", "-tick=1h", terminal=screen)
        screen.wait_for("passphrase: ")
        self.assertFalse(screen.echoes())
        screen.type(PASSPHRASE + "\n")
        screen.wait_for("the same again: ")
        screen.type(PASSPHRASE + "\n")
        self.assertTrue(person.wait_for(IS), person.errors)
        self.assertTrue(screen.echoes())
        self.assertEqual(person.stop(), 0, person.errors)
        for typed, code in ((PASSPHRASE, 0), ("Zebra", 5)):
            screen = self.screen()
            person = self.run_person("-key=passphrase:", "-tick=1h", restore="dump.dat", terminal=screen)
            screen.wait_for("passphrase: ")
            screen.type(typed + "\n")
            if code == 0:
                self.assertTrue(person.wait_for(IS), person.errors)
                person.process.send_signal(signal.SIGTERM)
            self.assertEqual(person.end(), code, person.errors)
            self.assertEqual(person.ages_saved(), [35] if code == 0 else [])
            self.assertTrue(screen.echoes())
            self.assertNotIn("Zebra", screen.shown + person.errors)

    def test_ctrl_c_at_the_question(self):
        screen = self.screen()
        person = self.begin("-key=passphrase:", terminal=screen)
        screen.wait_for("passphrase: ")
        screen.type("Zebra\x03")
        # The program says that nothing was given, unless the signal is faster and ends it.
        code = person.end()
        self.assertIn(code, (5, -signal.SIGINT), person.errors)
        if code == 5:
            self.assertIn("no passphrase was given", person.errors)
        self.assertTrue(screen.echoes())
        self.assertFalse(os.path.exists(self.path("dump.dat")))
        self.assertEqual(self.path_names("state/tidemark"), [])

    def test_a_signal_at_the_question(self):
        screen = self.screen()
        person = self.begin("-key=passphrase:", terminal=screen)
        screen.wait_for("passphrase: ")
        person.process.send_signal(signal.SIGHUP)
        self.assertEqual(person.end(), -signal.SIGHUP, person.errors)
        self.assertTrue(screen.echoes())

    def test_no_terminal(self):
        self.expect_refused(5, "-name=B", "-age=1", "-key=passphrase:", says="passphrase:env=NAME",
                            terminal=False)

    def path_names(self, folder):
        return sorted(os.listdir(self.path(folder))) if os.path.exists(self.path(folder)) else []


if __name__ == "__main__":
    unittest.main()
