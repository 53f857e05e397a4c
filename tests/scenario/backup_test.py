"""Backups of a running server and what can be made of them: restored, tried out, damaged, killed in
the middle, with somebody erased since.

usage: backup_test.py RECOURSE
"""

import http.client
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import unittest

from running_server import RunningServer


class Desk(RunningServer):
    variables = {"RECOURSE_BACKUP_DIR": "backups"}

    def back_up(self):
        return json.loads(self.done("admin", "backup", "--json"))

    def restore(self, to, *more):
        return self.run_alone("restore", "--data", to, "--kek", "data.kek", *more)

    def restored(self, to, *more):
        result = self.restore(to, "--json", *more)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def lines(self, tenant, data="data"):
        result = self.run_alone("export", "--format", "ndjson", "--out", "-", "--tenant", tenant,
                                "--data", data)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.splitlines()

    def told(self, kind, data="data"):
        events = [json.loads(line) for line in self.lines("meta", data)]
        return [event["data"] for event in events if event["type"] == f"recourse.{kind}.v1"]

    def verify(self, data):
        result = self.run_alone("verify", "--data", data, "--kek", "data.kek")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def check(self, number):
        return self.run_alone("backup", "--verify", str(number))

    def objects(self):
        return [path for path in pathlib.Path(self.folder / "backups" / "objects").rglob("*")
                if path.is_file()]


