"""Gramine's manifest of the example, as the Makefile has it made, key by key.

The Makefile is the real one. Gramine's tools are played: gramine-manifest by gramine_manifest.py,
those that sign by scripts that say how they were called.
"""

import os
import shlex
import shutil
import sys
import tempfile
import tomllib
import unittest

import gramine_manifest
from make_example import copy_example, run_make

ARCH_LIBDIR = "/lib/a-machine"
RENDER = f"""#!/bin/sh
exec {shlex.quote(sys.executable)} {shlex.quote(gramine_manifest.__file__)} "$@"
"""
SIGN = """#!/bin/sh
echo "$@" >>calls
: >main.manifest.sgx
: >main.sig
"""
MAKE_KEY = """#!/bin/sh
mkdir -p "$(dirname "$1")"
: >"$1"
"""


def mount(path, uri):
    return {"path": path, "uri": f"file:{uri}"}


def encrypted(path, key):
    return {"path": f"/{path}", "uri": f"file:{path}", "type": "encrypted", "key_name": key}


def expected(counter="file:/counters", key="gramine:demo", mount_key="demo", log_level="error"):
    """The whole manifest; what is not here must not be there."""
    runtime = gramine_manifest.RUNTIME
    return {
        "libos": {"entrypoint": "/main"},
        "loader": {
            "log_level": log_level,
            "insecure__use_cmdline_argv": True,
            "env": {
                "LD_LIBRARY_PATH": f"/lib:{ARCH_LIBDIR}:/usr{ARCH_LIBDIR}",
                "RESTORE_FROM_FILE": {"passthrough": True},
                "TIDEMARK_COUNTER": counter,
                "TIDEMARK_KEY": key,
                "TIDEMARK_FIXED": "1",
                "TIDEMARK_ALTERNATE": "/dump.enc.dat",
            },
        },
        "sys": {"enable_sigterm_injection": True},
        "fs": {
            "root": {"type": "chroot", "uri": "file:."},
            "mounts": [
                mount("/lib", runtime),
                mount(ARCH_LIBDIR, ARCH_LIBDIR),
                mount(f"/usr{ARCH_LIBDIR}", f"/usr{ARCH_LIBDIR}"),
                encrypted("dump.enc.dat", mount_key),
                encrypted("dump.enc.dat.d", mount_key),
            ],
            "insecure__keys": {"demo": "60000000000000000000000000000042"},
        },
        "sgx": {
            "debug": log_level == "all",
            "enclave_size": "512M",
            "max_threads": 16,
            "trusted_files": ["file:main", f"file:{runtime}/",
                              *(f"file:{library}" for library in gramine_manifest.LIBRARIES)],
            "allowed_files": ["file:dump.dat", "file:dump.dat.lock", "file:dump.dat.d/",
                              "file:dump.enc.dat.lock", "file:counters/"],
        },
    }


