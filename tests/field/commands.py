# tests/field/commands.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs that do their work and end: tools of everyday, build tools, interpreters, codecs."""
import random
import subprocess

from case import Case, text_file

PYTHON_THREADS = """
import concurrent.futures as f, hashlib, queue, threading
q, out, lock = queue.Queue(4), [], threading.Lock()
def work():
    while (item := q.get()) is not None:
        with lock: out.append(item * item)
        q.task_done()
    q.task_done()
threads = [threading.Thread(target=work) for _ in range(6)]
[t.start() for t in threads]
[q.put(i) for i in range(2000)]
[q.put(None) for _ in threads]
q.join()
[t.join() for t in threads]
with f.ThreadPoolExecutor(4) as pool:
    digests = list(pool.map(lambda i: hashlib.sha256(bytes(20000 + i)).hexdigest(), range(300)))
print(sum(out), digests[-1])
ready = threading.Condition(); turn = [0]
def play(me):
    for _ in range(500):
        with ready:
            ready.wait_for(lambda: turn[0] % 2 == me)
            turn[0] += 1
            ready.notify_all()
players = [threading.Thread(target=play, args=(i,)) for i in (0, 1)]
[p.start() for p in players]; [p.join() for p in players]
print(turn)
"""

PYTHON_PROCESSES = """
import multiprocessing as m, concurrent.futures as f
def square(x): return x * x
def feed(q, n):
    for i in range(n): q.put(i)
if __name__ == "__main__":
    with m.Pool(2) as pool: print(sum(pool.map(square, range(500))))
    q = m.Queue(); p = m.Process(target=feed, args=(q, 200)); p.start()
    print(sum(q.get() for _ in range(200))); p.join()
    for method in ("spawn", "forkserver"):
        c = m.get_context(method); e = c.Event(); l = c.Lock()
        p = c.Process(target=square, args=(2,)); p.start(); p.join(); print(method, p.exitcode)
    with f.ProcessPoolExecutor(2) as pool: print(sum(pool.map(square, range(100))))
"""

BASH_TRAPS = r"""
set -o pipefail
trap 'echo bye' EXIT
trap 'echo usr1' USR1
kill -USR1 $$
seq 2000 | awk '{s += $1} END {print s}' | tee >(cat > copy.txt) | rev
false | true; echo "pipe status $?"
( trap 'exit 7' TERM; kill -TERM $BASHPID; echo not reached ); echo "subshell $?"
coproc cat; echo hello >&"${COPROC[1]}"; exec {COPROC[1]}>&-; cat <&"${COPROC[0]}"; wait
for i in 1 2 3; do (exit $i) & list+=($!); done
for job in "${list[@]}"; do wait $job; echo "job $?"; done
x=$(for i in $(seq 20); do echo $i; done | sort -rn | head -1); echo $x
timeout 0.2 cat /dev/zero | wc -c > size.txt; rm size.txt
mapfile -t lines < <(printf 'a\nb\n'); echo ${#lines[@]}
sh -c 'kill -9 $$'; echo "killed $?"
exit 5
"""

PERL = r"""
use strict; my $sum = 0; my %seen;
for my $i (1 .. 200000) { $sum += $i % 7; $seen{$i % 100}++ }
my $pid = fork; if (!$pid) { print "child\n"; exit 3 } waitpid $pid, 0;
print "child ended ", $? >> 8, "\n"; local $SIG{ALRM} = sub { print "alarm\n" };
kill 'ALRM', $$; print `echo from a shell`; open my $pipe, '-|', 'seq 5' or die; print <$pipe>;
close $pipe; print "$sum ", scalar(keys %seen), "\n"; exit 4;
"""

JAVA = """
import java.util.concurrent.*; import java.util.concurrent.locks.*;
public class Field {
  static int shared = 0;
  public static void main(String[] a) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4); CountDownLatch done = new CountDownLatch(200);
    ReentrantLock lock = new ReentrantLock();
    for (int i = 0; i < 200; i++) pool.submit(() -> { lock.lock(); try { shared++; } finally { lock.unlock(); }
      synchronized (Field.class) { shared++; } done.countDown(); });
    done.await(); pool.shutdown(); pool.awaitTermination(10, TimeUnit.SECONDS);
    BlockingQueue<Integer> q = new ArrayBlockingQueue<>(2);
    Thread t = new Thread(() -> { try { for (int i = 0; i < 500; i++) q.put(i); } catch (InterruptedException e) {} });
    t.start(); long sum = 0; for (int i = 0; i < 500; i++) sum += q.take(); t.join();
    System.gc(); System.out.println(shared + " " + sum);
  }
}
"""

