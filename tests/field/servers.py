# tests/field/servers.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Servers: each listens on the loopback only, gets a bounded load and is told to end."""
import hashlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import threading

from case import Case, LOAD_TIMEOUT_S, text_file


def client(*command, **more):
    """A client, never watched: its output, and its status if it is not 0."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=2 * LOAD_TIMEOUT_S, **more)
    return done.stdout if done.returncode == 0 else f"{command[0]} {done.returncode} {done.stderr}"


def matching(text, *words):
    return "".join(f"{' '.join(line.split())}\n" for line in text.splitlines() if line.startswith(words))


def memcached_load(server):
    links = [server.connect() for _ in range(8)]
    digest = hashlib.sha256()
    for i in range(3000):
        link = links[i % len(links)]
        value = str(i * 7919).encode()
        link.sendall(b"set k%d 0 0 %d\r\n%s\r\nget k%d\r\nincr k%d 3\r\n"
                     % (i % 500, len(value), value, i % 500, i % 500))
        answer = b""
        while answer.count(b"\r\n") < 5:
            answer += link.recv(4096)
        digest.update(answer)
    for link in links:
        link.close()
    return digest.hexdigest()


def redis_load(server):
    server.connect().close()
    done = subprocess.run(["redis-benchmark", "-p", str(server.port), "-n", "600", "-c", "20", "-q",
                           "-t", "set,get,incr,lpush,lpop,sadd,hset,zadd,mset"],
                          capture_output=True, text=True, timeout=LOAD_TIMEOUT_S)
    link = server.connect()
    link.sendall(b"SET a 1\r\nINCR a\r\nFLUSHALL ASYNC\r\nDBSIZE\r\nBGSAVE\r\n")
    answer = b""
    while answer.count(b"\r\n") < 5 and (more := link.recv(4096)):
        answer += more
    link.close()
    return f"benchmark {done.returncode} {answer!r}"


# ---- web -------------------------------------------------------------------------------------
def web_files(folder):
    (folder / "index.html").write_text("<p>lock</p>\n" * 2000)
    (folder / "small").write_text("small\n")
    os.chmod(folder, 0o755)


def requests(server, path, count=2000, at_once=8):
    """A load that must be answered in full, and one answer's digest."""
    url = f"http://127.0.0.1:{server.port}/{path}"
    told = client("ab", "-q", "-n", count, "-c", at_once, url)
    body = client("curl", "-s", "--compressed", url)
    return matching(told, "Complete", "Failed", "Non-2xx", "Document Length", "ab ") + \
        hashlib.sha256(body.encode()).hexdigest() + "\n"


def web_load(server):
    server.connect().close()
    return requests(server, "index.html") + requests(server, "small") + requests(server, "none", 100)


def reloaded(how):
    """Loaded, told to read its configuration again while it is loaded, loaded once more."""
    def load(server):
        server.connect().close()
        answer = [requests(server, "index.html")]
        busy = threading.Thread(target=lambda: answer.append(requests(server, "small")))
        busy.start()
        os.kill(server.pid(), how)
        busy.join()
        server.connect().close()
        return "".join(answer) + requests(server, "index.html")
    return load


NGINX = """
daemon off; pid nginx.pid; error_log error.log; worker_processes 2; user root;
thread_pool default threads=4;
events { worker_connections 128; }
http { access_log access.log; aio threads; directio 4k; gzip on;
  server { listen 127.0.0.1:PORT; root .; } }
"""

APACHE_MODULES = "mpm_event authz_core dir mime status deflate filter"
APACHE = """
ServerRoot FOLDER
DefaultRuntimeDir FOLDER
PidFile apache.pid
ErrorLog error.log
ServerName localhost
Listen 127.0.0.1:PORT
User www-data
Group www-data
DocumentRoot FOLDER
StartServers 2
ThreadsPerChild 8
MaxRequestWorkers 32
ServerLimit 4
MaxConnectionsPerChild 900
AddOutputFilterByType DEFLATE text/html
TypesConfig /etc/mime.types
"""


def nginx_files(folder):
    web_files(folder)
    (folder / "nginx.conf.in").write_text(NGINX)


def apache_files(folder):
    web_files(folder)
    modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                      for name in APACHE_MODULES.split())
    (folder / "apache.conf.in").write_text(modules + APACHE)


