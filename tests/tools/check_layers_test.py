#!/usr/bin/env python3
"""Plants each kind of violation in a small project and expects tools/check-layers to name it.

check_layers_test.py SOURCE   SOURCE: the project's folder
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(sys.argv.pop())

SOUND = {
    "include/tidemark/error.h": "#include <string>\n",
    "include/tidemark/state.h": "#include <tidemark/error.h>\n",
    "include/tidemark/session.h": "#include <tidemark/state.h>\n",
    "src/base/bytes.h": "#include <cstddef>\n",
    "src/crypto/hash.cpp": "#include <openssl/evp.h>\n#include <tidemark/error.h>\n",
    "src/container/format.h": '#include "base/bytes.h"\n#include <tidemark/state.h>\n',
    "src/counter/file.h": '#include "base/bytes.h"\n',
    "src/session/live.h": '#include "container/format.h"\n#include <tidemark/session.h>\n',
    "src/runtime/every.cpp": '#include "base/bytes.h"\n',
    "examples/person/main.cpp": '#include <tidemark/session.h>\n#include "flags.h"\n',
    "examples/person/flags.h": "#include <string>\n",
}


class CheckLayers(unittest.TestCase):
    def answer(self, planted, sound=SOUND):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**sound, **planted}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            run = subprocess.run([sys.executable, PROJECT / "tools/check-layers", folder],
                                 stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(run.returncode != 0, run.stderr != "")
        return run.stderr

    def refused(self, file, text, words):
        self.assertIn(words, self.answer({file: text}))

    def test_a_sound_project(self):
        self.assertEqual(self.answer({}), "")

    def test_upward(self):
        self.refused("src/base/up.cpp", '#include "crypto/hash.h"\n', "base may not know crypto")
        self.refused("src/state/up.h", '#  include "container/format.h"\n',
                     "state may not know container")
        self.refused("src/runtime/up.cpp", '#include "session/live.h"\n',
                     "runtime may not know session")

    def test_sideways(self):
        self.refused("src/counter/side.cpp", '#include "container/format.h"\n',
                     "counter may not know container")
        self.refused("src/container/side.cpp", '#include "counter/file.h"\n',
                     "container may not know counter")

    def test_a_back_end_by_name(self):
        self.refused("src/session/name.cpp", '#include "counter/file.h"\n',
                     "session may not know counter")

    def test_a_public_header_of_a_higher_layer(self):
        self.refused("src/container/up.cpp", "#include <tidemark/session.h>\n",
                     "container may not know session")

    def test_the_header_for_programs(self):
        self.refused("src/session/all.cpp", "#include <tidemark/tidemark.h>\n",
                     "only programs include")

    def test_libraries(self):
        self.refused("src/container/ssl.cpp", "#include <openssl/evp.h>\n",
                     "only src/crypto may use")
        self.refused("include/tidemark/ssl.h", "#include <openssl/evp.h>\n",
                     "only src/crypto may use")

    def test_a_private_header_in_a_public_one(self):
        self.refused("include/tidemark/leak.h", '#include "base/bytes.h"\n',
                     "a public header includes public headers alone")

    def test_private_headers_in_an_example(self):
        words = "this is built on the public headers alone"
        self.refused("examples/person/private.cpp", '#include "base/bytes.h"\n', words)
        self.refused("examples/person/private.cpp", "#include <base/bytes.h>\n", words)
        self.refused("examples/person/private.cpp", '#include "../../src/base/bytes.h"\n', words)

    def test_an_unknown_layer(self):
        self.refused("src/misc/a.cpp", "#include <string>\n", "there is no layer misc")

    def test_a_circle(self):
        answer = self.answer({"src/base/a.h": '#include "base/b.h"\n',
                              "src/base/b.h": '#include "base/a.h"\n'})
        self.assertIn("src/base/a.h -> src/base/b.h -> src/base/a.h", answer)

    def test_an_empty_project(self):
        self.assertIn("there are no sources", self.answer({}, sound={}))


if __name__ == "__main__":
    unittest.main()
