"""The seed's way of using the program, word for word, ten times over."""

import os
import signal
import unittest

from person import IS, SAVED, PersonTest
from screen import Screen


class WalkthroughTest(PersonTest):
    def test_with_sigterm(self):
        self.walk(number=signal.SIGTERM, restores=10)

    def test_with_sigint(self):
        self.walk(number=signal.SIGINT, restores=10)

    def test_with_sighup(self):
        self.walk(number=signal.SIGHUP)

    def test_the_terminal_is_closed(self):
        screen = Screen()
        person = self.begin("-tick=10ms", terminal=screen)
        self.assertTrue(person.wait_for(IS, 3), person.errors)
        screen.close()
        self.assertEqual(person.end(), 0, person.errors)
        self.assertEqual(self.restored_age(), person.ages_shown()[-1])

    def test_under_nohup_it_outlives_its_terminal(self):
        person = self.begin("-tick=10ms", wrapper=("nohup",))
        self.assertTrue(person.wait_for(IS, 3), person.errors)
        person.process.send_signal(signal.SIGHUP)
        self.assertTrue(person.wait_for(IS, len(person.ages_shown()) + 20), person.errors)
        self.assertEqual(person.stop(), 0, person.errors)
        self.assertEqual(len(person.ages_saved()), 1)

    def test_a_signal_at_the_first_moment_is_not_lost(self):
        for _ in range(20):
            person = self.begin("-new", "-tick=1h")
            person.process.send_signal(signal.SIGTERM)
            code = person.end()
            # Before main() has run at all, nobody can hold the signal back.
            self.assertIn(code, (0, -signal.SIGTERM), person.errors)
            if code == 0:
                self.assertEqual(person.ages_shown(), [35])
                self.assertEqual(person.ages_saved(), [35])

    def test_periodic_saves(self):
        person = self.begin("-tick=10ms", "-every=30ms")
        self.assertTrue(person.wait_for(SAVED, 3))
        self.assertEqual(person.stop(), 0, person.errors)
        generations = [int(SAVED.fullmatch(line)[4]) for line in person.lines if SAVED.fullmatch(line)]
        self.assertEqual(generations, list(range(2, 2 + len(generations))))

    def test_new_gives_the_old_life_up(self):
        self.make_dump()
        with open(self.path("dump.dat"), "rb") as file:
            old = file.read()
        person = self.begin("-new", "-tick=1h", age=70)
        person.wait_for(IS)
        self.assertEqual(person.stop(), 0, person.errors)
        self.assertEqual(self.restored_age(), 70)
        with open(self.path("dump.dat"), "wb") as file:
            file.write(old)
        self.expect_refused(6, restore="dump.dat", says="counter")

    def test_paths_with_spaces_links_and_other_folders(self):
        os.mkdir(self.path("a folder"))
        age = self.make_dump(file="a folder/the dump.dat")
        os.symlink("a folder/the dump.dat", self.path("link"))
        self.assertEqual(self.restored_age("link"), age)
        self.assertTrue(os.path.islink(self.path("link")))
        self.assertEqual(self.restored_age(self.path("a folder/the dump.dat")), age)

    def test_an_empty_variable_counts_as_unset(self):
        person = self.begin("-tick=1h", restore="")
        person.wait_for(IS)
        self.assertEqual(person.stop(), 0, person.errors)

    def test_both_ways_to_write_a_flag(self):
        person = self.run_person("--name", "Ada", "--age=3", "-file", "dump.dat", "-tick=1h")
        person.wait_for(IS)
        self.assertEqual(person.stop(), 0, person.errors)

    def test_without_a_key_it_says_so(self):
        person = self.begin("-key=none", "-tick=1h")
        person.wait_for(IS)
        self.assertEqual(person.stop(), 0)
        self.assertIn("anyone who can write", person.errors)


if __name__ == "__main__":
    unittest.main()
