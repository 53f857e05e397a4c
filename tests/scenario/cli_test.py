"""The `recourse` program as somebody at a terminal sees it: flags, exit codes, and one clear line
on standard error for everything that goes wrong.

usage: cli_test.py RECOURSE [unittest arguments]
"""

import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import unittest
import urllib.request
import uuid

from program_in_folder import COULD_NOT_TELL, DONE, PROBLEM, UNTIL, WRONG_USAGE, Folder

COMMANDS = ["serve", "demo", "import", "export", "replay", "rebuild", "verify", "tail", "doctor",
            "tenant create", "tenant list", "key create", "key list", "key revoke",
            "kill engage", "kill release", "rollout set", "rollback plan", "rollback show", "rollback start",
            "rollback pause", "rollback resume", "rollback abort", "approval list", "approval show",
            "approval claim", "approval release", "approval approve", "approval reject",
            "approval escalate", "approval revoke", "approval receipt", "policy check", "policy draft",
            "policy activate", "policy retire", "policy list", "policy backtest", "policy simulate",
            "explain", "bench"]


class Usage(Folder):
    def test_every_command_explains_itself_with_an_example(self):
        for command in COMMANDS:
            with self.subTest(command):
                text = self.succeed(*command.split(), "--help")
                self.assertIn("Example:", text)
                self.assertIn(f"recourse {command}", text)

    def test_the_help_of_the_program_names_every_command_and_the_exit_codes(self):
        text = self.succeed("--help")
        for command in COMMANDS:
            self.assertIn("\n  " + command.split()[0] + " ", text)
        self.assertIn("64 wrong usage", text)

    def test_wrong_usage_is_64_and_says_where_help_is(self):
        for arguments in (["serve", "--no-such-flag"], ["rebuild", "--projection"], ["nonsense"],
                          ["import", "file.csv"], ["key", "create", "--role", "king"], ["tenant"],
                          ["tail", "--data", "here", "--url", "http://127.0.0.1:1"]):
            with self.subTest(arguments):
                self.refuse(WRONG_USAGE, "--help`", *arguments)

    def test_variables_stand_in_for_flags_that_are_not_given(self):
        here = dict(self.environment(), RECOURSE_DATA=str(self.folder / "by-variable"))
        result = subprocess.run([self.program, "tenant", "list"], capture_output=True, text=True,
                                env=here, cwd=self.folder, check=False)
        self.assertIn("by-variable", result.stderr)
        result = subprocess.run([self.program, "tenant", "list", "--data", "by-flag"],
                                capture_output=True, text=True, env=here, cwd=self.folder,
                                check=False)
        self.assertIn("by-flag", result.stderr)

    def test_an_unknown_command_is_named(self):
        self.refuse(WRONG_USAGE, "there is no command frobnicate", "frobnicate")

    def test_a_wrong_address_or_time_is_64(self):
        self.refuse(WRONG_USAGE, "127.0.0.1:8080", "serve", "--listen", "here:there")
        self.refuse(WRONG_USAGE, "--help`", "serve", "--port", "70000")
        self.refuse(WRONG_USAGE, "--help`", "serve", "--port", "1", "--listen", "127.0.0.1:1")
        self.refuse(WRONG_USAGE, "write it like", "demo", "--until", "yesterday")
        self.refuse(WRONG_USAGE, "write it like", "key", "create", "--role", "admin", "--expires",
                    "soon")
        self.assertFalse(os.path.exists(self.data))