class Backup(Desk):
    def test_a_place_that_does_not_answer_keeps_nobody_else_waiting(self):
        self.back_up()
        [manifest] = (self.folder / "backups").rglob("manifest.json")
        manifest.unlink()
        os.mkfifo(manifest)  # Whoever reads it waits.
        answers = []
        asking = threading.Thread(
            target=lambda: answers.append(self.ask("GET", "/v1/backups", self.admin)))
        asking.start()
        time.sleep(0.5)
        others = http.client.HTTPConnection(*self.address, timeout=10)
        status, made = self.ask("POST", "/v1/keys", self.admin, {"role": "viewer"}, others)
        self.assertEqual(status, 201, made)
        others.close()
        self.assertEqual(answers, [])
        os.close(os.open(manifest, os.O_WRONLY))
        asking.join()
        self.assertEqual((answers[0][0], answers[0][1]["items"][0]["whole"]), (200, False))

    def test_what_is_asked_for_has_no_members(self):
        for job in ("backups", "drills", "scrubs"):
            status, answer = self.ask("POST", "/v1/" + job, self.admin, {"rate": 5})
            self.assertEqual(status, 422, answer)
            self.assertEqual(answer["errors"][0]["pointer"], "/rate")

    def test_made_while_events_come_in_and_restored_as_it_was(self):
        stop = threading.Event()
        refused = []

        def write_on():
            while not stop.is_set():
                status, answer = self.ask("POST", "/v1/tickets", self.admin,
                                          {"title": "VPN", "customer_email": "a@example.com"})
                if status != 201:
                    refused.append(answer)
        writers = [threading.Thread(target=write_on) for _ in range(2)]
        for writer in writers:
            writer.start()
        made = [self.back_up() for _ in range(3)]
        stop.set()
        for writer in writers:
            writer.join()
        self.assertEqual(refused, [])
        self.assertEqual([one["backup"] for one in made], [1, 2, 3])
        whole = self.lines("default")
        for one in made:
            self.assertEqual(self.check(one["backup"]).returncode, 0)
            to = f"restored-{one['backup']}"
            report = self.restored(to, "--backup", str(one["backup"]), "--verify")
            self.assertGreaterEqual(report["commit_number"], one["commit_number"])
            self.assertEqual((report["epoch"], report["verified"]), (2, True))
            lines = self.lines("default", to)
            self.assertEqual(lines, whole[:len(lines)])
            self.verify(to)
            done = self.told("restore.completed", to)
            self.assertEqual([one_done["backup"] for one_done in done], [one["backup"]])
        recorded = self.told("backup.completed")
        self.assertEqual([one["backup"] for one in recorded], [1, 2, 3])
        # What is there already is not stored again, once the store has merged its small tables.
        for _ in range(8):
            quiet = self.back_up()
            last = self.told("backup.completed")[-1]
            self.assertEqual(last["backup"], quiet["backup"])
            if last["new_bytes"] < last["bytes"] / 2:
                break
        self.assertLess(last["new_bytes"], last["bytes"] / 2)
        # And a restored place serves and takes backups itself.
        self.kill()
        shutil.rmtree(self.folder / "data")
        (self.folder / "restored-3").rename(self.folder / "data")
        self.start()
        self.ticket()
        self.assertEqual(self.back_up()["epoch"], 2)

    def test_only_who_runs_the_deployment_makes_and_sees_them(self):
        self.made("/v1/tenants", {"tenant": "acme"})
        acme = self.made("/v1/keys", {"tenant": "acme", "role": "admin"})["secret"]
        for path in ("/v1/backups", "/v1/drills", "/v1/scrubs"):
            self.assertEqual(self.ask("POST", path, acme, {})[0], 403)
        self.assertEqual(self.ask("GET", "/v1/backups", acme)[0], 403)
        status, health = self.ask("GET", "/v1/health", acme)
        self.assertEqual((status, health["status"], health["causes"]), (200, "ok", []))

    def test_a_drill_and_a_scrub_are_recorded_and_leave_nothing(self):
        self.ticket()
        self.refused("no backups", "admin", "drill")
        self.assertEqual(self.told("restore.tested")[-1]["equal"], False)
        self.assertIn("drill_failed", self.shown("/v1/health")["causes"])
        self.back_up()
        self.ticket()
        self.done("admin", "drill")
        tested = self.told("restore.tested")[-1]
        self.assertTrue(tested["equal"], tested)
        self.assertGreaterEqual(tested["lost"], 1)
        self.assertGreater(tested["rto_ms"], 0)
        self.assertFalse((self.folder / "data.drill").exists())
        self.done("admin", "scrub")
        checked = self.told("fsck.completed")
        self.assertEqual([(one["kind"], one["ledger"], one["findings"]) for one in checked],
                         [("scrub", 0, 0), ("scrub", 1, 0)])
        health = self.shown("/v1/health")
        self.assertEqual((health["status"], health["causes"]), ("ok", []))
        self.assertLess(health["jobs"]["scrub"]["age_s"], 60)
        status, text = self.ask("GET", "/metrics", self.admin)
        self.assertEqual(status, 200)
        self.assertRegex(text, r"(?m)^recourse_backup_age_seconds \d")
        self.assertRegex(text, r"(?m)^recourse_scrub_findings 0$")

    def test_without_a_server_too(self):
        self.ticket()
        locked = self.run_alone("backup", "--data", "data")
        self.assertEqual(locked.returncode, 2)
        self.assertIn("--url", locked.stderr)
        self.kill()
        for command in ("backup", "drill", "scrub"):
            result = self.run_alone(command, "--data", "data")
            self.assertEqual(result.returncode, 0, result.stderr)
        listed = json.loads(self.run_alone("backup", "--list", "--json").stdout)
        self.assertEqual([one["backup"] for one in listed["items"]], [1])
        self.assertIn("key file of epoch 1", listed["items"][0]["left_out"][0])
        self.start()

    def test_a_log_behind_what_was_signed_is_refused_with_the_way_out(self):
        self.ticket()
        self.back_up()
        self.restored("older")
        self.ticket()
        self.kill()  # The newest heads are signed every second: this one may be and need not be.
        shutil.copy(self.folder / "data" / "HEAD", self.folder / "older" / "HEAD")
        refused = self.run_alone("serve", "--data", "older", "--kek", "data.kek", "--listen",
                                 "127.0.0.1:0")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("restore", refused.stderr)


