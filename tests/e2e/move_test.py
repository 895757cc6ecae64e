"""The example program moves its person from one counter to another: the walk-through of docs/counters.md, and
what is said where that is not finished."""

import sys
import unittest

import redis_server
from person import IS, RESTORED, PersonTest


class MoveTest(PersonTest):
    def setUp(self):
        super().setUp()
        self.redis = redis_server.RedisServer(self.path("redis"))
        self.addCleanup(lambda: self.redis.process.poll() is None and self.redis.kill())
        self.there = ("-counter=" + self.redis.uri + "?timeout=2s",)
        self.both = (*self.there, "-moved-from=file:")

    def restored(self, *arguments, **variables):
        """The age that a restore with these counters comes back with, and goes on from."""
        person = self.run_person("-tick=10ms", *arguments, restore="dump.dat", **variables)
        if not person.wait_for(IS, 3):
            self.fail(f"not restored ({person.end()}): {person.errors}")
        self.assertEqual(person.stop(), 0, person.errors)
        self.saved = person.ages_saved()[-1]
        return int(RESTORED.fullmatch(person.lines[0])[2])

    def test_from_a_file_to_redis_and_back(self):
        age = self.make_dump()
        self.assertEqual(self.restored(*self.both), age)
        age = self.saved
        self.expect_refused(14, restore="dump.dat", says="moved the lineage from this counter")
        self.assertEqual(self.restored(*self.there), age)
        age = self.saved
        self.assertEqual(self.restored(*self.both), age, "the same command again does no harm")
        age = self.saved

        home = "-counter=file:" + self.path("again")
        back = (home, "-moved-from=" + self.redis.uri)
        occupied = ("-counter=file:", "-moved-from=" + self.redis.uri)
        self.expect_refused(10, *occupied, restore="dump.dat", says="already")
        self.assertEqual(self.restored(*back), age)
        age = self.saved
        self.redis.kill()
        self.assertEqual(self.restored(home), age, "the server is not needed any more")
        age = self.saved
        self.assertEqual(self.restored(*back), age, "nor by the same command")

    def test_by_the_environment(self):
        age = self.make_dump()
        self.assertEqual(self.restored(TIDEMARK_COUNTER=self.redis.uri, TIDEMARK_MOVED_FROM="file:"), age)
        self.expect_refused(14, restore="dump.dat", says="moved the lineage from this counter")

    def test_a_server_that_is_away(self):
        age = self.make_dump()
        self.redis.kill()
        self.expect_refused(9, *self.both, restore="dump.dat", says="cannot be reached")
        self.assertEqual(self.restored(), age, "until then the old counter counts")

    def test_an_old_copy_is_refused_under_both(self):
        self.make_dump()
        with open(self.path("dump.dat"), "rb") as file:
            old = file.read()
        self.restored(*self.both)
        with open(self.path("dump.dat"), "wb") as file:
            file.write(old)
        self.expect_refused(6, restore="dump.dat", says="old copy")
        self.expect_refused(6, *self.both, restore="dump.dat", says="old copy")
        self.expect_refused(14, *self.there, restore="dump.dat", says="another counter")

    def test_the_new_counter_alone_moves_nothing(self):
        age = self.make_dump()
        person = self.run_person(*self.there, restore="dump.dat")
        self.assertEqual(person.end(), 12, person.errors)
        self.assertIn("knows nothing", person.errors)
        self.assertEqual(self.restored(*self.both), age)

    def test_a_start_is_moved_from_nowhere(self):
        self.expect_refused(2, "-name=Ada", "-age=35", *self.both, says="for a restore")

    def test_where_counters_are_fixed(self):
        self.make_dump()
        self.expect_refused(2, "-moved-from=file:", restore="dump.dat", says="TIDEMARK_FIXED", TIDEMARK_FIXED="1")


if __name__ == "__main__":
    if not redis_server.installed():
        print("skipped: there is no redis-server; tools/install-deps installs it")
        sys.exit(77)
    unittest.main()