class DataDirectory(Folder):
    def test_what_is_no_data_directory_is_called_so(self):
        self.refuse(PROBLEM, "there is no data directory", "tenant", "list", "--data", self.data)
        (self.folder / "file").write_text("text")
        self.refuse(COULD_NOT_TELL, "is not a directory", "tail", "--data", self.folder / "file")
        (self.folder / "home").mkdir()
        (self.folder / "home" / "letter.txt").write_text("dear")
        self.refuse(PROBLEM, "is not a data directory", "rebuild", "--data", self.folder / "home")
        self.refuse(COULD_NOT_TELL, "holds other files", "serve", "--data", self.folder / "home",
                    "--listen", "127.0.0.1:0")
        self.assertEqual(os.listdir(self.folder / "home"), ["letter.txt"])
        self.refuse(COULD_NOT_TELL, "no data directory", "doctor", "--data", self.data)

    def test_the_first_start_prints_the_admin_key_and_no_later_one_does(self):
        serve = ("serve", "--data", self.data, "--listen", "127.0.0.1:0")
        process, _, printed = self.start(*serve)
        self.assertEqual(len(re.findall(r"^rk_[0-9a-f]{64}$", printed, re.M)), 1)
        self.assertEqual(self.stop(process), DONE)
        process, _, printed = self.start(*serve)
        self.assertNotIn("rk_", printed)
        self.assertEqual(self.stop(process), DONE)

    def test_a_second_process_is_told_who_holds_the_directory(self):
        process, _, _ = self.start("serve", "--data", self.data, "--listen", "127.0.0.1:0")
        line = self.refuse(COULD_NOT_TELL, "holds the data directory", "key", "create", "--role",
                           "viewer", "--data", self.data)
        self.assertIn(f"process {process.pid} ", line)
        self.assertIn("--url", line)
        for command in ("serve", "demo"):
            self.refuse(COULD_NOT_TELL, "holds the data directory", command, "--data", self.data,
                        "--listen", "127.0.0.1:0", "--log-level", "off")
        self.refuse(COULD_NOT_TELL, "holds the data directory", "rebuild", "--data", self.data)
        # Whatever only reads works beside the server.
        for command in (["tenant", "list"], ["key", "list"], ["tail"], ["rebuild", "--check"],
                        ["verify"], ["replay"], ["doctor"]):
            with self.subTest(command):
                self.succeed(*command, "--data", self.data)
        self.assertEqual(self.stop(process), DONE)

    def test_a_port_that_is_taken_is_named(self):
        process, url, _ = self.start("serve", "--data", self.data, "--listen", "127.0.0.1:0")
        self.refuse(COULD_NOT_TELL, "--listen", "serve", "--data", str(self.folder / "other"),
                    "--listen", url.removeprefix("http://"), "--log-level", "off")
        self.assertEqual(self.stop(process), DONE)

    def test_without_the_key_file_nothing_is_changed_and_the_file_is_named(self):
        self.demo()
        os.rename(self.data + ".kek", self.data + ".elsewhere")
        self.refuse(PROBLEM, r"data\.kek.*--kek", "key", "create", "--role", "viewer", "--data",
                    self.data)
        self.succeed("key", "create", "--role", "viewer", "--data", self.data, "--kek",
                     self.data + ".elsewhere")
        os.chmod(self.data + ".elsewhere", 0o644)
        self.refuse(COULD_NOT_TELL, "mode", "key", "create", "--role", "viewer", "--data", self.data,
                    "--kek", self.data + ".elsewhere")
        result = self.run_program("doctor", "--data", self.data)
        self.assertEqual(result.returncode, PROBLEM)
        self.assertIn("data.kek", result.stdout)


class Keys(Folder):
    def setUp(self):
        super().setUp()
        self.demo()

    def test_a_tenant_and_a_key_live_and_end(self):
        made = json.loads(self.succeed("tenant", "create", "acme", "--json", "--data", self.data))
        self.assertEqual(made["tenant"], "acme")
        self.refuse(PROBLEM, "already", "tenant", "create", "acme", "--data", self.data)
        self.refuse(WRONG_USAGE, "a-z", "tenant", "create", "Not A Name", "--data", self.data)
        key = json.loads(self.succeed("key", "create", "--tenant", "acme", "--role", "manager",
                                      "--expires", "2099-01-01T00:00:00Z", "--json", "--data",
                                      self.data))
        self.assertRegex(key["secret"], r"^rk_[0-9a-f]{64}$")
        listed = self.succeed("key", "list", "--tenant", "acme", "--data", self.data)
        self.assertIn(key["key"], listed)
        self.assertNotIn(key["secret"], listed)
        self.succeed("key", "revoke", key["key"], "--data", self.data)
        self.assertIn("revoked", self.succeed("key", "list", "--tenant", "acme", "--data", self.data))
        self.refuse(PROBLEM, "revoked already", "key", "revoke", key["key"], "--data", self.data)
        self.refuse(PROBLEM, "no key", "key", "revoke", "key_nobody", "--data", self.data)
        self.refuse(PROBLEM, "no tenant", "key", "list", "--tenant", "nobody", "--data", self.data)

    def test_the_kill_switch_is_thrown_once(self):
        self.succeed("kill", "engage", "--reason", "trying", "--data", self.data)
        self.refuse(PROBLEM, "already", "kill", "engage", "--data", self.data)
        self.succeed("kill", "release", "--data", self.data)
        newest = self.succeed("tail", "-n", "2", "--data", self.data)
        self.assertRegex(newest, r"killswitch\.engaged.*\n.*killswitch\.released")