NODE = """
const {Worker} = require("worker_threads"), zlib = require("zlib"), crypto = require("crypto"),
      fs = require("fs");
let open = 12; const out = [];
const done = text => { out.push(text); if (--open === 0) console.log(out.sort().join(" ")); };
for (let i = 0; i < 4; i++)
  new Worker(`require("worker_threads").parentPort.postMessage("w${i}")`, {eval: true}).on("message", done);
for (let i = 0; i < 4; i++) zlib.gzip(Buffer.alloc(1 << 20, i), (e, b) => done("z" + (b.length > 0)));
for (let i = 0; i < 4; i++) crypto.pbkdf2("p", "s" + i, 2000, 32, "sha256", (e, k) => done(k.toString("hex").slice(0, 6)));
"""

SQL = """
create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)
insert into t select i, hex(i * 7919) from n;
create index b on t(b); pragma threads = 4; select count(*), sum(length(b)), max(b) from t;
select substr(b, 1, 2), count(*) from t group by 1 order by 1 limit 5;
"""


def cpp_project(folder):
    sources = []
    for i in range(5):
        (folder / f"part{i}.cc").write_text(
            f"#include <map>\n#include <string>\nint part{i}() {{ std::map<std::string, int> m; "
            f'm["x"] = {i}; return m["x"]; }}\n')
        sources.append(f"part{i}.cc")
    calls = " + ".join(f"part{i}()" for i in range(5))
    heads = "".join(f"int part{i}();\n" for i in range(5))
    (folder / "main.cc").write_text(f"#include <cstdio>\n{heads}int main() {{ "
                                    f'std::printf("%d\\n", {calls}); }}\n')
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(field LANGUAGES CXX)\n"
        f"find_package(Threads REQUIRED)\nadd_executable(field main.cc {' '.join(sources)})\n")


def git_repository(folder):
    """Three hundred commits of a few files, loose objects: the same ids everywhere."""
    noise = random.Random(3)
    lines = ["commit refs/heads/main\ncommitter F <f@example.org> {t} +0000\ndata 1\nc\n"]
    stream = []
    for commit in range(300):
        stream.append(lines[0].format(t=1600000000 + commit))
        for _ in range(4):
            text = "\n".join(f"lock {noise.random()}" for _ in range(60))
            name = f"dir{noise.randrange(8)}/file{noise.randrange(40)}"
            stream.append(f"M 100644 inline {name}\ndata {len(text)}\n{text}\n")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "-c", "fastimport.unpackLimit=100000", "fast-import",
                    "--quiet"], input="".join(stream).encode(), check=True)
    subprocess.run(["git", "-C", str(folder), "reset", "-q", "--hard", "main"], check=True)


def big_file(folder):
    noise = random.Random(1)
    block = b"".join(b"%d lock %d\n" % (i, noise.randrange(10 ** 6)) for i in range(400000))
    with open(folder / "data", "wb") as out:
        size = 0
        while size < 64 << 20:
            size += out.write(block) + out.write(noise.randbytes(1 << 20))


def numbers(folder):
    noise = random.Random(2)
    (folder / "numbers").write_text("\n".join(str(noise.randrange(10 ** 9)) for _ in range(400000)))


RUBY = """
q, out, lock, turn = SizedQueue.new(4), [], Mutex.new, ConditionVariable.new
workers = 6.times.map { Thread.new { while (i = q.pop) do lock.synchronize { out << i * i } end } }
2000.times { |i| q << i }; 6.times { q << nil }; workers.each(&:join); puts out.sum
now = 0
players = 2.times.map { |me| Thread.new { 300.times { lock.synchronize {
  turn.wait(lock) until now % 2 == me; now += 1; turn.broadcast } } } }
players.each(&:join); puts now
puts IO.popen("echo from a shell").read; pid = fork { exit 3 }; Process.wait pid; puts $?.exitstatus
t = Thread.new { Thread.stop }; Thread.pass until t.stop?; t.kill; t.join
require "timeout"; begin Timeout.timeout(0.05) { loop {} } rescue puts $!.class end
Signal.trap("USR1") { puts "usr1" }; Process.kill("USR1", $$); Thread.pass
r = 3.times.map { |i| Ractor.new(i) { |n| (1..2000).sum * n } }.map(&:take) if defined? Ractor
p r; GC.start; GC.compact; exit 4
"""

