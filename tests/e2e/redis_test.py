"""The example program with a Redis server as its counter: the walk-through, and every outage.

TIDEMARK_KILLS: how often the server is killed; TIDEMARK_PAIRS: how many pairs of programs race."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

import redis_server
from person import IS, RESTORED, SAVED, WAITING, PersonTest

KILLS = int(os.environ.get("TIDEMARK_KILLS", "40")) // 4
PAIRS = int(os.environ.get("TIDEMARK_PAIRS", "50"))
SCRIPT = os.path.join(os.path.dirname(__file__), "../../examples/person/redis.sh")
COMPLAINT = re.compile(r"person: .*(cannot be reached|answer|lost).*")


class RedisTest(PersonTest):
    def setUp(self):
        super().setUp()
        self.redis = self.make_server("redis")
        self.environment["TIDEMARK_COUNTER"] = self.redis.uri + "?timeout=2s"

    def make_server(self, name, *settings):
        server = redis_server.RedisServer(self.path(name), *settings)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def test_the_walk_through_with_sigterm(self):
        self.walk(number=signal.SIGTERM)

    def test_the_walk_through_with_sigint(self):
        self.walk(number=signal.SIGINT)

    def test_an_old_copy(self):
        self.make_dump()
        shutil.copyfile(self.path("dump.dat"), self.path("old.dat"))
        self.restored_age()
        shutil.copyfile(self.path("old.dat"), self.path("dump.dat"))
        self.expect_refused(6, restore="dump.dat", says="old copy", unchanged=False)

    def test_single_use(self):
        age = self.make_dump()
        once = self.begin("-new", "-policy=single_use", "-tick=10ms", file="once.dat")
        once.wait_for(IS, 2)
        self.assertEqual(once.stop(), 0, once.errors)
        first = self.run_person("-tick=1h", restore="once.dat")
        self.assertTrue(first.wait_for(IS), first.errors)
        first.process.kill()
        first.end()
        self.expect_refused(15, restore="once.dat", says="loaded once already", unchanged=False)
        self.assertEqual(self.restored_age(), age, "the other lineage is another key")

    def test_a_restart_between_save_and_restore(self):
        age = self.make_dump()
        for end in (self.redis.stop, self.redis.kill):
            end()
            self.redis.start()
            self.assertEqual(self.restored_age(), age)

    def test_the_server_is_restarted_while_the_program_runs(self):
        person = self.begin("-tick=10ms")
        person.wait_for(IS, 2)
        self.redis.stop()
        self.redis.start()
        self.assertEqual(person.stop(), 0, person.errors)
        self.assertEqual(self.restored_age(), person.ages_shown()[-1])

    def test_the_server_is_killed_during_saves(self):
        seed = int(os.environ.get("TIDEMARK_SEED", random.randrange(1 << 32)))
        dice = random.Random(seed)
        age = self.make_dump()
        for number in range(KILLS):
            with self.subTest(kill=number, seed=seed):
                person = self.run_person("-tick=1ms", "-every=2ms", restore="dump.dat")
                self.assertTrue(person.wait_for(SAVED, 2), person.errors)
                self.assertEqual(person.ages_shown()[0], age)
                # A moment chosen by chance is the thing tested: nothing to wait for.
                time.sleep(dice.uniform(0, 0.05))
                self.redis.kill()
                if number % 2 == 0:
                    self.assertIn(person.stop(), (0, 9, 16), person.errors)
                    self.redis.start()
                else:
                    self.redis.start()
                    saved = sum(1 for line in person.lines if SAVED.fullmatch(line))
                    self.assertTrue(person.wait_for(SAVED, saved + 2), "it goes on")
                    self.assertEqual(person.stop(), 0, person.errors)
                age = self.restored_age()
                self.assertEqual(age, person.ages_shown()[-1], "not a year lost")

    def stopped_while_out_of_reach(self, person):
        begin = time.monotonic()
        self.assertEqual(person.stop(), 16, person.errors)
        self.assertLess(time.monotonic() - begin, 30)
        self.assertRegex(person.errors, COMPLAINT)
        return person.ages_shown()[-1]

    def test_stopped_while_the_server_is_down(self):
        person = self.begin("-tick=10ms")
        person.wait_for(IS, 3)
        self.redis.stop()
        last = self.stopped_while_out_of_reach(person)
        self.assertEqual(len(WAITING.findall(person.errors)), 1, "said once: " + person.errors)
        self.expect_refused(9, restore="dump.dat", says="cannot be reached")
        self.redis.start()
        self.assertEqual(self.restored_age(), last)

    def test_stopped_while_the_server_is_down_after_saves_that_failed(self):
        person = self.begin("-tick=10ms", "-every=10ms")
        person.wait_for(SAVED, 2)
        self.redis.kill()
        time.sleep(0.1)  # most often, a save is in doubt by now
        last = self.stopped_while_out_of_reach(person)
        self.redis.start()
        self.assertEqual(self.restored_age(), last)

    def test_stopped_while_the_server_hangs(self):
        person = self.begin("-tick=10ms")
        person.wait_for(IS, 3)
        self.redis.pause()
        last = self.stopped_while_out_of_reach(person)
        self.assertEqual(len(WAITING.findall(person.errors)), 1, "said once: " + person.errors)
        self.redis.resume()
        self.assertEqual(self.restored_age(), last)

    def test_a_save_that_the_hung_server_carries_out_late(self):
        person = self.begin("-tick=10ms", "-every=10ms",
                            TIDEMARK_COUNTER=self.redis.uri + "?timeout=200ms")
        person.wait_for(SAVED, 2)
        self.redis.pause()
        time.sleep(1)  # the periodic save is given up, its request waits in the server's socket
        last = self.stopped_while_out_of_reach(person)
        self.redis.resume()
        self.assertEqual(self.restored_age(), last)

    def test_a_start_without_the_server(self):
        self.redis.stop()
        refused = self.expect_refused(9, "-name=Ada", "-age=1", says="cannot be reached")
        self.assertRegex(refused.errors.splitlines()[0], WAITING)
        self.redis.start()
        self.make_dump()

    def test_a_server_that_lost_everything(self):
        self.make_dump()
        self.redis.ask("FLUSHALL")
        self.expect_refused(12, restore="dump.dat", unchanged=False)

    def test_everything_is_lost_while_the_program_runs(self):
        person = self.begin("-tick=10ms", "-every=20ms")
        person.wait_for(SAVED, 2)
        self.redis.ask("FLUSHALL")
        self.assertEqual(person.end(), 12, person.errors)
        self.assertIn("it knows nothing of it", person.errors)
        self.assertIn("only starting over is left", person.errors)
        self.expect_refused(12, restore="dump.dat", unchanged=False, says="-new at a start")
        age = self.make_dump("-new")
        self.assertEqual(self.restored_age(), age)

    def test_the_lost_data_is_brought_back(self):
        age = self.make_dump()
        self.redis.ask("FLUSHALL")
        self.expect_refused(12, restore="dump.dat", unchanged=False, says="bring the counter back")
        self.redis.kill()
        self.redis.take_back("FLUSHALL")
        self.redis.start()
        self.assertEqual(self.restored_age(), age)

    def test_another_server(self):
        age = self.make_dump()
        other = self.make_server("other")
        self.expect_refused(12, restore="dump.dat", unchanged=False, TIDEMARK_COUNTER=other.uri)
        lineage = "person:" + os.path.realpath(self.path("dump.dat"))
        self.make_dump(file="stranger.dat", TIDEMARK_COUNTER=other.uri, TIDEMARK_LINEAGE=lineage)
        self.expect_refused(14, restore="dump.dat", unchanged=False, TIDEMARK_COUNTER=other.uri)
        self.assertEqual(self.restored_age(), age)

    def test_one_of_two_programs_wins_each_race(self):
        self.make_dump()
        files = ("dump.dat", "copy.dat")
        for number in range(PAIRS):
            with self.subTest(race=number):
                shutil.copyfile(self.path(files[0]), self.path(files[1]))
                pair = [self.run_person("-tick=1h", restore=file) for file in files]
                won = [person.wait_for(IS) for person in pair]
                self.assertEqual(won.count(True), 1, [person.errors for person in pair])
                winner, loser = pair if won[0] else reversed(pair)
                self.assertIn(loser.end(), (6, 8), loser.errors)
                self.assertEqual(winner.stop(), 0, winner.errors)
                if won[1]:
                    shutil.copyfile(self.path(files[1]), self.path(files[0]))
        self.assertTrue(RESTORED.fullmatch(winner.lines[0]))

    def test_a_server_that_would_lose_what_it_acknowledged(self):
        careless = self.make_server("careless", "--appendonly", "no")
        person = self.begin("-tick=10ms", "-every=20ms", TIDEMARK_COUNTER=careless.uri)
        person.wait_for(SAVED, 2)
        self.assertEqual(person.stop(), 0, person.errors)
        self.assertEqual(person.complaints(),
                         [f"person: warning: counter {careless.uri} may lose in a crash what it "
                          "acknowledged: appendonly is no (set it to yes)"])

    def test_no_message_holds_the_password(self):
        locked = self.make_server("locked", "--requirepass", "se/cret")
        place = locked.uri.removeprefix("redis://")
        for code, uri in ((9, f"redis://:wrong@{place}"), (9, f"redis://eve:se%2Fcret@{place}"),
                          (2, f"redis://:se/cret@{place}"), (2, f"redis://:se%2Fcret@{place}/x"),
                          (2, f"redis://se%2Fcret@{place}"), (9, f"rediss://:se%2Fcret@{place}?timeout=1s")):
            with self.subTest(uri=uri):
                refused = self.expect_refused(code, "-name=Ada", "-age=1", TIDEMARK_COUNTER=uri)
                self.assertNotRegex(refused.errors, "cret|wrong")
        self.make_dump(TIDEMARK_COUNTER=f"redis://:se%2Fcret@{place}")
        locked.stop()
        refused = self.expect_refused(9, restore="dump.dat",
                                      TIDEMARK_COUNTER=f"redis://:se%2Fcret@{place}")
        self.assertNotIn("cret", refused.errors)


class MakeRedisTest(PersonTest):
    """What `make redis` and `make redis-stop` run, in a folder of the test's own."""

    def run_script(self, *arguments):
        return subprocess.run([self.path("redis.sh"), *arguments], text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def test_the_server_to_try_out(self):
        shutil.copy(SCRIPT, self.path("redis.sh"))
        port = str(redis_server.free_port())
        stopped = self.run_script("stop")
        self.assertEqual((stopped.returncode, stopped.stdout), (0, "redis: it does not run\n"))
        self.addCleanup(self.run_script, "stop")
        for round_ in range(2):
            started = self.run_script("start", port)
            self.assertEqual(started.returncode, 0, started.stdout)
            uri = f"redis://127.0.0.1:{port}"
            self.assertIn(f"export TIDEMARK_COUNTER={uri}", started.stdout)
            again = self.run_script("start", str(redis_server.free_port()))
            self.assertEqual(again.returncode, 0, again.stdout)
            self.assertIn("runs already", again.stdout)
            self.assertIn(f"export TIDEMARK_COUNTER={uri}\n", again.stdout, "where it is, not where else")
            if round_ == 0:
                age = self.make_dump(TIDEMARK_COUNTER=uri)
            person = self.run_person("-tick=1h", restore="dump.dat", TIDEMARK_COUNTER=uri)
            self.assertTrue(person.wait_for(IS), person.errors)
            self.assertEqual(person.stop(), 0, person.errors)
            self.assertEqual(person.ages_shown(), [age])
            self.assertEqual(person.complaints(), [], "nothing to warn of")
            stopped = self.run_script("stop")
            self.assertEqual(stopped.returncode, 0, stopped.stdout)

    def test_a_port_that_is_taken(self):
        shutil.copy(SCRIPT, self.path("redis.sh"))
        server = redis_server.RedisServer(self.path("server"))
        self.addCleanup(server.kill)
        refused = self.run_script("start", str(server.port))
        self.assertEqual(refused.returncode, 1)
        self.assertIn("somebody listens on port", refused.stdout)


if __name__ == "__main__":
    if not redis_server.installed():
        print("skipped: there is no redis-server; tools/install-deps installs it")
        sys.exit(77)
    unittest.main()
