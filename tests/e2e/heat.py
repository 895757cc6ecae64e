"""Drives examples/heat as its user would. TIDEMARK_SIZE: of the plate; TIDEMARK_STEPS: until the end."""

import os
import re
import signal

from program import Program, ProgramTest

HEAT = os.path.abspath(os.environ["TIDEMARK_HEAT"])
SIZE = int(os.environ.get("TIDEMARK_SIZE", "800"))  # more than fits into one batch of a save
STEPS = int(os.environ.get("TIDEMARK_STEPS", "120"))

BEGUN = re.compile(r"(?:started at|restored) step (\d+)(?:, saved to| from) .* \(generation (\d+)\)")
SAVED = re.compile(r"saved step (\d+) to .* \(generation (\d+)\)")
FINISHED = re.compile(r"finished after step (\d+): (.*), ([0-9a-f]{64})")


class Heat(Program):
    def steps(self, pattern):
        return [int(match[1]) for match in map(pattern.fullmatch, self.lines) if match]

    def wait_until_begun(self):
        """Returns the step at which it began."""
        if not self.wait_for(BEGUN):
            raise AssertionError(f"it never began ({self.end()}): {self.errors}")
        return self.steps(BEGUN)[0]

    def wait_until_saved(self, count):
        """Returns the step that was saved last."""
        if not self.wait_for(SAVED, count):
            raise AssertionError(f"it ended before ({self.end()}): {self.lines} {self.errors}")
        return self.steps(SAVED)[-1]


class HeatTest(ProgramTest):
    def run_heat(self, *arguments, name="heat", steps=STEPS, wrapper=(), folder=None):
        heat = Heat([*wrapper, HEAT, f"-size={SIZE}", f"-steps={steps}", f"-file={name}.dat",
                     f"-picture={name}.png", *arguments], folder or self.folder, self.environment)
        self.addCleanup(lambda: heat.process.poll() is None and heat.process.kill())
        return heat

    def endless(self, *arguments, **more):
        return self.run_heat(*arguments, steps=10**9, **more)

    def kill(self, heat):
        heat.process.send_signal(signal.SIGKILL)
        return heat.end()

    def result(self, heat):
        """What it ended with: the fingerprint and the picture."""
        self.assertEqual(heat.end(), 0, heat.errors)
        finished = FINISHED.fullmatch(heat.lines[-1])
        self.assertTrue(finished, heat.lines)
        with open(self.path(finished[2]), "rb") as picture:
            return finished[3], picture.read()

    def undisturbed(self):
        """The result of a run that nobody disturbed, and that saved nothing on its way."""
        heat = self.run_heat("-every=1h", name="undisturbed")
        result = self.result(heat)
        self.assertEqual(heat.errors, "")
        return result
