"""A host is lost after somebody was erased, or after the key of the keys was replaced, and all there is
are backups and a custodian's copy of the key file.

usage: lost_host_test.py RECOURSE
"""

import json
import os
import shutil
import sys
import unittest

from running_server import RunningServer

CANARY = "Quagmire-Zanzibar-7731"
ADDRESS = "quagmire.zanzibar.7731@example.com"


class LostHost(RunningServer):
    def setUp(self):
        super().setUp()
        for address, title in ((ADDRESS, CANARY), ("joe@example.com", "Joe's printer")):
            self.made("/v1/tickets", {"title": title, "customer_email": address})
        self.stop()

    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server = None

    def alone(self, *arguments, code=0):
        result = self.run_alone(*arguments)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def lose(self):
        """The host with all that lies on it; the key file as it was handed to somebody."""
        shutil.rmtree(self.folder / "data")
        for name in ("data.kek", "data.kek.erasures.ndjson", "data.kek.next"):
            (self.folder / name).unlink(missing_ok=True)

    def keep_key(self, name="custodian.kek"):
        shutil.copy(self.folder / "data.kek", self.folder / name)
        (self.folder / name).chmod(0o600)

    def restore(self, to="restored", key="custodian.kek", backups="backups"):
        return self.alone("restore", "--from", backups, "--data", to, "--kek", key)

    def texts(self, data="restored", key="custodian.kek"):
        out = self.folder / f"bundle-{next(self.numbers)}"
        self.alone("export", "--format", "bundle", "--open", "--out", str(out), "--data", data,
                   "--kek", key)
        return "".join(path.read_text(encoding="utf-8", errors="replace")
                       for path in out.rglob("*") if path.is_file())

    def test_who_was_erased_by_the_command_does_not_come_back(self):
        self.alone("backup", "--data", "data", "--to", "backups")
        self.keep_key()
        self.assertIn(CANARY, self.texts("data", "data.kek"))
        self.alone("erase", "--email", ADDRESS, "--data", "data")  # Nobody thinks of the backups.
        self.lose()
        said = self.restore()
        self.assertIn("1 keys of erased people", said)
        self.assertNotIn(CANARY, self.texts())
        self.assertIn("Joe's printer", self.texts())
        # What was made of a backup knows where it came from.
        self.alone("erase", "--email", "joe@example.com", "--data", "restored", "--kek",
                   "custodian.kek")
        self.assertEqual((self.folder / "backups/erasures.ndjson").read_text().count("\n"), 2)

    def test_also_when_they_lie_in_two_places_and_in_one_that_is_only_named(self):
        for place in ("backups", "others"):
            self.alone("backup", "--data", "data", "--to", place)
        shutil.copytree(self.folder / "others", self.folder / "copied")
        self.keep_key()
        self.alone("erase", "--email", ADDRESS, "--data", "data", "--backup-dir", "copied")
        self.lose()
        for place in ("backups", "others", "copied"):
            self.restore(f"from-{place}", backups=place)
            self.assertNotIn(CANARY, self.texts(f"from-{place}"))

    def test_what_a_server_did_is_known_to_backups_that_it_was_not_told_of(self):
        self.alone("backup", "--data", "data", "--to", "backups")
        self.keep_key()
        self.start()
        request = self.made("/v1/privacy/requests", {"kind": "erasure", "email": ADDRESS,
                                                     "request": "x", "channel": "email"})["request"]
        for step, body in (("verify-identity", {"method": "known-address"}),
                           ("assess", {"verdict": "grant"}), ("execute", {})):
            self.made(f"/v1/privacy/requests/{request}/{step}", body)
        self.kill()
        self.lose()
        self.restore()
        self.assertNotIn(CANARY, self.texts())

    def test_backups_that_were_away_are_named_and_learn_of_it_from_the_next(self):
        self.alone("backup", "--data", "data", "--to", "backups")
        self.keep_key()
        (self.folder / "backups").rename(self.folder / "away")
        said = self.alone("erase", "--email", ADDRESS, "--data", "data")
        self.assertIn(f"{self.folder.resolve()}/backups are not there", said)
        (self.folder / "away").rename(self.folder / "backups")
        self.alone("backup", "--data", "data", "--to", "backups")
        self.lose()
        self.alone("restore", "--from", "backups", "--backup", "1", "--data", "restored", "--kek",
                   "custodian.kek")
        self.assertNotIn(CANARY, self.texts())

    def test_what_nobody_knows_is_not_claimed(self):
        self.alone("backup", "--data", "data", "--to", "backups")
        self.keep_key()
        said = self.restore("quiet")
        self.assertRegex(said, "Nobody who was erased would have come back, by .*erasures.ndjson")
        (self.folder / "backups/erasures.ndjson").unlink()
        self.alone("erase", "--email", ADDRESS, "--data", "data", "--backup-dir", "")
        shutil.copy(self.folder / "data.kek.erasures.ndjson", self.folder / "kept.ndjson")
        (self.folder / "backups/erasures.ndjson").unlink()
        self.lose()
        said = self.restore("unknown")
        self.assertNotIn("Nobody", said)
        self.assertIn("is not known here", said)
        self.assertIn("--erasures-from", said)
        said = self.alone("restore", "--from", "backups", "--data", "known", "--kek",
                          "custodian.kek", "--erasures-from", "kept.ndjson")
        self.assertIn("1 keys of erased people", said)
        self.assertNotIn(CANARY, self.texts("known"))

    def test_the_old_key_goes_only_when_a_backup_under_the_next_one_is_whole(self):
        said = self.alone("kek", "rotate", "--data", "data", code=64)
        self.assertIn("--backup-dir", said)
        self.assertIn("--no-backup", said)
        self.alone("backup", "--data", "data", "--to", "backups")
        self.keep_key("first.kek")
        # What damaged a backup that is there is in the next one too, and is found before the key goes.
        objects = [path for path in (self.folder / "backups/objects").rglob("*") if path.is_file()]
        damaged = max(objects, key=lambda path: path.stat().st_size)
        whole = damaged.read_bytes()
        damaged.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        refused = self.run_alone("kek", "rotate", "--data", "data")
        if refused.returncode == 0:  # The file was not needed any more.
            self.skipTest("the largest file changed")
        self.assertIn("is damaged", refused.stderr)
        self.assertEqual((self.folder / "data.kek").read_bytes(),
                         (self.folder / "first.kek").read_bytes())
        said = self.alone("kek", "rotate", "--data", "data")
        number = json.loads(self.alone("backup", "--list", "--to", "backups", "--json"))["items"][-1]
        self.assertIn(f"Backup {number['backup']} in {self.folder.resolve()}/backups", said)
        self.assertIn("No older one", said)
        self.keep_key()
        self.lose()
        old = self.run_alone("restore", "--from", "backups", "--backup", "1", "--data", "old",
                             "--kek", "custodian.kek")
        self.assertNotEqual(old.returncode, 0)
        self.restore()
        self.assertIn(CANARY, self.texts())

    def test_without_a_backup_it_is_said_what_that_means(self):
        self.alone("backup", "--data", "data", "--to", "backups")
        said = self.alone("kek", "rotate", "--data", "data", "--no-backup")
        self.assertIn("No backup that there is can be restored any more", said)
        shutil.rmtree(self.folder / "backups")
        said = self.alone("kek", "rotate", "--data", "data", code=1)
        self.assertIn("are not there", said)
        made = json.loads(self.alone("kek", "rotate", "--data", "data", "--backup-dir", "new",
                                     "--json"))
        self.assertEqual(made["backup"], 1)


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