def apache(name, load, stop, user=None):
    return Case(name, "sed \"s|PORT|{port}|; s|FOLDER|$PWD|\" apache.conf.in > apache.conf &&"
                " exec apache2 -f $PWD/apache.conf -DFOREGROUND", "apache2 ab curl", apache_files,
                load=load, stop=stop, user=user)


PHP = """<?php $sum = 0; for ($i = 0; $i < 2000; $i++) $sum += crc32("lock$i"); echo "$sum\\n"; """


def php_load(server):
    server.connect().close()
    return requests(server, "index.php", 300, 4)


NODE_SERVER = """
const http = require("http"), {Worker} = require("worker_threads"), zlib = require("zlib");
const server = http.createServer((q, a) => zlib.gzip("lock".repeat(999), (e, b) => {
  a.setHeader("Content-Encoding", "gzip"); a.end(b); }));
server.listen(+process.argv[2], "127.0.0.1");
new Worker("setInterval(() => {}, 5)", {eval: true});
process.on("SIGTERM", () => process.exit(0));
"""

RUBY_SERVER = """
require "socket"; server = TCPServer.new("127.0.0.1", ARGV[0].to_i); jobs = SizedQueue.new(4)
Signal.trap("TERM") { exit!(0) }; served = 0; lock = Mutex.new
6.times { Thread.new { while (s = jobs.pop)
  s.gets; while (l = s.gets) && l != "\\r\\n"; end; lock.synchronize { served += 1 }
  s.write "HTTP/1.0 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nlock"; s.close; end } }
loop { jobs << server.accept }
"""


def any_path_load(server):
    server.connect().close()
    return requests(server, "any", 1000)


# ---- databases -------------------------------------------------------------------------------
def mariadb_files(folder):
    client("mariadb-install-db", "--no-defaults", f"--datadir={folder}/data", "--user=root",
           "--auth-root-authentication-method=normal", "--skip-test-db")


def mariadb_load(server):
    link = [f"--socket={server.folder}/s", "--user=root"]
    server.connect().close()
    load = client("mariadb-slap", "--no-defaults", *link, "--concurrency=6", "--iterations=1",
                  "--auto-generate-sql", "--auto-generate-sql-load-type=mixed",
                  "--number-of-queries=900", "--auto-generate-sql-add-autoincrement", "--silent")
    script = """create database d; use d; create table t(a int primary key auto_increment, b varchar(40))
      engine=innodb; insert into t(b) select concat('lock', seq) from seq_1_to_20000;
      start transaction; update t set b = 'x' where a % 7 = 0; rollback;
      update t set b = 'y' where a % 5 = 0; delete from t where a % 11 = 0; alter table t add index(b);
      select count(*), max(b), sum(a) from t; select b, count(*) from t where b = 'y' group by b;
      flush tables; check table t; drop database d;"""
    answer = client("mariadb", "--no-defaults", *link, "-B", "-e", script)
    return ("slap failed" if "mariadb-slap" in load else "") + answer


def owned_by(user):
    def prepare(folder):
        shutil.chown(folder, user)
        client("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups",
               newest_postgres("initdb"), "-D", folder / "data", "-A", "trust", "-U", "field")
    return prepare


def newest_postgres(name):
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else name


def postgres_load(server):
    link = ["-h", "127.0.0.1", "-p", server.port, "-U", "field"]
    server.wait_until(lambda: subprocess.run(["pg_isready", "-q", *map(str, link)], check=False)
                      .returncode == 0)
    client("pgbench", *link, "-i", "-q", "-s", "2", "postgres")
    load = client("pgbench", *link, "-n", "-c", "4", "-j", "2", "-t", "150", "postgres")
    os.kill(server.pid(), signal.SIGHUP)
    script = """set max_parallel_workers_per_gather = 2; set min_parallel_table_scan_size = 0;
      set parallel_setup_cost = 0; select count(*), sum(aid) from pgbench_accounts;
      select count(*), sum(delta) = (select sum(bbalance) from pgbench_branches) from pgbench_history;
      create index on pgbench_accounts(abalance); vacuum (parallel 2, analyze) pgbench_accounts;
      checkpoint; select count(*) from pgbench_accounts where abalance is null;"""
    return matching(load, "number of transactions", "number of failed", "pgbench ") + \
        "".join(client("psql", *link, "-qAt", "-c", part, "postgres") for part in script.split(";")[:-1])


