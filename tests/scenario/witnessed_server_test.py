"""A server whose heads are cosigned by witnesses and stamped by an authority, both of which fail, and
that is set back to an older copy of its data.

usage: witnessed_server_test.py RECOURSE
"""

import base64
import hashlib
import http.server
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

from running_server import RunningServer
import unittest

AUTHORITY = """
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa_config]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """A time-stamping authority made with `openssl ts`."""

    def __init__(self, folder):
        self.folder = folder
        self.up, self.asked = True, 0
        (folder / "ts.cnf").write_text(AUTHORITY)
        (folder / "serial").write_text("01\n")
        self.openssl("req", "-x509", "-config", "ts.cnf", "-extensions", "ca", "-newkey", "rsa:2048",
                     "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test CA")
        self.openssl("req", "-new", "-config", "ts.cnf", "-newkey", "rsa:2048", "-nodes", "-keyout",
                     "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                     "-CAcreateserial", "-out", "tsa.pem", "-days", "30", "-extfile", "ts.cnf",
                     "-extensions", "tsa")
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer.asked += 1
                query = self.rfile.read(int(self.headers["Content-Length"]))
                if not outer.up:
                    return self.send_error(503)
                (folder / "query.tsq").write_bytes(query)
                outer.openssl("ts", "-reply", "-config", "ts.cnf", "-section", "tsa_config",
                              "-queryfile", "query.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key",
                              "-out", "reply.tsr")
                reply = (folder / "reply.tsr").read_bytes()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/tsr" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def openssl(self, *command):
        subprocess.run(["openssl", *command], cwd=self.folder, check=True, capture_output=True)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def as_name(key, name, kind=1):
    """The same public key under another name."""
    public = base64.b64decode(key.split("+", 2)[2])[1:]
    typed = bytes([kind]) + public
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8]
    return "%s+%s+%s" % (name, key_id, base64.b64encode(typed).decode())


class WitnessedServer(RunningServer):
    flags = []

    def start(self):
        self.server = subprocess.Popen(
            [self.program, "serve", "--data", "data", "--listen", "127.0.0.1:0", *self.flags],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=self.environment())
        printed = []
        for line in self.server.stdout:
            printed.append(line.strip())
            found = re.search(r"listens on http://([^:]+):(\d+)", line)
            if found:
                self.address = found[1], int(found[2])
                return printed[1] if len(printed) > 1 else ""
        self.fail("no server: " + "\n".join(printed))

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server = None

    def setUp(self):
        super().setUp()
        self.witnesses = {}
        self.addCleanup(lambda: [self.kill_witness(name) for name in list(self.witnesses)])
        key = self.shown("/v1/log/key")["log"]
        self.meta = key.split("/t/")[0] + "/meta"
        self.meta_key = as_name(key, self.meta)
        self.log_key = key

    def start_witness(self, name, port=0):
        if not (self.folder / (name + ".key")).exists():
            made = self.run_alone("witness", "--new-key", name + ".key", "--name", name + ".example")
            self.assertEqual(made.returncode, 0, made.stderr)
        process = subprocess.Popen(
            [self.program, "witness", "--key", name + ".key", "--state", name + ".state", "--log-key",
             self.meta_key, "--listen", "127.0.0.1:%d" % port],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = process.stdout.readline()
        found = re.search(r"The witness (\S+) listens on (http://\S+:(\d+))\.", line)
        self.assertTrue(found, line)
        self.witnesses[name] = process
        return found[2], found[1], int(found[3])

    def kill_witness(self, name):
        process = self.witnesses.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()

    def state_of(self, position):
        return self.shown("/v1/proofs/inclusion?position=%d" % position)["state"]

    def health(self, name=None):
        said = self.shown("/healthz")
        if name is None:
            return said["status"]
        return next(part["status"] for part in said["parts"] if part["name"] == name)

    def until(self, wanted, look, seconds=30):
        end = time.monotonic() + seconds
        while look() != wanted:
            if time.monotonic() > end:
                self.fail("%r instead of %r: %s" % (look(), wanted, self.shown("/healthz")))
            time.sleep(0.1)

    def test_events_are_witnessed_and_a_witness_that_is_down_keeps_nothing_waiting(self):
        self.assertEqual(self.health(), "ok")
        self.until("published", lambda: self.state_of(0))
        self.stop()
        url, key, port = self.start_witness("w1")
        self.flags = ["--witness", url + "+" + key]
        self.start()
        self.until("witnessed", lambda: self.state_of(0))
        self.assertEqual(self.health("witnesses"), "ok")
        note = self.meta_checkpoint()
        self.assertEqual(note.count("\u2014 w1.example "), 1)

        self.kill_witness("w1")
        self.made("/v1/tenants", {"tenant": "acme"})
        self.until("degraded", lambda: self.health("witnesses"))
        began = time.monotonic()
        ticket = self.ticket()
        self.assertLess(time.monotonic() - began, 5)
        self.assertTrue(ticket)
        self.assertIn("recourse_witnesses_failing 1", self.shown("/metrics"))

        self.start_witness("w1", port)
        self.until("ok", lambda: self.health("witnesses"))
        self.until(1, lambda: self.meta_checkpoint().count("\u2014 w1.example "))

    def meta_checkpoint(self):
        return self.shown("/v1/meta-log/checkpoint")

    def test_a_quorum_is_there_without_all(self):
        self.stop()
        lines = []
        for name in ("a", "b", "c"):
            url, key, _ = self.start_witness(name)
            lines.append("witness %s %s %s" % (name, key, url))
        (self.folder / "policy").write_text("\n".join(lines) + "\ngroup two 2 a b c\nquorum two\n")
        self.kill_witness("b")
        self.flags = ["--trust-policy", "policy"]
        self.start()
        self.until("witnessed", lambda: self.state_of(0))
        self.until("degraded", lambda: self.health("witnesses"))

    def test_a_server_that_was_set_back_is_seen_by_its_witness(self):
        url, key, _ = self.start_witness("w1")
        self.stop()
        shutil.copytree(self.folder / "data", self.folder / "older")
        self.flags = ["--witness", url + "+" + key]
        self.start()
        self.until("witnessed", lambda: self.state_of(0))
        before = self.meta_checkpoint()
        self.made("/v1/tenants", {"tenant": "acme"})
        self.until(True, lambda: self.meta_checkpoint() != before)
        self.until(1, lambda: self.meta_checkpoint().count("\u2014 w1.example "))
        self.stop()
        shutil.rmtree(self.folder / "data")
        shutil.move(self.folder / "older", self.folder / "data")
        self.start()
        self.until("red", lambda: self.health("witnesses"))
        self.assertTrue(self.ticket())

    def test_heads_are_stamped_and_an_authority_that_is_down_keeps_nothing_waiting(self):
        authority = Authority(self.folder)
        self.addCleanup(authority.close)
        self.stop()
        self.flags = ["--tsa", authority.url, "--tsa-ca", "ca.pem"]
        authority.up = False
        self.start()
        self.until("red", lambda: self.health("time-stamps"))
        self.assertTrue(self.ticket())
        self.stop()
        authority.up = True
        self.start()
        self.until(True, lambda: "newest time stamp: 20" in json.dumps(self.shown("/healthz")))
        self.assertEqual(self.health("time-stamps"), "ok")
        asked = authority.asked
        self.kill_and_start()
        self.assertEqual(self.health("time-stamps"), "ok")
        time.sleep(1)
        self.assertEqual(authority.asked, asked)

    def test_a_bundle_carries_what_others_said(self):
        authority = Authority(self.folder)
        self.addCleanup(authority.close)
        self.stop()
        url, key, _ = self.start_witness("w1")
        self.flags = ["--witness", url + "+" + key]
        self.start()
        self.ticket()
        self.until("witnessed", lambda: self.state_of(0))
        self.stop()
        report_key = json.loads(self.run_alone("export", "--format", "bundle", "--data", "data", "--out",
                                               "first", "--json").stdout)["origin"]
        self.assertTrue(report_key)
        # With the lock a head is signed that no witness saw: the one before it is taken.
        made = self.run_alone("export", "--format", "bundle", "--data", "data", "--out", "bundle", "--to", "1",
                              "--tsa", authority.url, "--tsa-ca", "ca.pem", "--json")
        self.assertEqual(made.returncode, 0, made.stderr)
        said = json.loads(made.stdout)
        self.assertEqual((said["witnessed"], said["time_stamped"]), (True, True))
        (self.folder / "trusted").write_text("witness mine %s\nquorum mine\n" % key)
        stranger = self.folder / "stranger"
        stranger.mkdir()
        other = Authority(stranger)
        other.close()
        report = (self.folder / "bundle/trust/report.key").read_text().strip()
        keys = ["--log-key", self.log_key, "--report-key", report]
        for more, code in (([], 0), (["--trust-policy", "trusted"], 0), (["--tsa-ca", "ca.pem"], 0),
                           (["--trust-policy", "trusted", "--tsa-ca", "ca.pem"], 0),
                           (["--tsa-ca", "stranger/ca.pem"], 1)):
            program = self.run_alone("verify", "--bundle", "bundle", *keys, *more)
            script = subprocess.run([sys.executable, "bundle/verify.py", "bundle", *keys, *more],
                                    cwd=self.folder, text=True, capture_output=True, check=False)
            self.assertEqual((program.returncode, script.returncode), (code, code),
                             program.stdout + script.stdout)
            if code == 0:
                self.assertEqual(program.stdout, script.stdout)
                self.assertIn("proven: w1.example saw it at 20", script.stdout)
                self.assertEqual("an authority saw the meta log" in script.stdout, "--tsa-ca" in more)
        (self.folder / "strict").write_text(
            "witness mine %s\nwitness other %s\ngroup g all mine other\nquorum g\n" %
            (key, self.start_witness("w2")[1]))
        refused = self.run_alone("verify", "--bundle", "bundle", *keys, "--trust-policy", "strict")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("quorum", refused.stdout)

    def test_an_authority_that_nobody_vouches_for_is_not_believed(self):
        authority = Authority(self.folder)
        self.addCleanup(authority.close)
        other = self.folder / "other"
        other.mkdir()
        stranger = Authority(other)
        stranger.close()
        self.stop()
        self.flags = ["--tsa", authority.url, "--tsa-ca", "other/ca.pem"]
        self.start()
        self.until("red", lambda: self.health("time-stamps"))


if __name__ == "__main__":
    RunningServer.program = sys.argv.pop(1)
    unittest.main()