PHP = r"""<?php
$sum = 0; foreach (range(1, 200000) as $i) { $sum += crc32("lock$i") % 7; } echo "$sum\n";
echo shell_exec("echo from a shell"); $p = proc_open(["cat"], [["pipe", "r"], ["pipe", "w"]], $pipes);
fwrite($pipes[0], "through cat\n"); fclose($pipes[0]); echo stream_get_contents($pipes[1]); proc_close($p);
echo strlen(gzcompress(str_repeat("lock", 99999))), "\n"; echo preg_replace_callback("/\\d+/",
  fn($m) => $m[0] * 2, "1 2 3"), "\n"; gc_collect_cycles(); exit(3);
"""

GUILE = """
(use-modules (ice-9 threads) (ice-9 futures) (ice-9 match))
(define (work n) (let loop ((i 0) (s 0)) (if (= i 2000) s (loop (+ i 1) (+ s (modulo (* i n) 7))))))
(display (apply + (par-map work (iota 300)))) (newline)
(define m (make-mutex)) (define c (make-condition-variable)) (define done 0)
(define threads (map (lambda (i) (call-with-new-thread (lambda ()
  (work i) (with-mutex m (set! done (+ done 1)) (broadcast-condition-variable c))))) (iota 8)))
(with-mutex m (let wait () (if (< done 8) (begin (wait-condition-variable c m) (wait)))))
(for-each join-thread threads) (display done) (newline)
(display (touch (future (work 3)))) (newline) (gc)
(n-par-for-each 3 (lambda (i) (work i)) (iota 50)) (exit 5)
"""

C_CODE = """
#include <algorithm>
#include <iostream>
#include <map>
#include <thread>
#include <vector>
template <int N> struct Part { int run() { std::map<int, std::vector<int>> m; m[N].push_back(N);
  return Part<N - 1>().run() + m[N][0]; } };
template <> struct Part<0> { int run() { return 0; } };
int main() { int sum = 0; std::thread t([&] { sum = Part<40>().run(); }); t.join();
  std::cout << sum << std::endl; }
"""

PAGE = """<html><body><h1>lock</h1><table id=t></table><canvas id=c width=64 height=64></canvas><script>
const w = new Worker(URL.createObjectURL(new Blob(["onmessage = e => postMessage(e.data * e.data)"])));
for (let i = 0; i < 200; i++) t.insertRow().insertCell().textContent = Math.imul(i, 7919) % 97;
c.getContext("2d").fillRect(0, 0, 9, 9); indexedDB.open("d"); localStorage.setItem("a", 1);
document.body.dataset.hash = [...document.querySelectorAll("td")].reduce((a, e) => a * 31 + +e.textContent | 0, 7);
</script></body></html>
"""

TARGET = """
import threading
stop = threading.Event()
threads = [threading.Thread(target=stop.wait) for _ in range(3)]
[t.start() for t in threads]; print("ready", flush=True)
input(); stop.set(); [t.join() for t in threads]; print("ended")
"""
# The target says when it is ready, and ends when told: no time is waited for.
ATTACH = """
coproc python3 target.py; read -r line <&"${COPROC[0]}"; echo "$line"
for i in 1 2; do
  gdb -nx --batch -p $COPROC_PID -ex 'thread apply all bt 3' -ex 'call (int) getpid()' -ex detach 2>&1 |
    grep -c '^Thread '
done
echo >&"${COPROC[1]}"; cat <&"${COPROC[0]}"; wait $COPROC_PID; echo "status $?"
"""


def office_files(folder):
    rows = "".join(f"{i},{i * 7919 % 101},lock {i}\n" for i in range(400))
    (folder / "sheet.csv").write_text("number,value,text\n" + rows)
    (folder / "page.html").write_text("<h1>Locks</h1>" + "".join(
        f"<p>Paragraph <b>{i}</b> of many.</p><table border=1><tr><td>{i}</td></tr></table>"
        for i in range(60)))


def server_files(folder):
    for i in range(40):
        (folder / f"f{i}").write_text(f"lock {i}\n" * 500)