# ---- names, logs, logins ---------------------------------------------------------------------
NAMED = """
options { directory "FOLDER"; listen-on port PORT { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; pid-file "named.pid"; dnssec-validation no; session-keyfile "session.key"; };
controls {}; logging { channel l { file "named.log"; }; category default { l; }; };
zone "field.test" { type primary; file "zone"; allow-update { 127.0.0.1; }; };
"""


def named_files(folder):
    (folder / "named.conf.in").write_text(NAMED)
    hosts = "".join(f"h{i} IN A 10.0.{i // 250}.{i % 250}\n" for i in range(500))
    (folder / "zone").write_text("$TTL 60\n@ IN SOA ns h 1 60 60 60 60\n@ IN NS ns\nns IN A 127.0.0.1\n"
                                 + hosts)


def answers(text):
    """In any order, without what dig says of tries that took long."""
    return sorted(line for line in text.splitlines() if not line.startswith(";"))


def named_load(server):
    server.connect().close()
    ask = ["dig", "@127.0.0.1", "-p", server.port, "+short"]
    queries = server.folder / "queries"
    queries.write_text("".join(f"h{i % 510}.field.test A\n" for i in range(1500)))
    first = answers(client(*ask, "-f", queries))
    update = f"server 127.0.0.1 {server.port}\nupdate add new.field.test 60 A 10.9.9.9\nsend\n"
    answer = client("nsupdate", input=update) + client(*ask, "new.field.test")
    os.kill(server.pid(), signal.SIGHUP)
    over_tcp = answers(client(*ask, "+tcp", "-f", queries))
    return hashlib.sha256("\n".join(first).encode()).hexdigest() + answer + str(first == over_tcp)


RSYSLOG = """
global(workDirectory="FOLDER")
module(load="imtcp" MaxSessions="50") module(load="imudp")
main_queue(queue.type="LinkedList" queue.workerThreads="3" queue.workerThreadMinimumMessages="50")
template(name="plain" type="string" string="%msg%\\n")
template(name="dyn" type="string" string="FOLDER/by-%hostname%")
ruleset(name="r" queue.type="FixedArray" queue.workerThreads="2") {
  action(type="omfile" file="FOLDER/messages" template="plain" flushOnTXEnd="on")
  action(type="omfile" dynaFile="dyn" template="plain" action.resumeRetryCount="1"
         queue.type="LinkedList" queue.filename="disk" queue.maxdiskspace="1m") }
input(type="imtcp" port="PORT" address="127.0.0.1" ruleset="r")
input(type="imudp" port="PORT" address="127.0.0.1" ruleset="r")
"""