class Erased(Desk):
    def test_who_was_erased_after_the_backup_does_not_come_back(self):
        ticket = self.ticket()
        self.back_up()
        opened = [json.loads(line) for line in self.lines("default")]
        opened = [event for event in opened if event["type"] == "recourse.ticket.opened.v1"][0]
        line = {"at": "2026-01-05T09:30:00.000000Z", "kind": "subject", "ledger": 1,
                "origin": opened["source"], "subject": opened["data"]["requester"]}
        with open(self.folder / "backups" / "erasures.ndjson", "w", encoding="utf-8") as journal:
            journal.write(json.dumps(line, separators=(",", ":")) + "\n")
        self.assertIn("VPN", json.dumps(self.shown(f"/v1/tickets/{ticket}?open=true")))
        report = self.restored("restored", "--verify")
        self.assertEqual(report["erased_again"], 1)
        self.assertEqual(self.told("restore.completed", "restored")[0]["erased_again"], 1)
        self.verify("restored")
        self.kill()
        shutil.rmtree(self.folder / "data")
        (self.folder / "restored").rename(self.folder / "data")
        self.start()
        self.assertNotIn("VPN", json.dumps(self.shown(f"/v1/tickets/{ticket}?open=true")))

    def test_a_damaged_journal_stops_a_restore(self):
        self.back_up()
        (self.folder / "backups" / "erasures.ndjson").write_text("{}\n", encoding="utf-8")
        result = self.restore("restored")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("line 1", result.stderr)