class Demo(Folder):
    def test_the_same_seed_tells_the_same_story_to_the_last_byte(self):
        other = str(self.folder / "other")
        self.demo(seed=11)
        self.demo(seed=11, data=other)
        self.assertEqual(self.roots(self.data), self.roots(other))
        different = str(self.folder / "different")
        self.demo(seed=12, data=different)
        self.assertNotEqual(self.roots(self.data), self.roots(different))

    def test_the_story_shows_what_agents_and_people_do(self):
        self.demo()
        lines = self.succeed("tail", "--json", "-n", "100000", "--data", self.data).splitlines()
        events = [json.loads(line) for line in lines]
        types = {event["type"].split(".", 1)[1].rsplit(".", 1)[0] for event in events}
        for wanted in ("ticket.opened", "action.proposed", "policy.decided", "approval.granted",
                       "approval.rejected", "approval.expired", "effect.confirmed",
                       "effect.rejected", "effect.outcome_unknown", "effect.reconciled",
                       "rollback.completed", "rollback.refused", "feedback.submitted",
                       "ticket.reopened", "killswitch.engaged", "killswitch.released",
                       "action.withdrawn", "policy.activated"):
            self.assertIn(wanted, types)
        opened = [e for e in events if e["type"] == "recourse.ticket.opened.v1"]
        self.assertGreaterEqual(len(opened), 35)
        self.assertEqual([e["sequence"] for e in events],
                         [f"{i:016d}" for i in range(len(events))])
        decided = [e["data"]["outcome"] for e in events if e["type"] == "recourse.policy.decided.v1"]
        self.assertTrue({"allow", "require_approval", "deny"} <= set(decided))
        self.assertLess(max(e["time"] for e in events), "2026-01-30T16:00:01")
        self.assertNotIn("example.com", "".join(lines))  # Nobody's address stands in the log.
        self.assertNotIn("northwind.example", "".join(lines))

    def test_a_second_run_serves_what_is_there(self):
        self.demo()
        opened = self.count("ticket.opened")
        process, _, printed = self.start("demo", "--data", self.data, "--listen", "127.0.0.1:0")
        self.assertIn("nothing was added", printed)
        self.assertEqual(self.stop(process), DONE)
        # Only what its clock demands was added: approvals that had run out since.
        self.assertEqual(self.count("ticket.opened"), opened)

    def test_the_commands_that_it_prints_work_as_they_are(self):
        process, _, printed = self.start("demo", "--data", self.data, "--port", "0")
        printed += self.rest(process)
        commands = re.findall(r"^  \$ (.+)$", printed, re.M)
        self.assertEqual(len(commands), 3, printed)
        for command in commands:
            result = subprocess.run(["sh", "-c", command], capture_output=True, text=True,
                                    cwd=self.folder, env=self.environment(), check=False)
            self.assertEqual(result.returncode, 0, command + "\n" + result.stdout + result.stderr)
            self.assertNotIn('"status":4', result.stdout, command)
            self.assertTrue(result.stdout.strip(), command)
        self.assertEqual(self.stop(process), DONE)

    def rest(self, process):
        """What is printed after the address, up to the last command."""
        text = ""
        while text.count("  $ ") < 3:
            line = process.stdout.readline()
            if not line:
                break
            text += line
        return text


