"""A disaster: the newest backup is older than what was signed, and the log goes on without the rest.

usage: loss_test.py RECOURSE [NODE]
"""

import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from running_server import RunningServer


def as_name(key, name):
    """The same public key under another name."""
    typed = base64.b64decode(key.split("+", 2)[2])
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8]
    return "%s+%s+%s" % (name, key_id, base64.b64encode(typed).decode())


class Disaster(RunningServer):
    node = None
    variables = {"RECOURSE_BACKUP_DIR": "backups"}
    flags = []

    def setUp(self):
        self.processes = {}
        super().setUp()
        self.addCleanup(lambda: [self.kill_process(name) for name in list(self.processes)])

    def start(self):
        with open(self.folder / "serve.log", "w", encoding="utf-8") as log:
            self.server = subprocess.Popen(
                [self.program, "serve", "--data", "data", "--listen", "127.0.0.1:0", *self.flags],
                cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=log,
                env=self.environment())
        printed = []
        for line in self.server.stdout:
            printed.append(line.strip())
            found = re.search(r"listens on http://([^:]+):(\d+)", line)
            if found:
                self.address = found[1], int(found[2])
                return printed[1] if len(printed) > 1 else ""
        self.kill()
        return None

    def complaint(self):
        return (self.folder / "serve.log").read_text(encoding="utf-8")

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server = None

    def start_process(self, name, *command):
        process = subprocess.Popen([self.program, *command], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.processes[name] = process
        return process.stdout.readline()

    def kill_process(self, name):
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()

    def ran(self, *command, code=0):
        done = self.run_alone(*command)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def lines(self, tenant="default", data="data"):
        text = self.run_alone("export", "--format", "ndjson", "--out", "-", "--tenant", tenant,
                              "--data", data).stdout
        return [json.loads(line) for line in text.splitlines()]

    def newest_head(self, tenant_path="/v1/log/checkpoint"):
        return self.shown(tenant_path)

    def published(self):
        """Waits until the newest event is in a signed head; gives that head."""
        end = time.monotonic() + 20
        while True:
            newest = int(self.ask("GET", "/v1/events?limit=1000", self.admin)[1].strip()
                         .splitlines()[-1].split('"sequence":"')[1][:16])
            head = self.shown("/v1/log/checkpoint")
            if int(head.split("\n")[1]) > newest:
                return head
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)

    def verify_both(self, bundle, *keys):
        """By the program and by the script in the bundle: the same lines."""
        said = self.ran("verify", "--bundle", bundle, *keys)
        script = subprocess.run([sys.executable, "-B", f"{bundle}/verify.py", bundle, *keys],
                                cwd=self.folder, text=True, capture_output=True, check=False)
        self.assertEqual(script.returncode, 0, script.stdout + script.stderr)
        self.assertEqual(script.stdout, said)
        if self.node is not None:
            self.assertEqual(self.page_says(bundle), "verified")
        return said

    def page_says(self, bundle):
        """The verdict of the page in the bundle, about the directory."""
        script = pathlib.Path(__file__).parent.parent / "page" / "verify_bundles.js"
        said = subprocess.run([self.node, str(script), f"{bundle}/verify.html"], cwd=self.folder,
                              text=True, capture_output=True, check=True,
                              input=json.dumps([{"directory": bundle}]))
        return json.loads(said.stdout)[0]["verdict"]


class AllIsThere(Disaster):
    def test_nothing_is_declared_of_a_log_that_reaches_all_that_was_signed(self):
        self.ticket()
        self.published()
        self.stop()
        said = self.ran("doctor", "--data", "data", "--declare-loss", "no reason", code=1)
        self.assertIn("nothing to declare", said)
        self.ran("backup", "--data", "data")
        said = self.ran("restore", "--data", "restored", "--kek", "data.kek", "--declare-loss", "none",
                        code=1)
        self.assertIn("nothing to declare", said)
        self.ran("doctor", "--data", "data", "--declare-loss", "a\nb", code=2)
        self.assertEqual({event["source"] for event in self.lines()}, {self.lines()[0]["source"]})
        self.start()