class Damage(Desk):
    def test_damage_is_named_and_nothing_is_served(self):
        self.ticket()
        number = self.back_up()["backup"]
        victim = max(self.objects(), key=lambda path: path.stat().st_size)
        bytes_ = bytearray(victim.read_bytes())
        bytes_[len(bytes_) // 2] ^= 1
        victim.write_bytes(bytes_)
        result = self.restore("restored")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("is damaged", result.stderr)
        served = self.run_alone("serve", "--data", "restored", "--kek", "data.kek")
        self.assertNotEqual(served.returncode, 0)
        self.assertIn("run the same `recourse restore` again", served.stderr)
        self.refused("damaged", "admin", "drill")
        self.assertEqual(self.check(number).returncode, 1)
        self.back_up()
        self.assertEqual(self.check(number).returncode, 0)
        self.restored("restored", "--verify")

    def test_into_an_empty_place_with_the_right_key_only(self):
        self.back_up()
        self.assertIn("not empty", self.restore("backups").stderr)
        wrong = self.run_alone("restore", "--data", "restored", "--kek", "none.kek")
        self.assertEqual(wrong.returncode, 1, wrong.stderr)
        self.assertFalse((self.folder / "restored").exists())
        self.run_alone("demo", "--no-serve", "--data", "other")
        other = self.run_alone("restore", "--data", "restored", "--kek", "other.kek")
        self.assertNotEqual(other.returncode, 0)
        self.assertIn("does not belong", other.stderr)


class Rotated(Desk):
    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server = None

    def rotated(self):
        result = self.run_alone("key", "rotate", "--purpose", "log", "--data", "data", "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_heads_of_the_key_before_count(self):
        self.made("/v1/tenants", {"tenant": "acme"})  # Nothing happens there ever after.
        acme = self.made("/v1/keys", {"tenant": "acme", "role": "admin"})["secret"]
        self.ticket(acme)
        time.sleep(1.5)
        note = self.ask("GET", "/v1/log/checkpoint", self.admin)[1]
        (self.folder / "old.note").write_text(note, encoding="utf-8")
        self.stop()
        keys = self.rotated()
        self.start()
        self.ticket()
        time.sleep(1.5)
        self.back_up()
        self.done("admin", "drill")
        self.restored("restored", "--verify", "--head", "old.note")
        self.verify("restored")
        self.stop()
        both = ["--log-key", keys["old"], "--log-key", keys["new"]]
        for given, older in ((["--log-key", keys["new"]], True), (both, False)):
            for place in (["--kek", "data.kek"], ["--kek", "none.kek", "--no-sealed"]):
                result = self.run_alone("verify", "--data", "data", *place, *given)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
                self.assertEqual("by an older key" in result.stdout, older, result.stdout)
        # A key that the log does not know vouches for nothing.
        other = self.run_alone("key", "list", "--data", "data")
        self.assertEqual(other.returncode, 0)
        self.run_alone("demo", "--no-serve", "--data", "other")
        shown = self.run_alone("key", "rotate", "--purpose", "log", "--data", "other", "--json")
        result = self.run_alone("verify", "--data", "data", "--kek", "data.kek", "--log-key",
                                json.loads(shown.stdout)["new"])
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("is not signed by the log", result.stdout)


class Synced(Desk):
    def test_every_directory_is_on_stable_storage_before_it_may_be_served(self):
        if shutil.which("strace") is None:
            self.skipTest("no strace here")
        (self.folder / "recourse.conf").write_text("listen=1\n", encoding="utf-8")
        self.kill()
        blob = self.folder / "data" / "blobs" / "ab" / "abcd"
        blob.parent.mkdir(parents=True)
        blob.write_bytes(b"attached")
        made = self.run_alone("backup", "--data", "data", "--include", "recourse.conf")
        self.assertEqual(made.returncode, 0, made.stderr)
        result = subprocess.run(
            ["strace", "-f", "-y", "-qq", "-o", "calls", "-e", "trace=fsync,unlink,unlinkat",
             self.program, "restore", "--data", "new/place", "--kek", "data.kek"],
            cwd=self.folder, capture_output=True, text=True, timeout=120, check=False,
            env=self.environment())
        if "PTRACE" in result.stderr or "ptrace" in result.stderr:
            self.skipTest("nothing can be traced here")
        self.assertEqual(result.returncode, 0, result.stderr)
        calls = (self.folder / "calls").read_text(encoding="utf-8")
        done = calls.index("RESTORING\"", calls.rindex("unlink", 0, calls.rindex("RESTORING\"")))
        before, after = calls[:done], calls[done:]
        place = self.folder / "new" / "place"
        for path in (place.parent.parent, place.parent, place, place / "blobs",
                     place / "blobs" / "ab", place / "configuration", place / "ledger",
                     place / "keys"):
            self.assertIn(f"<{path.resolve()}>", before, path)
        self.assertIn(f"<{place.resolve()}>", after)


class Killed(Desk):
    def killed_at(self, number, *command):
        """Killed when it syncs a file for the `number`th time; False when it was done before."""
        result = subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e",
             f"inject=fdatasync,fsync:signal=SIGKILL:when={number}", self.program, *command],
            cwd=self.folder, capture_output=True, text=True, timeout=120, check=False,
            env=self.environment())
        if "PTRACE" in result.stderr or "ptrace" in result.stderr:
            self.skipTest("nothing can be traced here")
        return result.returncode != 0

    def setUp(self):
        if shutil.which("strace") is None:
            self.skipTest("no strace here")
        super().setUp()
        for _ in range(3):
            self.ticket()
        self.kill()

    def test_a_backup_that_was_killed_is_none_and_the_next_is_whole(self):
        kills = 0
        for number in random.Random(1).sample(range(1, 60), 8):
            kills += self.killed_at(number, "backup", "--data", "data")
            listed = self.run_alone("backup", "--list", "--json")
            if listed.returncode == 0:
                for one in json.loads(listed.stdout)["items"]:
                    self.assertEqual(self.check(one["backup"]).returncode, 0)
            result = self.run_alone("backup", "--data", "data", "--json")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(self.check(json.loads(result.stdout)["backup"]).returncode, 0)
            self.assertFalse((self.folder / "data" / "backup-cut").exists())
        self.assertGreater(kills, 2)
        listed = json.loads(self.run_alone("backup", "--list", "--json").stdout)
        self.assertEqual(listed["partial"], 0)
        self.restored("restored", "--verify")

    def test_a_restore_that_was_killed_is_not_served_and_starts_again(self):
        self.assertEqual(self.run_alone("backup", "--data", "data").returncode, 0)
        kills = 0
        for number in random.Random(2).sample(range(2, 60), 8):
            to = f"restored-{number}"
            if self.killed_at(number, "restore", "--data", to, "--kek", "data.kek"):
                kills += 1
                if not (self.folder / to / "HEAD").exists() or (
                        self.folder / to / "RESTORING").exists():
                    served = self.run_alone("verify", "--data", to, "--kek", "data.kek")
                    self.assertNotEqual(served.returncode, 0)
                    self.restored(to, "--verify")
            self.verify(to)
        self.assertGreater(kills, 2)


