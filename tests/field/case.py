# tests/field/case.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a program of the field notes is: how it is started, what is compared, and the loads of servers."""
import socket
import time

LOAD_TIMEOUT_S = 60


class Case:
    """`command`: a shell line. `files`: compared by digest. `ignore`: what may differ in the output.
    `load`: of a server, called with a `Server`; its answer is compared as output. `stop`: the signal that
    ends the server as its documentation says. `user`: who runs it, where the program refuses root."""

    def __init__(self, name, command, needs, prepare=None, files=(), ignore=None, load=None,
                 stop="TERM", user=None):
        self.name, self.command, self.needs = name, command, needs.split()
        self.prepare, self.files, self.ignore, self.load = prepare, files, ignore, load
        self.stop, self.user = stop, user


class Server:
    """A server that runs: where it listens, its folder, and its process."""

    def __init__(self, port, folder, process, pid):
        self.port, self.folder, self.process = port, folder, process
        self.pid = pid  # a function: the launcher may not have started it yet

    def connect(self):
        end = time.monotonic() + LOAD_TIMEOUT_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=LOAD_TIMEOUT_S)
            except OSError:
                time.sleep(0.01)  # allow-sleep: another program's start is waited for
        raise RuntimeError("the server does not listen")

    def wait_until(self, true):
        end = time.monotonic() + LOAD_TIMEOUT_S
        while time.monotonic() < end and self.process.poll() is None:
            if true():
                return
            time.sleep(0.05)  # allow-sleep: another program's work is waited for
        raise RuntimeError("the server does not do its work")


def text_file(name, text):
    return lambda folder: (folder / name).write_text(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