JEMALLOC = "LD_PRELOAD=libjemalloc.so.2 "
CASES = [
    Case("xz -T2, 64 MB", "xz -T2 -0 -k data && xz -T2 -dc data.xz | cmp - data", "xz", big_file,
         ["data.xz"]),
    Case("pigz -p4, 64 MB", "pigz -n -1 -p4 -k data && pigz -dc data.gz | cmp - data", "pigz", big_file,
         ["data.gz"]),
    Case("zstd -T4, 64 MB", "zstd -q -T4 -3 data", "zstd", big_file, ["data.zst"]),
    Case("sort --parallel=4", "sort -n --parallel=4 -S 4M numbers", "sort", numbers),
    Case("git gc, fsck, clone, log, grep", "git gc -q --aggressive --prune=now && git fsck --no-progress"
         " && git clone -q . copy && git log --stat | md5sum && git grep --threads=4 -c lock"
         " && git -c grep.threads=4 grep -h 'lock 0.99' | md5sum", "git", git_repository),
    Case("git index-pack, pack-objects", "git -c pack.threads=4 pack-objects -q --all --stdout"
         " --delta-base-offset </dev/null | git index-pack --threads=4 --stdin --strict | cut -c1-4",
         "git", git_repository),
    Case("cmake, ninja, 6 files", "cmake -G Ninja -S . -B b && ninja -C b -j2 && b/field", "cmake ninja"
         " c++", cpp_project, ignore=r"\(\d+\.\d+s\)|/tmp/\S+|\[\d+/\d+\][^\n]*|[^\n]*\r"),
    Case("python3, threads", "python3 -c \"$(cat p.py)\"", "python3", text_file("p.py", PYTHON_THREADS)),
    Case("python3, threads, jemalloc", JEMALLOC + "python3 p.py", "python3 libjemalloc.so.2",
         text_file("p.py", PYTHON_THREADS)),
    Case("python3, processes", "python3 p.py", "python3", text_file("p.py", PYTHON_PROCESSES)),
    Case("bash, pipes and traps", "bash s.sh", "bash", text_file("s.sh", BASH_TRAPS), ["copy.txt"],
         ignore=r" \d+ Killed"),
    Case("perl", "perl p.pl", "perl", text_file("p.pl", PERL)),
    Case("sqlite3", "sqlite3 d.db < s.sql", "sqlite3", text_file("s.sql", SQL)),
    Case("gdb --batch", "gdb -nx --batch -ex 'break exit' -ex run -ex 'info threads' -ex kill"
         " --args true", "gdb", ignore=r"0x[0-9a-f]+|\(LWP \d+\)|Target Id +Frame|[^\n]*(debuginfod|libthread_db)[^\n]*"
         r"|Breakpoint[^\n]*|process \d+|__run_exit_handlers[^\n]*|[^\n]*No such file[^\n]*"),
    Case("java -version", "java -version", "java"),
    Case("javac and java, threads", "javac Field.java && java Field", "javac java",
         text_file("Field.java", JAVA)),
    Case("node, workers, zlib, crypto", "node n.js", "node", text_file("n.js", NODE)),
    Case("node -e", "node -e 'console.log(6 * 7); process.exit(9)'", "node"),
    Case("curl --version", "curl --version", "curl"),
    Case("curl file://", "curl -s file:///etc/os-release", "curl"),
    Case("convert", "convert -size 800x800 plasma:fractal -seed 1 -blur 0x3 -resize 50% x.png"
         " && identify x.png | cut -d' ' -f2,3", "convert identify"),
    Case("ffmpeg", "ffmpeg -v error -f lavfi -i testsrc=d=1 -threads 4 -f md5 -", "ffmpeg"),
    Case("make -j4", "make -s -j4 -f m all", "make", text_file(
        "m", "N := $(shell seq 60)\nall: $(N)\n\t@echo made\n$(N):\n\t@true\n")),
    Case("1000 short processes", "for i in $(seq 1000); do /bin/true; done", "bash"),
    Case("ruby, threads, fork, signals", "ruby r.rb", "ruby", text_file("r.rb", RUBY),
         ignore=r"[^\n]*Ractor is experimental[^\n]*"),
    Case("php", "php p.php", "php", text_file("p.php", PHP)),
    Case("guile, threads, futures", "GUILE_AUTO_COMPILE=0 guile --no-auto-compile g.scm", "guile",
         text_file("g.scm", GUILE)),
    Case("java -jar, threads", "javac Field.java && jar cfe f.jar Field *.class &&"
         " java -XX:+UseParallelGC -Xmx64m -jar f.jar && java -XX:+UseSerialGC -Xint -jar f.jar",
         "javac java jar", text_file("Field.java", JAVA)),
    Case("g++ -O2, run", "g++ -O2 -pthread c.cc -c && g++ -pthread c.o -o c && ./c", "g++",
         text_file("c.cc", C_CODE), ["c.o"]),
    Case("g++ -flto=2, run", "g++ -O2 -flto=2 -pthread c.cc -o c && ./c", "g++", text_file("c.cc", C_CODE)),
    Case("clang++ -O2, run", "clang++ -O2 -pthread c.cc -c && clang++ -pthread c.o -o c && ./c",
         "clang++", text_file("c.cc", C_CODE), ["c.o"]),
    Case("soffice, csv to ods to csv", "export HOME=$PWD; for step in ods:sheet.csv csv:out/sheet.ods; do"
         " soffice --headless --convert-to ${step%%:*}"
         " --outdir out ${step#*:} >/dev/null || exit; done", "soffice", office_files,
         ["out/sheet.csv"]),
    Case("soffice, html to pdf", "HOME=$PWD soffice --headless --convert-to pdf:writer_web_pdf_Export"
         " page.html && head -c 5 page.pdf", "soffice", office_files, ignore=r"/\S+/work"),
    Case("chromium --headless", "HOME=$PWD chromium --headless --no-sandbox --disable-gpu"
         " --user-data-dir=$PWD/u --dump-dom file://$PWD/p.html 2>/dev/null", "chromium",
         text_file("p.html", PAGE)),
    Case("chromium-headless-shell", "HOME=$PWD chromium-headless-shell --no-sandbox --disable-gpu"
         " --user-data-dir=$PWD/u --dump-dom file://$PWD/p.html 2>/dev/null", "chromium-headless-shell",
         text_file("p.html", PAGE)),
    Case("ffmpeg, libx264, filters, 4 threads", "ffmpeg -nostdin -v error -f lavfi -i"
         " testsrc2=d=2:s=320x240 -f lavfi -i sine=d=2 -vf scale=160:-2,hue=s=0 -threads 4"
         " -filter_threads 4 -c:v libx264 -c:a aac -y o.mkv && ffmpeg -nostdin -v error -threads 4 -i o.mkv"
         " -f framemd5 - | md5sum", "ffmpeg"),
    Case("x265, pool, frame threads", "ffmpeg -nostdin -v error -f lavfi -i testsrc2=d=2:s=320x240 -pix_fmt"
         " yuv420p i.y4m && x265 --log-level error --no-progress --qp 30 --pools 4 -F 3 i.y4m -o o.hevc 2>/dev/null",
         "x265 ffmpeg", files=["o.hevc"]),
    Case("convert, threads", "MAGICK_THREAD_LIMIT=4 convert -seed 1 -size 600x400 plasma: -rotate 7"
         " -unsharp 2 -colors 64 x.png && convert x.png x.jpg && identify x.jpg |"
         " cut -d' ' -f2,3 && convert x.png -format '%#\n' info:", "convert identify"),
    Case("curl --parallel", "python3 -u -m http.server --bind 127.0.0.1 0 > log 2>&1 & s=$!;"
         " until p=$(grep -om1 'port [0-9]*' log); do kill -0 $s || exit; done; p=${p#port };"
         " curl -s -Z --no-progress-meter --parallel-max 8 http://127.0.0.1:$p/f[0-39] | sort | md5sum; curl -s"
         " http://127.0.0.1:$p/none -o /dev/null -w '%{http_code}\n'; kill $s; wait $s; exit 0",
         "curl python3", server_files),
    Case("gdb, attach to threads", "bash a.sh", "gdb python3",
         lambda folder: ((folder / "target.py").write_text(TARGET), (folder / "a.sh").write_text(ATTACH))),
    Case("ssh-keygen", "ssh-keygen -q -t rsa -b 3072 -N '' -f k && ssh-keygen -y -f k | cut -d' ' -f1 &&"
         " ssh-keygen -l -f k.pub | cut -d' ' -f1,4", "ssh-keygen"),
]
