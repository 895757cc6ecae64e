"""Stands in for gramine-manifest: renders as Gramine does, but measures nothing.

gramine_manifest.py [-DNAME=VALUE]... TEMPLATE MANIFEST
"""

import os
import sys

import jinja2

RUNTIME = "/opt/gramine/lib/gramine/runtime/glibc"
LIBRARIES = ["/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6",
             "/lib/x86_64-linux-gnu/libcrypto.so.3"]


class Gramine:
    """What templates know as `gramine`."""

    libos = "/opt/gramine/lib/gramine/libsysdb.so"

    @staticmethod
    def runtimedir(libc="glibc"):
        return RUNTIME.replace("glibc", libc)


def ldd(*programs):
    assert programs == ("main",), programs
    return LIBRARIES


def render(template, variables):
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True,
                                     autoescape=False)
    environment.globals.update(gramine=Gramine(), ldd=ldd, env=os.environ)
    return environment.from_string(template).render(**variables)


def main(*arguments):
    *defines, template, manifest = arguments
    assert all(define.startswith("-D") for define in defines), defines
    variables = dict(define[2:].split("=", 1) for define in defines)
    with open(template, encoding="utf-8") as file:
        rendered = render(file.read(), variables)
    with open(manifest, "w", encoding="utf-8") as file:
        file.write(rendered)


if __name__ == "__main__":
    main(*sys.argv[1:])