class ManifestTest(unittest.TestCase):
    def setUp(self):
        self.maxDiff = None
        self.folder = tempfile.mkdtemp(prefix="tidemark e2e ")
        self.addCleanup(shutil.rmtree, self.folder)
        self.tools = os.path.join(self.folder, "tools")
        os.mkdir(self.tools)
        copy_example(self.folder, os.devnull)

    def path(self, name):
        return os.path.join(self.folder, name)

    def provide(self, name, script):
        path = os.path.join(self.tools, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        os.chmod(path, 0o755)

    def make(self, *arguments):
        """On a PATH of the system's tools, and those provided: no real Gramine is found."""
        return run_make(self.folder, *arguments, PATH=f"{self.tools}:/usr/bin:/bin",
                        XDG_CONFIG_HOME=self.path("config"))

    def made(self, *arguments):
        self.provide("gramine-manifest", RENDER)
        result = self.make(f"ARCH_LIBDIR={ARCH_LIBDIR}", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(self.path("main.manifest"), "rb") as file:
            return tomllib.load(file)

    def test_every_key(self):
        self.assertEqual(self.made(), expected())

    def test_debug_logs_all_and_makes_a_debug_enclave(self):
        self.assertEqual(self.made("DEBUG=1"), expected(log_level="all"))

    def test_another_counter(self):
        uri = "redis://user:p%40ss@127.0.0.1:6379/1?timeout=2s&x=\\<1>"
        without_folder = expected(counter=uri)
        without_folder["sgx"]["allowed_files"].remove("file:counters/")
        self.assertEqual(self.made(f"COUNTER={uri}"), without_folder)

    def test_another_folder_of_a_file_counter(self):
        elsewhere = expected(counter="file:/else where/counters")
        elsewhere["sgx"]["allowed_files"][-1] = "file:else where/counters/"
        self.assertEqual(self.made("COUNTER=file:/else where/counters"), elsewhere)

    def test_another_key_of_gramines_is_that_of_the_mounts_too(self):
        for name in ("_sgx_mrsigner", "_sgx_mrenclave", "provisioned"):
            with self.subTest(name=name):
                sealed = expected(key=f"gramine:{name}", mount_key=name)
                del sealed["fs"]["insecure__keys"]
                self.assertEqual(self.made(f"KEY=gramine:{name}"), sealed)

    def test_no_key(self):
        self.assertEqual(self.made("KEY=none"), expected(key="none"))

    def test_it_is_made_anew_each_time(self):
        self.made("COUNTER=redis://127.0.0.1")
        self.assertEqual(self.made(), expected())

    def test_the_environment_of_make_chooses_nothing(self):
        os.environ["COUNTER"] = "memory:"
        self.addCleanup(os.environ.pop, "COUNTER")
        self.assertEqual(self.made(), expected())

    def test_sgx_makes_the_signature_and_a_key_once(self):
        self.provide("gramine-sgx-sign", SIGN)
        self.provide("gramine-sgx-gen-private-key", MAKE_KEY)
        self.made("SGX=1")
        key = self.path("config/gramine/enclave-key.pem")
        self.assertTrue(os.path.exists(key))
        for name in ("main.manifest.sgx", "main.sig"):
            self.assertTrue(os.path.exists(self.path(name)), name)
        os.remove(os.path.join(self.tools, "gramine-sgx-gen-private-key"))
        self.provide("gramine-sgx-gen-private-key", "#!/bin/sh\nexit 1\n")
        self.made("SGX=1")
        with open(self.path("calls"), encoding="utf-8") as calls:
            self.assertEqual(
                calls.read().splitlines(),
                [f"--quiet --key {key} --manifest main.manifest --output main.manifest.sgx"] * 2)

    def test_without_gramine_it_says_what_it_left_out(self):
        result = self.make()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout.count("\n"), 1, result.stdout)
        self.assertIn("left out main.manifest", result.stdout)
        self.assertFalse(os.path.exists(self.path("main.manifest")))

    def test_sgx_without_gramine_fails(self):
        result = self.make("SGX=1")
        self.assertEqual(result.returncode, 2)
        self.assertIn("needs Gramine", result.stderr)
        self.assertIn("gramine-manifest gramine-sgx-sign", result.stderr)

    def test_sgx_with_a_gramine_that_cannot_sign_fails(self):
        self.provide("gramine-manifest", RENDER)
        result = self.make("SGX=1")
        self.assertEqual(result.returncode, 2)
        self.assertIn("not on the PATH: gramine-sgx-sign", result.stderr)

    def test_help_explains_every_target_and_setting(self):
        result = self.make("help")
        self.assertEqual(result.returncode, 0, result.stderr)
        for target in ("check", "redis", "redis-stop", "clean", "distclean", "help"):
            self.assertRegex(result.stdout, rf"(?m)^make {target} +\w")
        for setting in ("DEBUG=1", "SGX=1", "COUNTER=", "KEY=", "REDIS_PORT="):
            self.assertIn(setting, result.stdout)
        self.assertNotIn("#", result.stdout)

    def test_clean_leaves_the_checkpoints(self):
        self.made()
        for name in ("dump.dat", "dump.enc.dat"):
            shutil.copy(self.path("main"), self.path(name))
        self.assertEqual(self.make("clean").returncode, 0)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["Makefile", "dump.dat", "dump.enc.dat", "main.manifest.template", "tools"])


if __name__ == "__main__":
    unittest.main()