class Checks(Folder):
    def setUp(self):
        super().setUp()
        self.demo()

    def test_the_demo_is_intact(self):
        self.succeed("verify", "--strict", "--data", self.data)
        report = json.loads(self.succeed("verify", "--json", "--data", self.data))
        self.assertEqual(report["verdict"], "intact")
        self.assertIn("ok", self.succeed("doctor", "--data", self.data))
        self.assertTrue(json.loads(self.succeed("doctor", "--json", "--data", self.data))["healthy"])

    def test_rows_are_what_the_log_says(self):
        checked = json.loads(self.succeed("rebuild", "--check", "--json", "--data", self.data))
        self.assertGreater(len(checked), 8)
        self.assertTrue(all(view["equal"] for view in checked), checked)
        rebuilt = json.loads(self.succeed("rebuild", "--json", "--data", self.data))
        self.assertTrue(all(view["equal"] for view in rebuilt), rebuilt)
        recorded = self.succeed("tail", "--tenant", "meta", "-n", "100", "--data", self.data)
        self.assertIn("projection.rebuilt", recorded)
        self.succeed("rebuild", "--check", "--data", self.data)
        self.refuse(WRONG_USAGE, "there are .*tickets", "rebuild", "--projection", "nothing",
                    "--data", self.data)

    def test_rows_that_are_lost_are_made_again(self):
        shutil.rmtree(os.path.join(self.data, "views"))
        self.succeed("rebuild", "--data", self.data)
        self.succeed("rebuild", "--check", "--data", self.data)

    def test_a_lost_head_is_refused_explained_and_can_be_accepted(self):
        os.remove(os.path.join(self.data, "HEAD"))
        self.refuse(PROBLEM, "doctor", "key", "create", "--role", "viewer", "--data", self.data)
        examined = self.run_program("doctor", "--data", self.data)
        self.assertEqual(examined.returncode, PROBLEM, examined.stdout)
        self.assertIn("--accept-head", examined.stdout)
        self.succeed("doctor", "--accept-head", "--data", self.data)
        self.succeed("verify", "--data", self.data)
        self.assertIn("head.accepted", self.succeed("tail", "--tenant", "meta", "--data", self.data))

    def test_a_log_behind_its_head_is_a_problem_for_everybody(self):
        kept = self.folder / "kept"
        shutil.copytree(self.data, kept)
        self.succeed("key", "create", "--role", "viewer", "--data", self.data)
        head = pathlib.Path(self.data, "HEAD").read_bytes()
        shutil.rmtree(self.data)
        shutil.copytree(kept, self.data)
        pathlib.Path(self.data, "HEAD").write_bytes(head)
        self.refuse(PROBLEM, "acknowledged events are missing", "serve", "--data", self.data,
                    "--listen", "127.0.0.1:0", "--log-level", "off")
        self.assertEqual(self.run_program("doctor", "--data", self.data).returncode, PROBLEM)

    def test_tail_follows_what_another_process_writes(self):
        tail = subprocess.Popen([self.program, "tail", "-n", "0", "--follow", "--data", self.data],
                                stdout=subprocess.PIPE, text=True, cwd=self.folder,
                                env=self.environment())
        self.addCleanup(tail.stdout.close)
        self.addCleanup(tail.wait)
        self.addCleanup(tail.kill)
        time.sleep(0.5)
        self.succeed("kill", "engage", "--data", self.data)
        line = tail.stdout.readline()
        while "heartbeat" in line:
            line = tail.stdout.readline()
        self.assertIn("killswitch.engaged", line)

    def test_tail_leaves_out_what_is_not_asked_for(self):
        def types(*filters):
            lines = self.succeed("tail", *filters, "--json", "--data", self.data).splitlines()
            return [json.loads(line)["type"] for line in lines]

        def all_of(chosen):
            lines = self.succeed("tail", "-n", "100000", "--json", "--data", self.data).splitlines()
            return [line for line in lines if chosen(json.loads(line))]

        planned = types("--type", "rollback.planned", "-n", "100000")
        self.assertEqual(set(planned), {"recourse.rollback.planned.v2"})
        self.assertEqual(types("--type", "rollback.planned", "-n", "1"), planned[-1:])
        both = types("--type", "killswitch", "--type", "rollback.planned", "-n", "100000")
        self.assertEqual(both.count("recourse.killswitch.engaged.v1") + len(planned) +
                         both.count("recourse.killswitch.released.v1"), len(both))
        ticket = self.succeed("tail", "--ticket", "9", "-n", "100000", "--json", "--data", self.data)
        subject = json.loads(ticket.splitlines()[0])["subject"]
        self.assertEqual(ticket.splitlines(), all_of(lambda event: event.get("subject") == subject))
        self.assertEqual(ticket, self.succeed("tail", "--ticket", subject, "-n", "100000", "--json",
                                              "--data", self.data))
        actor = json.loads(ticket.splitlines()[-1])["actor"]
        self.assertEqual(
            self.succeed("tail", "--actor", actor, "-n", "7", "--json", "--data", self.data).splitlines(),
            all_of(lambda event: event["actor"] == actor)[-7:])
        self.refuse(COULD_NOT_TELL, "there are killswitch.engaged", "tail", "--type",
                    "killswitch.thrown", "--data", self.data)
        self.refuse(PROBLEM, "99999", "tail", "--ticket", "99999", "--data", self.data)

    def test_replay_tells_a_ticket_and_a_difference(self):
        text = self.succeed("replay", "9", "--data", self.data)
        self.assertIn("action proposed", text)
        for line in self.succeed("replay", "9", "--json", "--data", self.data).splitlines():
            json.loads(line)
        self.succeed("replay", "9", "--diff", "0", UNTIL, "--data", self.data)
        self.assertNotIn("Outlook", text)
        opened = self.succeed("replay", "9", "--open", "--data", self.data)
        self.assertIn("Outlook", opened)
        self.assertIn("sealed.opened", self.succeed("tail", "-n", "1", "--data", self.data))
        self.refuse(PROBLEM, "99999", "replay", "99999", "--data", self.data)
        self.refuse(WRONG_USAGE, "give a position", "replay", "--at", "noon", "--data", self.data)


