"""A terminal of a test's own."""

import fcntl
import os
import pty
import select
import termios
import time

from program import TIMEOUT_S


class Screen:
    """A terminal, and what it shows."""

    def __init__(self):
        self.screen, self.keyboard = pty.openpty()
        self.shown = ""

    def wait_for(self, text):
        deadline = time.monotonic() + TIMEOUT_S
        while text not in self.shown:
            ready, _, _ = select.select([self.screen], [], [], deadline - time.monotonic())
            if not ready:
                raise AssertionError(f"{text!r} is not shown, but {self.shown!r}")
            self.shown += os.read(self.screen, 4096).decode()

    def type(self, text):
        os.write(self.screen, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.keyboard)[3] & termios.ECHO)

    def take(self):
        """Makes it the controlling terminal of the process that is about to run the program."""
        fcntl.ioctl(self.keyboard, termios.TIOCSCTTY, 0)

    def close(self):
        os.close(self.screen)
        os.close(self.keyboard)
