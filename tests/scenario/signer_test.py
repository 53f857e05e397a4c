"""The log key in a process of its own, keys that are replaced, and what happens when either is wrong.

usage: signer_test.py RECOURSE
"""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from running_server import RunningServer


class SignerElsewhere(RunningServer):
    flags = []

    def setUp(self):
        self.signer = None
        super().setUp()
        self.addCleanup(self.kill_signer)

    def start(self):
        self.server = subprocess.Popen(
            [self.program, "serve", "--data", "data", "--listen", "127.0.0.1:0", *self.flags],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment())
        printed = []
        for line in self.server.stdout:
            printed.append(line.strip())
            found = re.search(r"listens on http://([^:]+):(\d+)", line)
            if found:
                self.address = found[1], int(found[2])
                return printed[1] if len(printed) > 1 else ""
        self.complaint = self.server.stderr.read()
        self.server.wait()
        self.server.stdout.close()
        self.server.stderr.close()
        self.server = None
        return None

    def kill(self):
        if self.server is not None:
            self.server.stderr.close()
        super().kill()

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server.stderr.close()
        self.server = None

    def start_signer(self, state="signer"):
        self.signer = subprocess.Popen(
            [self.program, "signer", "--state", state, "--listen", "unix:%s/socket" % self.folder],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertIn("The signer listens", self.signer.stdout.readline())

    def kill_signer(self):
        if self.signer is not None:
            self.signer.send_signal(signal.SIGKILL)
            self.signer.wait()
            self.signer.stdout.close()
            self.signer = None

    def move_key(self):
        """Out of the data directory, into the signer's."""
        self.stop()
        moved = self.run_alone("signer", "--state", "signer", "--adopt", "data", "--kek", "data.kek")
        self.assertEqual(moved.returncode, 0, moved.stderr)
        self.start_signer()
        self.flags = ["--signer", "unix:%s/socket" % self.folder]

    def state_of(self, position):
        return self.shown("/v1/proofs/inclusion?position=%d" % position)["state"]

    def newest(self):
        return int(self.ask("GET", "/v1/events", self.admin)[1].strip().splitlines()[-1].split(
            '"sequence":"')[1][:16])

    def until(self, wanted, look, seconds=20):
        end = time.monotonic() + seconds
        while look() != wanted:
            self.assertLess(time.monotonic(), end, "%r instead of %r" % (look(), wanted))
            time.sleep(0.1)

    def test_a_key_that_moved_out_signs_on(self):
        key = self.shown("/v1/log/key")["log"]
        self.move_key()
        self.start()
        self.assertEqual(self.shown("/v1/log/key")["log"], key)
        self.ticket()
        self.until("published", lambda: self.state_of(self.newest()))
        self.stop()
        for arguments in (("verify", "--data", "data"),
                          ("export", "--format", "bundle", "--data", "data", "--out", "bundle", *self.flags),
                          ("verify", "--bundle", "bundle", "--log-key", key)):
            done = self.run_alone(*arguments)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.flags = []
        self.assertIsNone(self.start())
        self.assertIn("--signer", self.complaint)

    def test_a_signer_that_is_killed_keeps_nothing_waiting(self):
        self.move_key()
        self.start()
        self.kill_signer()
        self.ticket()
        at = self.newest()
        time.sleep(1.5)
        self.assertEqual(self.state_of(at), "sequenced")
        self.start_signer()
        self.until("published", lambda: self.state_of(at))

    def test_a_log_that_was_set_back_is_not_opened(self):
        self.move_key()
        shutil.copytree(self.folder / "data", self.folder / "older")
        self.start()
        self.ticket()
        self.until("published", lambda: self.state_of(self.newest()))
        self.stop()
        shutil.rmtree(self.folder / "data")
        shutil.move(self.folder / "older", self.folder / "data")
        self.assertIsNone(self.start())
        self.assertIn("was signed", self.complaint)

    def test_another_key_signs_nothing(self):
        self.move_key()
        self.kill_signer()
        self.start_signer("other")
        self.assertIsNone(self.start())
        self.assertIn("another key", self.complaint)

    def alone(self, *arguments, code=0):
        result = self.run_alone(*arguments)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def signed(self):
        """What the signer remembers, by the log."""
        lines = (self.folder / "signer" / "signed").read_text(encoding="utf-8").splitlines()
        return [line for line in lines if "/" in line]

    def test_backups_are_tried_out_without_a_signature(self):
        self.move_key()
        self.start()
        self.ticket()
        self.until("published", lambda: self.state_of(self.newest()))
        self.stop()
        self.alone("backup", "--data", "data", "--to", "backups", *self.flags)
        said = self.alone("drill", "--data", "data", "--from", "backups", *self.flags)
        self.assertIn("is what the log says", said)
        self.start()
        self.ticket()
        self.until("published", lambda: self.state_of(self.newest()))
        self.stop()
        # The signer remembers what came after the backup, so the log in it is not the log.
        before = self.signed()
        for flags, what in (([], "--signer"), (self.flags, "was signed")):
            refused = self.run_alone("restore", "--from", "backups", "--data", "restored", "--kek",
                                     "data.kek", *flags)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(what, refused.stderr)
            self.assertNotIn("was destroyed", refused.stderr)
        self.assertEqual(self.signed(), before)
        # With another process in its place nothing can be restored, and a drill says so.
        self.kill_signer()
        self.start_signer("other")
        refused = self.run_alone("restore", "--from", "backups", "--data", "restored", "--kek",
                                 "data.kek", *self.flags)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("another key", refused.stderr)

    def test_a_server_tries_out_its_backups_too(self):
        self.move_key()
        self.flags = [*self.flags, "--backup-dir", "backups"]
        self.start()
        for command in ("backup", "drill"):
            self.done("admin", command)
        self.ticket()
        self.until("published", lambda: self.state_of(self.newest()))

    def test_a_move_that_was_broken_off_is_finished(self):
        self.ticket()
        self.stop()
        move = ("signer", "--state", "signer", "--adopt", "data", "--kek", "data.kek")
        shutil.copytree(self.folder / "data", self.folder / "before")
        self.alone(*move)
        halves = (self.folder / "data" / "log-keys").read_bytes()
        keys = self.folder / "signer" / "log.key"
        seeds = keys.read_bytes()
        for at in ("key copied", "public halves kept", "and used on", "all done"):
            with self.subTest(at):
                if at != "all done":
                    shutil.rmtree(self.folder / "data")
                    shutil.copytree(self.folder / "before", self.folder / "data")
                if at == "and used on":  # The key copied, then served as before: more was signed.
                    self.start()
                    self.ticket()
                    self.until("published", lambda: self.state_of(self.newest()))
                    self.stop()
                if at == "public halves kept":
                    (self.folder / "data" / "log-keys").write_bytes(halves)
                self.alone(*move)
                self.assertEqual((self.folder / "data" / "log-keys").read_bytes(), halves)
                self.assertEqual(keys.read_bytes(), seeds)
                # The key is gone from there, whatever the file says.
                (self.folder / "data" / "log-keys").unlink()
                self.assertIsNone(self.start())
                self.assertIn("destroyed", self.complaint)
                (self.folder / "data" / "log-keys").write_bytes(halves)
        # Where the key is nowhere, that is said, and none is drawn in its place.
        shutil.rmtree(self.folder / "signer")
        refused = self.run_alone(*move)
        self.assertNotEqual(refused.returncode, 0)
        self.assertFalse(keys.exists())

    def test_a_move_goes_to_one_place_only(self):
        self.stop()
        self.start_signer("other")
        self.kill_signer()
        said = self.alone("signer", "--state", "other", "--adopt", "data", "--kek", "data.kek",
                          code=1)
        self.assertIn("another key", said)

    def test_a_log_key_is_replaced(self):
        old = self.shown("/v1/log/key")
        self.stop()
        for purpose in ("log", "reports", "receipts"):
            done = self.run_alone("key", "rotate", "--purpose", purpose, "--data", "data", "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotEqual(json.loads(done.stdout)["old"], json.loads(done.stdout)["new"])
        self.start()
        new = self.shown("/v1/log/key")
        for name in ("log", "reports", "receipts"):
            self.assertNotEqual(new[name], old[name])
            self.assertEqual(new[name].split("+")[0], old[name].split("+")[0])
            self.assertIn(old[name], new["older"])
        self.ticket()
        self.until("published", lambda: self.state_of(self.newest()))
        self.assertEqual(self.shown("/v1/log/checkpoint").count("\u2014 "), 2)
        self.stop()
        checked = self.run_alone("verify", "--data", "data")
        self.assertEqual(checked.returncode, 0, checked.stdout)
        made = self.run_alone("export", "--format", "bundle", "--data", "data", "--out", "bundle",
                              "--from", "1")
        self.assertEqual(made.returncode, 0, made.stderr)
        for keys in (old, new):
            for command in ([self.program, "verify", "--bundle", "bundle"],
                            [sys.executable, "bundle/verify.py", "bundle"]):
                said = subprocess.run([*command, "--log-key", keys["log"], "--report-key",
                                       keys["reports"]], cwd=self.folder, text=True,
                                      capture_output=True, check=False)
                self.assertEqual(said.returncode, 0, said.stdout)


if __name__ == "__main__":
    RunningServer.program = sys.argv.pop(1)
    unittest.main()