class Server(Folder):
    """Commands that ask a running server."""

    def setUp(self):
        super().setUp()
        self.process, self.url, printed = self.start("serve", "--data", self.data, "--listen",
                                                     "127.0.0.1:0", "--log-format", "json")
        self.key_file = self.folder / "admin.key"
        self.key_file.write_text(re.search(r"^rk_\w+$", printed, re.M).group() + "\n")
        self.there = ("--url", self.url, "--key-file", self.key_file)

    def test_tenants_keys_and_the_kill_switch(self):
        self.succeed("tenant", "create", "acme", *self.there)
        self.assertIn("acme", self.succeed("tenant", "list", *self.there))
        made = json.loads(self.succeed("key", "create", "--role", "operator", "--name", "Priya",
                                       "--json", *self.there))
        self.assertRegex(made["secret"], r"^rk_[0-9a-f]{64}$")
        self.assertIn(made["key"], self.succeed("key", "list", *self.there))
        self.succeed("kill", "engage", "--reason", "trying", *self.there)
        self.succeed("kill", "release", *self.there)
        self.succeed("key", "revoke", made["key"], *self.there)
        self.assertIn("revoked", self.succeed("key", "list", *self.there))
        newest = self.succeed("tail", "-n", "2", *self.there)
        self.assertRegex(newest, r"killswitch\.engaged.*\n.*killswitch\.released")
        self.assertEqual(newest, self.succeed("tail", "-n", "2", "--data", self.data))
        self.assertEqual(self.stop(self.process), DONE)
        for line in self.process.stderr.read().splitlines():
            self.assertIn("message", json.loads(line))

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), method="POST",
            headers={"Authorization": "Bearer " + self.key_file.read_text().strip(),
                     "Content-Type": "application/json", "Idempotency-Key": f'"{uuid.uuid4()}"'})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def test_tail_shows_of_a_server_what_it_shows_of_a_directory(self):
        tickets = [self.post("/v1/tickets", {"title": "Cannot print", "channel": "email",
                                             "customer_email": "jane@example.com"})["ticket"]
                   for _ in range(3)]
        self.succeed("kill", "engage", *self.there)
        for filters in (["-n", "2"], ["--type", "ticket", "-n", "2"], ["--type", "ticket.opened"],
                        ["--ticket", tickets[1]], ["--ticket", "2", "--type", "ticket.opened"],
                        ["--type", "killswitch", "--after", "0"], ["--actor", "usr_nobody"],
                        ["--type", "ticket.opened", "-n", "0"]):
            shown = self.succeed("tail", *filters, *self.there)
            self.assertEqual(shown, self.succeed("tail", *filters, "--data", self.data), filters)
            self.assertEqual(shown == "", filters[-1] in ("0", "usr_nobody") and "--after" not in filters,
                             filters)
        for ticket in ("99", "tkt_01KE0000000000000000000009"):
            self.refuse(PROBLEM, ticket, "tail", "--ticket", ticket, "--data", self.data)
        self.refuse(PROBLEM, "no such ticket", "tail", "--ticket", "99", *self.there)

    def test_a_rollback_is_planned_looked_at_carried_out_and_watched(self):
        ticket = self.post("/v1/tickets", {"title": "Cannot print", "channel": "email",
                                           "customer_email": "jane@example.com"})["ticket"]
        action = self.post("/v1/actions", {"ticket_id": ticket, "type": "ESCALATE", "args": {},
                                           "confidence_ppm": 990000,
                                           "agent_version": "v7"})["action"]
        self.refuse(WRONG_USAGE, "one target", "rollback", "plan", *self.there)
        self.refuse(WRONG_USAGE, "one target", "rollback", "plan", action, "--type", "ESCALATE",
                    *self.there)
        self.refuse(PROBLEM, "nothing_to_undo", "rollback", "plan", "--agent-version", "v8",
                    *self.there)
        self.refuse(PROBLEM, "no such", "rollback", "show", "rbk_nothing", *self.there)
        text = self.succeed("rollback", "plan", "--agent-version", "v7", *self.there)
        self.assertIn(action, text)
        plan = json.loads(self.succeed("rollback", "plan", action, "--json", *self.there))
        self.assertEqual(plan["status"], "planned")
        self.refuse(PROBLEM, "digest", "rollback", "start", plan["rollback"], "--plan-digest",
                    "AAAA", *self.there)
        started = self.succeed("rollback", "start", plan["rollback"], "--plan-digest",
                               plan["plan_digest"], *self.there)
        self.assertIn("completed", started)
        shown = self.succeed("rollback", "show", plan["rollback"], "--follow", *self.there)
        self.assertIn("completed: 1 undone, 0 left undone, of 1", shown)
        self.refuse(PROBLEM, "completed", "rollback", "pause", plan["rollback"], *self.there)
        self.refuse(PROBLEM, "completed", "rollback", "abort", plan["rollback"], *self.there)

    def test_who_may_not_and_who_is_not_there_are_told_apart(self):
        self.refuse(COULD_NOT_TELL, "--key-file", "key", "list", "--url", self.url)
        self.refuse(PROBLEM, "nowhere", "key", "list", "--url", self.url, "--key-file",
                    self.folder / "nowhere")
        (self.folder / "wrong").write_text("rk_0\n")
        self.refuse(COULD_NOT_TELL, "valid key", "key", "list", "--url", self.url, "--key-file",
                    self.folder / "wrong")
        self.refuse(COULD_NOT_TELL, "no URL", "key", "list", "--url", "ftp://x", "--key-file",
                    self.key_file)
        self.stop(self.process)
        self.refuse(COULD_NOT_TELL, "server runs", "key", "list", *self.there)


