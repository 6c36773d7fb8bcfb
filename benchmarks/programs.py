# benchmarks/programs.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Real programs, timed plain and watched. Each workload is a function that runs the program once with
an environment and returns the seconds it took by the wall clock, or raises Missing."""
import os
import shutil
import socket
import subprocess
import sys
import threading
import time

from variants import Missing

VALUE_BYTES = 100
REQUESTS = 250  # in one batch, each with a key of its own
PYTHON_QUEUES = """
import queue, threading
def pump(count):
    there, back = queue.Queue(64), queue.Queue(64)
    def answer():
        for _ in range(count):
            back.put(there.get())
    other = threading.Thread(target=answer)
    other.start()
    for i in range(count):
        there.put(i)
        if i >= 32:
            back.get()
    other.join()
pump({count})
"""


def timed(command, environment, **options):
    begin = time.monotonic()
    subprocess.run(command, env={**os.environ, **environment}, check=True,
                   stdout=subprocess.DEVNULL, **options)
    return time.monotonic() - begin


def start_up(environment, size, _folder):
    """`true`, again and again; one process is 1/200 of it."""
    begin = time.monotonic()
    for _ in range(200 // size):
        subprocess.run(["/bin/true"], env={**os.environ, **environment}, check=True)
    return (time.monotonic() - begin) * size / 200


def python_threads(environment, size, _folder):
    source = PYTHON_QUEUES.format(count=40000 // size)
    return timed([sys.executable, "-c", source], environment)


def compress(environment, size, _folder):
    """xz on two threads; few locks, much work."""
    if shutil.which("xz") is None:
        raise Missing("xz is not installed: apt install xz-utils")
    text = b"".join(b"%d %d %d\n" % (i, i * i, i * 7919) for i in range(300000 // size))
    return timed(["xz", "-2", "-T2", "--block-size=1MiB", "-c"], environment, input=text)


def case_suite(library):
    """The teaching suite as `library`'s build has it; every case is as expected."""
    build = library.resolve().parent.parent
    command, suite = build / "tools/lockweave/lockweave", build / "instrumented_cases/manifest.txt"
    if not command.is_file() or not suite.is_file():
        raise Missing(f"no case suite beside {library}: cmake --build {build}")
    try:
        return timed([str(command), "cases", "--quick", "--quiet", "--suite", str(suite),
                      "--runtime", str(library.resolve())], {}, stderr=subprocess.DEVNULL)
    except subprocess.CalledProcessError as why:
        raise Missing(f"the case suite ended with {why.returncode}: see `lockweave cases`") from why


class Memcached:
    """A server with two worker threads; a lock per item, per slab class, per connection's queue."""

    def __init__(self, environment, folder):
        program = shutil.which("memcached")
        if program is None:
            raise Missing("memcached is not installed: apt install memcached")
        self.path = os.path.join(folder, f"memcached.{os.getpid()}")
        command = [program, "-t", "2", "-s", self.path, "-m", "64", "-R", "1000"]
        if os.geteuid() == 0:
            command += ["-u", "root"]
        self.process = subprocess.Popen(command, env={**os.environ, **environment},
                                        stderr=subprocess.DEVNULL)

    def connect(self):
        for _ in range(500):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(self.path)
                return connection
            except OSError:
                connection.close()
                time.sleep(0.01)
        raise Missing("memcached does not answer")

    def end(self):
        self.process.kill()
        self.process.wait()
        os.unlink(self.path)


def exchange(connection, request, answer_bytes):
    connection.sendall(request)
    buffer = bytearray(1 << 18)
    while answer_bytes > 0:
        got = connection.recv_into(buffer)
        if got == 0:
            raise Missing("memcached closed the connection")
        answer_bytes -= got


def requests(count):
    """A batch of `count` requests, every tenth a write, and the length of the answers."""
    value = b"x" * VALUE_BYTES
    batch, answers = [], 0
    for i in range(count):
        key = b"key%05d" % i
        if i % 10 == 9:
            batch.append(b"set %s 0 0 %d\r\n%s\r\n" % (key, VALUE_BYTES, value))
            answers += len(b"STORED\r\n")
        else:
            batch.append(b"get %s\r\n" % key)
            answers += len(b"VALUE %s 0 %d\r\n%s\r\nEND\r\n" % (key, VALUE_BYTES, value))
    return b"".join(batch), answers


def fill(connection, count):
    value = b"x" * VALUE_BYTES
    everything = b"".join(b"set key%05d 0 0 %d\r\n%s\r\n" % (i, VALUE_BYTES, value)
                          for i in range(count))
    exchange(connection, everything, len(b"STORED\r\n") * count)


def memcached_load(environment, size, folder):
    """Two connections. All keys exist, so the length of every answer is known and the client's
    share of the time is small."""
    server = Memcached(environment, folder)
    try:
        fill(server.connect(), REQUESTS)
        batch, answers = requests(REQUESTS)

        def client():
            connection = server.connect()
            for _ in range(1600 // size):
                exchange(connection, batch, answers)

        clients = [threading.Thread(target=client) for _ in range(2)]
        begin = time.monotonic()
        for one in clients:
            one.start()
        for one in clients:
            one.join()
        return time.monotonic() - begin
    finally:
        server.end()