def rsyslog_load(server):
    messages = server.folder / "messages"
    count = 0

    def send(begin):
        with server.connect() as link:
            link.sendall(b"".join(b"<13>Jan  1 00:00:00 host%d field: lock %d\n" % (i % 3, i)
                                  for i in range(begin, begin + 500)))
    for part in range(2):
        senders = [threading.Thread(target=send, args=(part * 4000 + i * 500,)) for i in range(6)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        count += 3000
        server.wait_until(lambda: messages.exists() and messages.read_text().count("\n") == count)
        os.kill(server.pid(), signal.SIGHUP)
    lines = sorted(messages.read_text().splitlines())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sshd_files(folder):
    for name in ("host", "user"):
        client("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
    shutil.copy(folder / "user.pub", folder / "authorized")
    os.makedirs("/run/sshd", exist_ok=True)


def sshd_load(server):
    server.connect().close()
    ssh = ["ssh", "-F", "none", "-i", server.folder / "user", "-p", server.port, "-o",
           "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
           f"{pwd.getpwuid(os.getuid()).pw_name}@127.0.0.1"]
    answers = [client(*ssh, f"echo session {i}; cat /etc/os-release | wc -l") for i in range(2)]
    return "".join(answers) + client(*ssh, "sh -c 'exit 7'")


SERVERS = [
    Case("memcached -t4, 9000 requests", "exec memcached -u root -l 127.0.0.1 -p {port} -U 0 -t 4",
         "memcached", load=memcached_load),
    Case("redis-server, redis-benchmark", "exec redis-server --port {port} --bind 127.0.0.1 --save ''"
         " --io-threads 2 --logfile log --dir .", "redis-server redis-benchmark", load=redis_load),
    Case("redis-server, append-only file", "exec redis-server --port {port} --bind 127.0.0.1 --appendonly"
         " yes --io-threads 2 --io-threads-do-reads yes --logfile log --dir .",
         "redis-server redis-benchmark", load=redis_load),
    Case("nginx, thread pool, ab", "sed s/PORT/{port}/ nginx.conf.in > nginx.conf && exec nginx -p ."
         " -c nginx.conf", "nginx ab curl", nginx_files, load=web_load, stop="QUIT"),
    Case("nginx, HUP under load, ab", "sed s/PORT/{port}/ nginx.conf.in > nginx.conf && exec nginx -p ."
         " -c nginx.conf", "nginx ab curl", nginx_files, load=reloaded(signal.SIGHUP)),
    apache("apache2 mpm_event, ab", web_load, "TERM"),
    apache("apache2 mpm_event, unprivileged, ab", web_load, "TERM", "www-data"),
    apache("apache2 mpm_event, USR1 under load, ab", reloaded(signal.SIGUSR1), "WINCH", "www-data"),
    Case("mariadbd, mariadb-slap", "exec mariadbd --no-defaults --user=root --datadir=$PWD/data"
         " --socket=$PWD/s --bind-address=127.0.0.1 --port={port} --innodb-buffer-pool-size=32M"
         " --thread-handling=one-thread-per-connection 2>log", "mariadbd mariadb-slap", mariadb_files,
         load=mariadb_load),
    Case("mariadbd, thread pool, mariadb-slap", "exec mariadbd --no-defaults --user=root"
         " --datadir=$PWD/data --socket=$PWD/s --bind-address=127.0.0.1 --port={port}"
         " --innodb-buffer-pool-size=32M --thread-handling=pool-of-threads 2>log",
         "mariadbd mariadb-slap", mariadb_files, load=mariadb_load),
    Case("postgres, pgbench", f"exec {newest_postgres('postgres')} -D data -p {{port}} -k $PWD"
         " -h 127.0.0.1 2>log", "pgbench", owned_by("postgres"), load=postgres_load, stop="INT",
         user="postgres"),
    Case("named, dig, nsupdate", "sed \"s|PORT|{port}|; s|FOLDER|$PWD|\" named.conf.in > named.conf &&"
         " exec named -f -n 4 -c $PWD/named.conf", "named dig nsupdate", named_files, load=named_load),
    Case("rsyslogd, 6000 messages", "sed \"s|PORT|{port}|; s|FOLDER|$PWD|\" rsyslog.conf.in > r.conf &&"
         " exec rsyslogd -n -f $PWD/r.conf -i $PWD/pid", "rsyslogd",
         text_file("rsyslog.conf.in", RSYSLOG), load=rsyslog_load),
    Case("sshd, 3 sessions", "exec /usr/sbin/sshd -D -f none -h $PWD/host -p {port} -o"
         " ListenAddress=127.0.0.1 -o AuthorizedKeysFile=$PWD/authorized -o StrictModes=no -o PidFile=none"
         " -o PermitRootLogin=yes -E log", "sshd ssh ssh-keygen", sshd_files, load=sshd_load),
    Case("php -S, 4 workers, ab", "PHP_CLI_SERVER_WORKERS=4 exec php -q -S 127.0.0.1:{port} 2>log",
         "php ab curl", text_file("index.php", PHP), load=php_load),
    Case("node, http, zlib, a worker, ab", "exec node n.js {port}", "node ab curl",
         text_file("n.js", NODE_SERVER), load=any_path_load),
    Case("ruby, threads behind a queue, ab", "exec ruby s.rb {port}", "ruby ab curl",
         text_file("s.rb", RUBY_SERVER), load=any_path_load),
    Case("python3 -m http.server, ab", "exec python3 -m http.server --bind 127.0.0.1 {port} >log 2>&1",
         "python3 ab curl", web_files, load=web_load, stop="INT"),
]
