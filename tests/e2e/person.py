"""Drives the example program as its user would: starts it, reads its lines, stops it."""

import os
import re
import signal

from program import Program, ProgramTest

PROGRAM = os.path.abspath(os.environ["TIDEMARK_PERSON"])
NAME = "Dmitrii Kuvaiskii"

SAVED = re.compile(r"saved (.*), (-?\d+) years old, to (.*) \(generation (\d+)\)")
RESTORED = re.compile(r"restored (.*), (-?\d+) years old, from (.*) \(generation (\d+)\)")
IS = re.compile(r"(.*) is (-?\d+) years old")
WAITING = re.compile(r"person: waiting for the counter \S+")


def without_waiting(lines):
    """Without what may come or not: that a busy machine kept the program waiting."""
    return [line for line in lines if not WAITING.fullmatch(line)]


class Person(Program):
    def complaints(self):
        return without_waiting(self.errors.splitlines())

    def ages_saved(self):
        return [int(match[2]) for match in map(SAVED.fullmatch, self.lines) if match]

    def ages_shown(self):
        return [int(match[2]) for match in map(IS.fullmatch, self.lines) if match]


class PersonTest(ProgramTest):
    program = (PROGRAM,)  # what runs it, and from where

    def run_person(self, *arguments, restore=None, wrapper=(), terminal=None, **variables):
        environment = dict(self.environment, **variables)
        if restore is not None:
            environment["RESTORE_FROM_FILE"] = restore
        person = Person([*wrapper, *self.program, *arguments], self.folder, environment, terminal)
        self.addCleanup(lambda: person.process.poll() is None and person.process.kill())
        return person

    def begin(self, *arguments, age=35, file="dump.dat", **more):
        return self.run_person("-name=Ada", f"-age={age}", f"-file={file}", *arguments, **more)

    def make_dump(self, *arguments, file="dump.dat", **more):
        """A lineage that was started and stopped; returns the age that was saved."""
        person = self.begin("-tick=10ms", *arguments, file=file, **more)
        person.wait_for(IS, 3)
        self.assertEqual(person.stop(), 0, person.errors)
        return person.ages_saved()[-1]

    def walk(self, file="dump.dat", number=signal.SIGTERM, restores=3):
        """The seed's way of using the program, word for word: a start, restores, each ended by a signal."""
        age, generation = 35, 2
        for restore in [None] + restores * [file]:
            flags = () if restore else (f"-name={NAME}", f"-age={age}", f"-file={file}")
            person = self.run_person(*flags, "-tick=20ms", restore=restore)
            self.assertTrue(person.wait_for(IS, 3), person.lines + person.complaints())
            self.assertEqual(person.stop(number), 0, person.lines + person.complaints())
            expected = []
            if restore:
                expected.append(
                    f"restored {NAME}, {age} years old, from {file} (generation {generation})")
                generation += 2
            last = person.ages_shown()[-1]
            expected += [f"{NAME} is {year} years old" for year in range(age, last + 1)]
            expected.append(f"saved {NAME}, {last} years old, to {file} (generation {generation})")
            self.assertEqual(without_waiting(person.lines), expected, "no year lost, none twice")
            self.assertEqual(person.complaints(), [])
            age = last

    def restored_age(self, file="dump.dat", **more):
        person = self.run_person("-tick=1h", restore=file, **more)
        if not person.wait_for(IS):
            self.fail(f"not restored ({person.end()}): {person.errors}")
        self.assertEqual(person.stop(), 0, person.errors)
        age = int(RESTORED.fullmatch(person.lines[0])[2])
        self.assertEqual(person.ages_shown()[0], age, "the next line shows the restored age")
        return age

    def tree(self):
        """Every file below the folder with its bytes; an empty lock file does not count."""
        found = {}
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                try:
                    with open(path, "rb") as file:
                        contents = file.read()
                except PermissionError:
                    continue
                if contents or not name.endswith(".lock"):
                    found[path] = contents
        return found

    def expect_refused(self, code, *arguments, restore=None, says="", unchanged=True, **variables):
        """The program ends at once with `code`, two lines on standard error, and changes nothing."""
        before = self.tree()
        person = self.run_person(*arguments, restore=restore, **variables)
        self.assertEqual(person.end(), code, person.errors)
        self.assertEqual(person.lines, [])
        lines = person.errors.splitlines()
        self.assertGreaterEqual(len(lines), 2, person.errors)
        self.assertTrue(all(line.startswith("person: ") for line in lines), person.errors)
        self.assertIn(says, person.errors)
        if unchanged:
            self.assertEqual(self.tree(), before)
        return person
