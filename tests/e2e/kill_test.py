"""kill -9 at random moments, with a checkpoint every few milliseconds. TIDEMARK_KILLS: how many."""

import os
import random
import signal
import time
import unittest

from person import IS, PersonTest

KILLS = int(os.environ.get("TIDEMARK_KILLS", "40"))


class KillTest(PersonTest):
    longest_run_s = 0.15
    started_share = 0.0  # of the runs; the clock of these starts at their first line

    def test_nothing_that_was_shown_as_saved_is_lost(self):
        self.kill_again_and_again("dump.dat")

    def kill_again_and_again(self, file):
        seed = int(os.environ.get("TIDEMARK_SEED", random.randrange(1 << 32)))
        dice = random.Random(seed)
        saved = None
        for number in range(KILLS):
            with self.subTest(kill=number, seed=seed):
                flags = ("-tick=1ms", "-every=2ms")
                if saved is None:
                    person = self.begin(*flags, file=file)
                    if not person.wait_for(IS):
                        person.end()
                        person = self.run_person(*flags, restore=file)
                else:
                    person = self.run_person(*flags, restore=file)
                if dice.random() < self.started_share:
                    person.wait_for(IS)
                # A moment chosen by chance is the thing tested: nothing to wait for.
                time.sleep(dice.uniform(0, self.longest_run_s))
                person.process.send_signal(signal.SIGKILL)
                person.end()
                shown = person.ages_shown()
                if saved is not None and shown:
                    self.assertGreaterEqual(shown[0], saved)
                if person.ages_saved():
                    saved = person.ages_saved()[-1]
                elif shown and saved is None:
                    saved = shown[0]
                if saved is not None:
                    age = self.restored_age(file)
                    self.assertGreaterEqual(age, saved)
                    saved = age


if __name__ == "__main__":
    unittest.main()
