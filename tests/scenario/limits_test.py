"""Each limit that the served systems promise is reached, answered with 429, and still reached after
the program was killed and started again.

usage: limits_test.py RECOURSE
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

NO_ACTION = "/api/tickets/actions/00000000-0000-7000-8000-000000000000/rollback/"


class Limits(unittest.TestCase):
    program = None
    environment = {}

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="recourse-limits-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = self.connection = None
        self.addCleanup(self.kill)
        self.admin = self.start()

    def start(self, *flags):
        """Serves; gives the admin key that a first start prints."""
        self.server = subprocess.Popen(
            [self.program, "serve", "--data", str(self.folder / "data"), "--listen", "127.0.0.1:0",
             *flags],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if not k.startswith("RECOURSE_")}
            | self.environment)
        printed = []
        for line in self.server.stdout:
            printed.append(line.strip())
            found = re.search(r"listens on http://([^:]+):(\d+)", line)
            if found:
                self.connection = http.client.HTTPConnection(found[1], int(found[2]), timeout=60)
                return printed[1] if len(printed) > 1 else ""
        self.fail("no server: " + "\n".join(printed))

    def kill(self):
        if self.connection is not None:
            self.connection.close()
        if self.server is not None:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()
            self.server.stdout.close()
            self.server = None

    def kill_and_start(self, *flags):
        self.kill()
        self.start(*flags)

    def ask(self, method, path, key="", body=None, idempotency=None):
        headers = {}
        if key:
            headers["Authorization"] = "Bearer " + key
        if idempotency:
            headers["Idempotency-Key"] = '"' + idempotency + '"'
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read()
        return response.status, response.headers, json.loads(text) if text else None

    def machine(self):
        """A new agent's key and the key's id."""
        Limits.keys = getattr(Limits, "keys", 0) + 1
        status, _, made = self.ask("POST", "/v1/keys", self.admin,
                                   {"role": "agent", "kind": "agent"}, f"key-{Limits.keys}")
        self.assertEqual(status, 201, made)
        return made["secret"], made["key"]

    def ticket(self):
        status, _, made = self.ask("POST", "/api/tickets/", self.admin,
                                   {"issue_type": "VPN", "description": "It is down",
                                    "category": "network"})
        self.assertEqual(status, 201, made)
        return made["ticket_id"]

    def refused(self, answer, limit):
        status, headers, body = answer
        self.assertEqual(status, 429, body)
        self.assertEqual(body["violated-policies"], [limit])
        self.assertEqual(body["outcome"], "rejected")
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.assertIn(f'"{limit}";q=', headers["RateLimit-Policy"])
        self.assertIn(f'"{limit}";r=0;t=', headers["RateLimit"])

    def test_a_hundred_requests_an_hour_without_a_key(self):
        for i in range(100):
            if i == 60:
                self.kill_and_start()
            self.assertEqual(self.ask("GET", "/api/tickets/")[0], 401)
        self.refused(self.ask("GET", "/api/tickets/"), "anon")
        self.kill_and_start()
        self.refused(self.ask("GET", "/api/tickets/"), "anon")

    def test_a_thousand_requests_an_hour_for_a_user(self):
        for i in range(1000):
            if i in (1, 517):
                self.kill_and_start()
            self.assertEqual(self.ask("GET", "/api/tickets/resolution-analytics/", self.admin)[0],
                             200)
        self.refused(self.ask("GET", "/api/tickets/resolution-analytics/", self.admin), "user")
        self.kill_and_start()
        self.refused(self.ask("GET", "/api/tickets/1/action-history/", self.admin), "user")

    def test_ten_rollbacks_an_hour_for_a_user(self):
        for i in range(10):
            if i == 7:
                self.kill_and_start()
            self.assertEqual(self.ask("POST", NO_ACTION, self.admin)[0], 404)
        self.kill_and_start()
        self.refused(self.ask("POST", NO_ACTION, self.admin), "rollback")

    def test_sixty_agent_answers_a_minute_are_fifty(self):
        path = f"/api/tickets/{self.ticket()}/process/"
        answers = [self.ask("POST", path, self.admin)[0] for _ in range(60)]
        self.assertEqual(answers.count(429), 10)
        self.assertNotIn(429, answers[:50])
        self.kill_and_start()
        self.refused(self.ask("POST", path, self.admin), "agent_actions")

    def test_a_hundred_autonomous_actions_an_hour(self):
        path = f"/api/tickets/{self.ticket()}/process/"
        agents = [self.machine()[0] for _ in range(4)]

        def assign(agent, team):
            return self.ask("POST", path, agents[agent],
                            {"recommended_action": "ASSIGN_TO_TEAM", "confidence": 0.9,
                             "params": {"team": team}})
        for i in range(100):
            if i == 50:
                self.kill_and_start()
            status, _, body = assign(i // 40, f"Team {i % 2}")
            self.assertEqual((status, body["status"]), (200, "completed"), body)
        self.refused(assign(3, "Other"), "autonomous_actions_hour")
        self.kill_and_start()
        answer = assign(3, "Other")
        self.refused(answer, "autonomous_actions_hour")
        # It is on record, and a person's help is still there for the asking.
        status, _, action = self.ask("GET", "/v1/actions/" + answer[2]["action"], self.admin)
        self.assertEqual((status, action["status"]), (200, "denied"))
        status, _, body = self.ask("POST", path, agents[3],
                                   {"recommended_action": "ESCALATE", "confidence": 0.9,
                                    "explanation": "no more for now"})
        self.assertEqual((status, body["ticket_status"]), (200, "escalated"), body)

    def test_five_hundred_autonomous_actions_a_day(self):
        path = f"/api/tickets/{self.ticket()}/process/"
        # More in an hour, as the help desk's own variable says, or the day would take five of them.
        self.environment = {"MAX_AUTONOMOUS_ACTIONS_PER_HOUR": "1000"}
        self.kill_and_start()
        self.assertEqual(self.ask("GET", "/v1/policies", self.admin)[2]["active"], "pol_default@2")
        agents = [self.machine()[0] for _ in range(11)]

        def assign(agent, team):
            return self.ask("POST", path, agents[agent],
                            {"recommended_action": "ASSIGN_TO_TEAM", "confidence": 0.9,
                             "params": {"team": team}})
        for i in range(500):
            if i == 300:
                self.kill_and_start()
            status, _, body = assign(i // 48, f"Team {i % 2}")
            self.assertEqual((status, body["status"]), (200, "completed"), body)
        self.refused(assign(10, "Other"), "autonomous_actions_day")
        self.kill_and_start()
        self.refused(assign(10, "Other"), "autonomous_actions_day")
        # The same variables say nothing new at the next start.
        self.assertEqual(self.ask("GET", "/v1/policies", self.admin)[2]["active"], "pol_default@2")

    def test_the_variables_of_the_help_desk_are_understood_or_refused(self):
        self.environment = {"MAX_AUTONOMOUS_ACTIONS_PER_DAY": "3"}
        self.kill_and_start()
        agent, _ = self.machine()
        path = f"/api/tickets/{self.ticket()}/process/"

        def assign(team):
            return self.ask("POST", path, agent,
                            {"recommended_action": "ASSIGN_TO_TEAM", "confidence": 0.9,
                             "params": {"team": team}})
        for i in range(3):
            self.assertEqual(assign(f"Team {i}")[0], 200)
        self.refused(assign("Other"), "autonomous_actions_day")
        done = subprocess.run([self.program, "serve", "--data", str(self.folder / "other")],
                              capture_output=True, text=True, timeout=60, check=False,
                              env=dict(os.environ, MAX_AUTONOMOUS_ACTIONS_PER_HOUR="many"))
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertIn("MAX_AUTONOMOUS_ACTIONS_PER_HOUR is a number of actions", done.stderr)

    def test_other_limits_for_all_and_for_a_key_and_none_for_a_trusted_one(self):
        first, second = self.machine(), self.machine()
        self.kill_and_start("--limit", "process=2/h", "--limit", f"key:{first[1]}/process=4/h",
                            "--trusted-key", second[1])
        path = f"/api/tickets/{self.ticket()}/process/"

        def allowed(key):
            return sum(self.ask("POST", path, key)[0] != 429 for _ in range(9))
        self.assertEqual(allowed(self.admin), 2)
        self.assertEqual(allowed(first[0]), 4)
        self.assertEqual(allowed(second[0]), 9)

    def test_a_limit_that_is_none_does_not_start_a_server(self):
        for flags in (["--limit", "process=101/w"], ["--limit", "bots=5/h"]):
            done = subprocess.run([self.program, "serve", "--data", str(self.folder / "other"),
                                   *flags], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 64, done.stderr)
            self.assertIn("is no limit; write it like", done.stderr)


if __name__ == "__main__":
    Limits.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