class KeptHead(Disaster):
    """The log key lies in the data directory: only a head that somebody kept knows of the loss."""

    def test_a_kept_head_proves_the_loss_for_ever(self):
        early = self.ticket()
        before = self.published()
        self.made("/v1/tenants", {"tenant": "quiet"})
        self.ran("backup", "--url", "http://%s:%d" % self.address, "--key-file", "admin.key")
        lost = self.ticket()
        after = self.published()
        keys = self.shown("/v1/log/key")
        (self.folder / "kept.txt").write_text(after, encoding="utf-8")
        origin, size = after.split("\n")[0], int(after.split("\n")[1])
        self.kill()
        shutil.rmtree(self.folder / "data")
        restore = ("restore", "--data", "data", "--kek", "data.kek", "--head", "kept.txt")
        said = self.ran(*restore, code=1)
        self.assertIn("--declare-loss", said)
        said = self.ran(*restore, "--declare-loss", "the disk burnt", "--by", "usr_ada", "--verify")
        kept = int(re.search(r"is closed at (\d+) events; its positions", said)[1])
        self.assertIn("positions %d to %d are lost" % (kept, size - 1), said)
        # Nobody remembers the heads of the other ledgers, so they go on under new names too.
        self.assertIn("quiet: ", said)
        self.assertIn("how many of its events are lost is not known", said)
        self.start()

        leaves = self.lines()
        self.assertEqual(leaves[kept]["source"], origin + "/2")
        self.assertEqual(leaves[kept]["data"]["origin"], origin)
        self.assertEqual(leaves[kept]["data"]["lost_to"], size)
        self.assertEqual(leaves[kept]["actor"], "usr_ada")
        self.assertEqual(leaves[kept + 1]["data"]["reason_code"], "the disk burnt")
        self.assertEqual({event["source"] for event in leaves[:kept]}, {origin})
        self.assertEqual(self.ask("GET", f"/v1/tickets/{early}", self.admin)[0], 200)
        self.assertEqual(self.ask("GET", f"/v1/tickets/{lost}", self.admin)[0], 404)
        for _ in range(12):  # Past what was lost.
            self.ticket()
        head = self.published()
        self.assertEqual(head.split("\n")[0], origin + "/2")

        # Whoever reads on from a lost position is told.
        status, told = self.ask("GET", f"/v1/events?after={size - 1}&origin={origin}", self.admin)
        self.assertEqual(status, 409, told)
        self.assertIn("after=%d" % (kept - 1), told["detail"])
        self.assertEqual(self.ask("GET", f"/v1/events?after={kept - 1}&origin={origin}",
                                  self.admin)[0], 200)
        self.assertEqual(self.ask("GET", "/v1/events?after=100000", self.admin)[0], 409)
        self.assertEqual(self.ask("GET", f"/v1/events?after=1&origin={origin}/3", self.admin)[0], 400)

        # Old and new heads are evidence.
        new_keys = self.shown("/v1/log/key")
        self.assertEqual([(one["origin"], one["size"], one["lost_to"], one["next"])
                          for one in new_keys["continued"]], [(origin, kept, size, origin + "/2")])
        self.assertEqual(new_keys["log"].split("+")[0], origin + "/2")
        self.assertIn(keys["log"], new_keys["older"])
        self.stop()
        self.assertIn("lost         %s/2 continues %s at %d leaves; positions %d to %d" % (
            origin, origin, kept, kept, size - 1), self.ran("verify", "--data", "data"))
        trusted = ("--log-key", keys["log"], "--report-key", keys["reports"])
        early_size = int(before.split("\n")[1])
        for name, range_ in (("whole", ()), ("later", ("--from", str(early_size))),
                             ("newest", ("--from", str(kept + 4))), ("older", ("--to", "1"))):
            self.ran("export", "--format", "bundle", "--data", "data", "--out", name, *range_)
            said = self.verify_both(name, *trusted)
            self.assertEqual("the disk burnt (declared by usr_ada)" in said, name != "older" or
                             "meta/2" in said, name)
        start = (self.folder / "later" / "checkpoint.start").read_text(encoding="utf-8")
        self.assertEqual(start.split("\n")[:3], before.split("\n")[:3])
        # Without the proof of the continuation the same leaves are refused.
        forged = self.folder / "newest"
        for path in (forged / "continued").glob("log-*"):
            path.unlink()
        for command in ([self.program, "verify", "--bundle", "newest"],
                        [sys.executable, "-B", "newest/verify.py", "newest"]):
            self.assertEqual(subprocess.run(command, cwd=self.folder, capture_output=True,
                                            check=False).returncode, 1)
        if self.node is not None:
            self.assertEqual(self.page_says("newest"), "refused")
        self.ran("export", "--format", "soc2", "--data", "data", "--out", "package")
        self.verify_both("package", *trusted)
        self.assertIn("every byte is the same", self.ran("verify", "--bundle", "package", "--rerun"))
        # The way back into the past is closed as well.
        self.ran("backup", "--data", "data")
        self.ran("restore", "--data", "again", "--kek", "data.kek", "--head", "kept.txt", "--verify")