class FullDisk(Desk):
    def test_a_full_disk_is_called_so_and_room_is_the_cure(self):
        self.kill()
        script = f"""mkdir -p small && mount -t tmpfs -o size=64k none small || exit 99
R={self.program}
$R backup --data data --to small/backups; echo "code $?"
$R backup --list --to small/backups --json
mount -o remount,size=64m small
$R backup --data data --to small/backups >/dev/null; echo "code $?"
$R backup --verify 1 --to small/backups >/dev/null; echo "code $?"
$R restore --from small/backups --data restored --kek data.kek --verify >/dev/null; echo "code $?"
"""
        try:
            result = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True,
                                    text=True, cwd=self.folder, timeout=120, check=False,
                                    env=self.environment())
        except FileNotFoundError:
            self.skipTest("no unshare here")
        if result.returncode == 99 or "unshare" in result.stderr:
            self.skipTest("no file system can be mounted here")
        self.assertEqual(re.findall(r"^code \d+$", result.stdout, re.M),
                         ["code 2", "code 0", "code 0", "code 0"], result.stdout + result.stderr)
        self.assertIn('"items":[],"partial":0', result.stdout)
        self.assertIn("make room", result.stderr)
        causes = [one["cause"] for one in self.told("backup.failed")]
        self.assertEqual(causes, ["disk_full"])


class Schedule(Desk):
    variables = {"RECOURSE_BACKUP_DIR": "backups", "RECOURSE_BACKUP_EVERY": "1s",
                 "RECOURSE_BACKUP_KEEP": "2", "RECOURSE_DRILL_EVERY": "2s",
                 "RECOURSE_SCRUB_EVERY": "2s"}

    def wait_until(self, holds):
        for _ in range(300):
            if holds():
                return
            time.sleep(0.1)
        self.fail("it never came to that")

    def test_the_server_does_all_three_by_itself_also_after_it_was_killed(self):
        self.wait_until(lambda: len(self.told("backup.completed")) >= 3
                        and len(self.told("restore.tested")) >= 2
                        and len(self.told("fsck.completed")) >= 4)
        self.kill_and_start()
        before = len(self.told("backup.completed"))
        self.wait_until(lambda: len(self.told("backup.completed")) > before)
        self.assertTrue(all(one["scheduled"] for one in self.told("backup.completed")))
        self.assertTrue(all(one["equal"] for one in self.told("restore.tested")))
        self.assertLessEqual(len(self.shown("/v1/backups")["items"]), 3)

    def test_one_that_is_missed_raises_an_alert_and_health_shows_it(self):
        self.wait_until(lambda: self.told("backup.completed"))
        self.kill()
        shutil.rmtree(self.folder / "backups")
        (self.folder / "backups").write_text("in the way", encoding="utf-8")
        self.start()
        self.wait_until(lambda: [one for one in self.told("alert.raised")
                                 if one["rule"] == "backup_missed"])
        health = self.shown("/v1/health")
        self.assertEqual(health["status"], "degraded")
        self.assertIn("backup_missed", health["causes"])
        self.assertTrue(self.told("backup.failed"))


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
