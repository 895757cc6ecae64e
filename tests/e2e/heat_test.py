"""examples/heat: killed at random moments of saves in the background, warned, stopped, on a terminal.

TIDEMARK_KILLS: how often it is killed; TIDEMARK_SEED: replays the moments."""

import os
import pty
import random
import signal
import struct
import subprocess
import time
import unittest

from heat import BEGUN, HEAT, SAVED, SIZE, STEPS, HeatTest
from program import TIMEOUT_S

KILLS = int(os.environ.get("TIDEMARK_KILLS", "20"))
KILLS_IN_ONE_LIFE = max(KILLS // 10, 4)  # then it is left alone, to see how it ends
LONGEST_RUN_S = 0.4


class KillTest(HeatTest):
    """Saves follow one another without a pause, so that a kill nearly always meets one."""

    def test_the_result_is_that_of_an_undisturbed_run(self):
        expected = self.undisturbed()
        seed = int(os.environ.get("TIDEMARK_SEED", random.randrange(1 << 32)))
        self.dice = random.Random(seed)
        kills = lives = restored = 0
        with self.subTest(seed=seed):
            while kills < KILLS:
                lives += 1
                killed, result = self.live(f"life {lives}", min(KILLS_IN_ONE_LIFE, KILLS - kills))
                self.assertEqual(result, expected)
                kills += killed
                restored += max(killed - 1, 0)
        print(f"seed {seed}: {kills} kills in {lives} lives, {self.seen} saves reported")

    seen = 0

    def live(self, name, most_kills):
        """Returns how often it was killed before it came to its end, and the result."""
        safe = None
        for kills in range(most_kills + 1):
            heat = self.run_heat("-every=1ms", name=name)
            if kills == most_kills:
                result = self.result(heat)
            else:
                result = self.disturb(heat)
            begun = heat.steps(BEGUN)
            if begun and safe is not None:
                self.assertGreaterEqual(begun[0], safe, "what was reported as saved is lost")
                self.assertTrue(heat.lines[0].startswith("restored"), heat.lines[0])
            saved = heat.steps(SAVED)
            self.assertEqual(begun + saved, sorted(begun + saved))
            self.seen += len(saved)
            if begun:
                safe = (begun + saved)[-1]
            if result:
                return kills, result
        raise AssertionError("not reached")

    def disturb(self, heat):
        """Kills it; returns its result if it came to its end before."""
        if self.dice.random() < 0.8:
            heat.wait_for(BEGUN)
        # A moment chosen by chance is the thing tested: nothing to wait for.
        time.sleep(self.dice.uniform(0, LONGEST_RUN_S))
        if heat.process.poll() is not None:
            return self.result(heat)
        heat.process.send_signal(signal.SIGKILL)
        code = heat.process.wait(TIMEOUT_S)
        if code == 0:
            return self.result(heat)
        self.assertEqual(heat.end(), -signal.SIGKILL, heat.errors)
        self.assertEqual(heat.errors, "")
        return None


class SignalTest(HeatTest):
    def test_sigusr1_saves_and_it_goes_on(self):
        heat = self.endless("-every=1h")
        heat.wait_until_begun()
        saved = [0]
        for count in (1, 2, 3):
            heat.process.send_signal(signal.SIGUSR1)
            saved.append(heat.wait_until_saved(count))
        self.assertEqual(saved, sorted(set(saved)), "each time a later step")
        self.kill(heat)
        heat = self.endless("-every=1h")
        self.assertEqual(heat.wait_until_begun(), saved[-1])
        self.kill(heat)

    def test_it_stops_with_a_last_save(self):
        expected = self.undisturbed()
        begun = 0
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            heat = self.run_heat("-every=1h")
            self.assertEqual(heat.wait_until_begun(), begun)
            self.assertEqual(heat.stop(number), 0, heat.errors)
            self.assertEqual(heat.errors, "")
            begun = (heat.steps(BEGUN) + heat.steps(SAVED))[-1]
        self.assertEqual(self.result(self.run_heat("-every=1h")), expected)

    def test_a_stop_in_the_middle_of_a_save(self):
        begun = 0
        for _ in range(5):
            heat = self.endless("-every=1ms")
            self.assertEqual(heat.wait_until_begun(), begun)
            heat.wait_until_saved(1)
            self.assertEqual(heat.stop(), 0, heat.errors)
            begun = heat.steps(SAVED)[-1]


class FlagTest(HeatTest):
    def refused(self, code, says, *arguments):
        heat = self.run_heat(*arguments)
        self.assertEqual(heat.end(), code, heat.lines)
        self.assertIn(says, heat.errors)
        lines = heat.errors.splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertTrue(all(line.startswith("heat: ") for line in lines), lines)

    def test_more_steps_go_on_and_fewer_are_refused(self):
        straight, _ = self.undisturbed()
        self.result(self.run_heat(f"-steps={STEPS // 2}"))
        self.refused(2, f"is at step {STEPS // 2} already", f"-steps={STEPS // 2 - 1}")
        heat = self.run_heat()
        self.assertEqual(self.result(heat)[0], straight)
        self.assertEqual(heat.steps(BEGUN), [STEPS // 2])
        again = self.run_heat()
        self.assertEqual(self.result(again)[0], straight)
        self.assertEqual(again.steps(SAVED), [], "there was nothing new to save")

    def test_another_size_is_refused(self):
        self.result(self.run_heat("-steps=1"))
        self.refused(2, f"holds a plate of -size={SIZE}", f"-size={SIZE + 1}")
        heat = self.run_heat("-steps=1", f"-size={SIZE + 1}", "-new")
        self.result(heat)
        self.assertTrue(heat.lines[0].startswith("started"), heat.lines)

    def test_a_wrong_flag_starts_nothing(self):
        self.refused(2, "-size must be", "-size=7")
        self.refused(2, "-steps must be", "-steps=0")
        self.refused(2, "-every must be", "-every=5")
        self.refused(2, "there is no flag", "-sizes=9")
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_picture_that_cannot_be_written(self):
        self.refused(1, "the picture", "-steps=3", "-picture=missing/heat.png")
        heat = self.run_heat("-steps=3")
        self.result(heat)
        self.assertEqual(heat.steps(BEGUN), [3], "the field was saved before")

    def test_the_picture_is_one(self):
        heat = self.run_heat("-steps=1")
        _, picture = self.result(heat)
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", picture[16:24])
        self.assertEqual((width, height), (min(SIZE, 1024),) * 2)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["heat.dat", "heat.dat.lock", "heat.png", "state"])


class BarTest(HeatTest):
    def test_on_a_terminal(self):
        screen, theirs = pty.openpty()
        steps = 20 * STEPS  # longer than it takes until the bar is drawn for the first time
        heat = subprocess.Popen([HEAT, f"-size={SIZE}", f"-steps={steps}", "-every=10ms"],
                                cwd=self.folder, env=self.environment, stderr=theirs,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(theirs)
        shown = b""
        try:
            while True:
                shown += os.read(screen, 4096)
        except OSError:  # what the last reader of a terminal is told at the end
            pass
        os.close(screen)
        self.assertEqual(heat.wait(TIMEOUT_S), 0, shown)
        self.assertRegex(shown, rb"\rcomputing \[#* *\] \d+ %, step \d+ of " + str(steps).encode())
        self.assertRegex(shown, rb", saving \d+ %")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), "nothing of it stays")
        self.assertNotIn(b"\n", shown)


if __name__ == "__main__":
    unittest.main()