class WithWitness(Disaster):
    """A witness remembers what the backup does not have."""

    def setUp(self):
        super().setUp()
        key = self.shown("/v1/log/key")["log"]
        self.meta = key.split("/t/")[0] + "/meta"
        self.meta_key = as_name(key, self.meta)
        self.stop()
        self.before_witness()
        made = self.ran("witness", "--new-key", "w.key", "--name", "w.example/1").strip()
        said = self.start_process("witness", "witness", "--key", "w.key", "--state", "w.state",
                                  "--log-key", self.meta_key, "--listen", "127.0.0.1:0")
        url = re.search(r"listens on (http://\S+:\d+)\.", said)[1]
        self.flags = [*self.flags, "--witness", url + "+" + made]
        self.start()

    def before_witness(self):
        pass

    def cosigned(self):
        """The newest head of the meta log, once the witness has cosigned it."""
        end = time.monotonic() + 20
        while True:
            head = self.shown("/v1/meta-log/checkpoint")
            if "w.example/1" in head:
                return head
            self.assertLess(time.monotonic(), end, head)
            time.sleep(0.2)

    def lose(self):
        """What came after the backup is gone; the signer and the witness have seen it."""
        self.ticket()
        self.published()
        self.ran("backup", "--url", "http://%s:%d" % self.address, "--key-file", "admin.key")
        self.ticket()
        self.made("/v1/tenants", {"tenant": "newcomer"})
        self.published()
        self.lost_head = self.cosigned()
        self.kill()
        shutil.rmtree(self.folder / "data")

    def restore(self, *more, code=0):
        return self.ran("restore", "--data", "data", "--kek", "data.kek", *more, code=code)


class Witness(WithWitness):
    def test_a_witness_is_asked_and_its_memory_may_be_brought(self):
        self.lose()
        size = int(self.lost_head.split("\n")[1])
        said = self.restore("--declare-loss", "flood")
        self.assertIn("the witness w.example/1 remembers them", said)
        self.assertGreaterEqual(int(re.search(r"meta: .* to (\d+) are lost", said)[1]), size - 1)
        shutil.rmtree(self.folder / "data")
        self.kill_process("witness")
        said = self.restore("--declare-loss", "flood", code=1)
        self.assertIn("does not say what it knows", said)
        self.assertIn("nothing to declare", said)
        said = self.restore("--declare-loss", "flood", "--head", "w.state")
        self.assertRegex(said, r"meta: .* are lost \(w.state remembers them\)")
        self.ran("verify", "--data", "data")


