#!/usr/bin/env python3
"""Plants each kind of difference between model and code in a copy and expects model/check-names to
name it.

check_names_test.py SOURCE   SOURCE: the project's folder
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(sys.argv.pop())


class CheckNames(unittest.TestCase):
    def answer(self, file=None, old="", new=""):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("model", "src", "include"):
                shutil.copytree(PROJECT / name, Path(folder, name))
            if file:
                path = Path(folder, file)
                text = path.read_text(encoding="utf-8")
                self.assertIn(old, text)
                path.write_text(text.replace(old, new), encoding="utf-8")
            run = subprocess.run([sys.executable, PROJECT / "model/check-names", folder],
                                 stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(run.returncode != 0, run.stderr != "")
        return run.stderr

    def test_as_it_is(self):
        self.assertEqual(self.answer(), "")

    def test_renamed_in_the_code(self):
        self.assertIn("live.cpp has no adopt\n", self.answer("src/session/live.cpp", "adopt(", "take("))

    def test_renamed_in_the_model(self):
        self.assertIn("checkpoint.pml has no settle",
                      self.answer("model/checkpoint.pml", "settle", "agree"))

    def test_a_mutation_that_is_not_run(self):
        self.assertIn("children_only",
                      self.answer("model/check", "checkpoint children_only", "checkpoint other_one"))

    def test_a_mutation_that_no_model_knows(self):
        self.assertIn("blind_increment",
                      self.answer("model/checkpoint.pml", "MUTATION_blind_increment", "MUTATION_x"))

    def test_a_mutation_that_is_not_listed(self):
        self.assertIn("used_file_taken", self.answer("model/README.md", "`used_file_taken`", "x"))


if __name__ == "__main__":
    unittest.main()