class Import(Folder):
    RUN = {"task_id": 1, "trial": 0, "reward": 1.0, "info": {}, "traj": [
        {"role": "user", "content": "Where is my order?"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function",
             "function": {"name": "check_order_status", "arguments": "{\"order_id\":\"1\"}"}}]},
        {"role": "tool", "tool_call_id": "c1", "name": "check_order_status", "content": "shipped"}]}

    def bring(self, file):
        return ("import", "--format", "transcript", "--tenant", "runs", "--data", self.data, file)

    def test_each_unreadable_file_has_its_own_line_and_nothing_is_made(self):
        self.refuse(COULD_NOT_TELL, "check the path", *self.bring(self.folder / "nothing.ndjson"))
        self.refuse(COULD_NOT_TELL, "director", *self.bring(self.folder))
        self.assertFalse(os.path.exists(self.data))

    def test_a_file_of_another_kind_is_refused(self):
        other = self.folder / "other.csv"
        other.write_text("a,b\n1,2\n")
        self.refuse(COULD_NOT_TELL, "header.*; an incident log", "import", "--format", "servicenow", "--tenant",
                    "desk", "--data", self.data, "--json", other)

    def test_a_cut_gzip_keeps_what_came_before_and_is_a_problem(self):
        file = self.folder / "runs.ndjson.gz"
        lines = "".join(json.dumps(dict(self.RUN, task_id=i, note=os.urandom(300).hex())) + "\n"
                        for i in range(200))
        whole = gzip.compress(lines.encode())
        file.write_bytes(whole[:len(whole) // 2])
        result = self.run_program(*self.bring(file), "--json")
        self.assertEqual(result.returncode, PROBLEM, result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        kept = json.loads(result.stdout)["added"]
        self.assertTrue(0 < kept < 200, kept)
        file.write_bytes(whole)
        summary = json.loads(self.succeed(*self.bring(file), "--json"))
        self.assertEqual(summary["added"] + summary["known"], 200)
        self.assertEqual(summary["known"], kept)
        self.succeed("verify", "--data", self.data)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    Folder.program = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