class SignerAndWitness(WithWitness):
    """The signer and a witness are apart, and remember what the backup does not have."""

    def before_witness(self):
        self.ran("signer", "--state", "signer", "--adopt", "data", "--kek", "data.kek")
        self.start_process("signer", "signer", "--state", "signer", "--listen",
                           "unix:%s/socket" % self.folder)
        self.flags = self.signer_flags = ["--signer", "unix:%s/socket" % self.folder]

    def remembered(self):
        text = (self.folder / "signer" / "signed").read_text(encoding="utf-8")
        return {line.rsplit(" ", 2)[0]: int(line.split(" ")[-2]) for line in text.splitlines()[1:-1]}

    def test_signer_and_witness_go_on_with_the_new_log_and_never_with_the_old(self):
        self.lose()
        before = self.remembered()
        self.assertIn("--declare-loss", self.restore(*self.signer_flags, code=1))
        self.assertIn("--signer", self.restore("--declare-loss", "flood", code=1))
        said = self.restore(*self.signer_flags, "--declare-loss", "flood", "--by", "usr_ada")
        self.assertIn("(a tenant)", said)
        self.assertIn("nothing of it is left", said)
        after = self.remembered()
        for origin, size in before.items():
            self.assertEqual(after[origin], size)
        self.assertIn(self.meta + "/2", after)
        self.start()
        self.ticket()
        head = self.published()
        self.assertTrue(head.split("\n")[0].endswith("/2"), head)
        cosigned = self.cosigned()
        self.assertEqual(cosigned.split("\n")[0], self.meta + "/2")
        self.assertEqual(self.shown("/v1/health")["status"], "ok")
        self.kill_and_start()
        self.ticket()
        self.published()
        self.stop()
        self.ran("verify", "--data", "data")

        # An auditor with the key, the witness's policy and nothing else.
        self.ran("export", "--format", "bundle", "--data", "data", "--out", "anchored", *self.signer_flags)
        self.start()
        self.cosigned()
        self.ran("export", "--format", "bundle", "--data", "data", "--out", "bundle")
        self.stop()
        policy = self.folder / "bundle" / "trust" / "policy.txt"
        shutil.copy(policy, self.folder / "policy.txt")
        said = self.verify_both("bundle", "--log-key", self.meta_key, "--trust-policy", "policy.txt")
        self.assertIn("flood (declared by usr_ada)", said)
        self.assertIn("w.example/1 saw it", said)

        # Whoever goes back to the backup without a word is refused under the old name and the new.
        shutil.move(self.folder / "data", self.folder / "newest")
        self.assertIn("--declare-loss", self.restore(*self.signer_flags, code=1))
        said = self.restore(*self.signer_flags, "--declare-loss", "flood again")
        self.assertIn(self.meta + "/3", said)

    def test_a_directory_in_its_place_is_declared_and_killing_it_changes_nothing(self):
        if shutil.which("strace") is None:
            self.skipTest("no strace here")
        self.ticket()
        self.published()
        self.stop()
        shutil.copytree(self.folder / "data", self.folder / "older")
        self.start()
        self.ticket()
        self.published()
        self.stop()
        declare = ("doctor", "--data", "data", "--declare-loss", "older copy", *self.signer_flags)
        for number in range(1, 40, 3):
            shutil.rmtree(self.folder / "data", ignore_errors=True)
            shutil.copytree(self.folder / "older", self.folder / "data")
            self.assertIsNone(self.start())
            self.assertIn("--declare-loss", self.complaint())
            killed = subprocess.run(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e",
                 f"inject=fdatasync,fsync:signal=SIGKILL:when={number}", self.program, *declare],
                cwd=self.folder, capture_output=True, text=True, timeout=120, check=False,
                env=self.environment())
            if "ptrace" in killed.stderr.lower():
                self.skipTest("nothing can be traced here")
            said = self.ran(*declare)
            self.assertIn("/2", said)
            again = self.ran(*declare)
            self.assertIn("was declared before", again)
            leaves = self.lines("meta")
            told = [event for event in leaves if event["type"] == "recourse.log.continued.v1"]
            self.assertEqual(len(told), 1)
            if killed.returncode == 0:
                break
        self.start()
        self.ticket()
        self.assertTrue(self.published().split("\n")[0].endswith("/2"))
        self.ran("verify", "--data", "data")


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    if sys.argv[1:] and not sys.argv[1].startswith("-") and os.path.exists(sys.argv[1]):
        Disaster.node = sys.argv.pop(1)
    unittest.main()
