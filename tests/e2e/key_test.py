"""The sources of keys that a user can name, through a whole life: start, save, restore, refusals."""

import os
import signal
import unittest

from person import IS, RESTORED, PersonTest
from screen import Screen

PASSPHRASE = "grüß dich, Zebra 47!"


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
        person.process.send_signal(signal.SIGQUIT)
        self.assertEqual(person.end(), -signal.SIGQUIT, person.errors)
        self.assertTrue(screen.echoes())

    def test_the_terminal_is_closed_at_the_question(self):
        screen = Screen()
        person = self.begin("-key=passphrase:", terminal=screen)
        screen.wait_for("passphrase: ")
        screen.close()
        # It hears that nothing was given, unless the terminal's signal is faster and ends it.
        self.assertIn(person.end(), (5, -signal.SIGHUP), person.errors)
        self.assertFalse(os.path.exists(self.path("dump.dat")))

    def test_no_terminal(self):
        self.expect_refused(5, "-name=B", "-age=1", "-key=passphrase:", says="passphrase:env=NAME",
                            terminal=False)

    def path_names(self, folder):
        return sorted(os.listdir(self.path(folder))) if os.path.exists(self.path(folder)) else []


if __name__ == "__main__":
    unittest.main()
