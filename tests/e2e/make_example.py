"""Runs the example's Makefile in a folder of its own, on a program that is built already."""

import os
import shutil
import subprocess

EXAMPLE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../examples/person"))


def copy_example(folder, program):
    """What `make` reads, and `program` as ./main."""
    for name in ("Makefile", "main.manifest.template"):
        shutil.copy(os.path.join(EXAMPLE, name), folder)
    shutil.copy(program, os.path.join(folder, "main"))


def run_make(folder, *arguments, **variables):
    """`make` with `variables` in the environment; it does not build ./main. Returns what happened."""
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "SGX", "DEBUG", "ARCH_LIBDIR")}
    environment.update(variables)
    return subprocess.run(["make", "--no-print-directory", "-o", "main", *arguments], cwd=folder,
                          env=environment, capture_output=True, text=True, timeout=120, check=False)
