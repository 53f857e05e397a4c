"""What holds agents back, seen from outside of a running server: the kill switch, the breaker and the
rollout. Also after the server was killed and started again.

usage: holds_test.py RECOURSE
"""

import http.client
import json
import os
import sys
import threading
import unittest

from running_server import RunningServer as Desk


class Kill(Desk):
    def test_after_the_kill_switch_no_further_decision_allows_anything(self):
        ticket = self.ticket()
        agents = [self.machine()[0] for _ in range(4)]
        stop = threading.Event()
        after, answers = [], []

        def ask_on(agent):
            connection = http.client.HTTPConnection(*self.address, timeout=60)
            for _ in range(45):
                late = stop.is_set()
                answer = self.propose(agent, ticket, connection=connection)
                (after if late else answers).append(answer["outcome"])
            connection.close()
        threads = [threading.Thread(target=ask_on, args=(agent,)) for agent in agents]
        for thread in threads:
            thread.start()
        while len(answers) < 20:
            pass
        said = self.done("admin", "kill", "engage", "--reason", "wrong answers")
        stop.set()
        for thread in threads:
            thread.join()
        self.assertIn("stopped from the next decision on", said)
        self.assertIn("allow", answers)
        self.assertEqual(set(after) | {"deny"}, {"deny"})
        # And in the order of the log, whatever was under way.
        engaged = False
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        connection.request("GET", "/v1/events?limit=500", None,
                           {"Authorization": "Bearer " + self.admin})
        lines = connection.getresponse()
        body, after_position = lines.read().decode(), lines.headers["Recourse-Next"]
        while body:
            for line in body.splitlines():
                event = json.loads(line)
                engaged = engaged or event["type"] == "recourse.killswitch.engaged.v1"
                if engaged and event["type"] == "recourse.policy.decided.v1":
                    self.assertEqual(event["data"]["outcome"], "deny")
            connection.request("GET", f"/v1/events?limit=500&after={after_position}", None,
                               {"Authorization": "Bearer " + self.admin})
            lines = connection.getresponse()
            body, after_position = lines.read().decode(), lines.headers["Recourse-Next"]
        connection.close()
        self.assertTrue(engaged)
        self.kill_and_start()
        answer = self.propose(self.machine()[0], ticket)
        self.assertEqual((answer["outcome"], answer["problem"]), ("deny", "kill_switch"))
        self.done("admin", "kill", "release")
        self.assertEqual(self.propose(self.machine()[0], ticket)["outcome"], "allow")

    def test_one_agent_or_one_type(self):
        ticket = self.ticket()
        (first, first_id), (second, _) = self.machine(), self.machine()
        self.done("admin", "kill", "engage", "--scope", first_id)
        self.assertEqual(self.propose(first, ticket)["problem"], "kill_switch")
        self.assertEqual(self.propose(second, ticket)["outcome"], "allow")
        self.done("admin", "kill", "release", "--scope", first_id)
        self.done("admin", "kill", "engage", "--scope", "search_knowledge_base")
        self.assertEqual(self.propose(second, ticket)["problem"], "kill_switch")
        self.assertEqual(self.propose(second, ticket, "ESCALATE", {"reason": "?"})["outcome"],
                         "allow")

    def test_the_whole_deployment_and_who_may_stop_it(self):
        self.made("/v1/tenants", {"tenant": "acme"})
        acme = self.made("/v1/keys", {"tenant": "acme", "role": "admin"})["secret"]
        agent, _ = self.machine(acme)
        ticket = self.ticket(acme)
        status, problem = self.ask("POST", "/v1/killswitch", acme, {"scope": "deployment"})
        self.assertEqual(status, 403, problem)
        self.assertEqual(self.propose(agent, ticket)["outcome"], "allow")
        self.assertIn("of all tenants", self.done("admin", "kill", "engage", "--scope", "deployment"))
        self.assertEqual(self.propose(agent, ticket)["problem"], "kill_switch")
        self.assertEqual(self.ask("GET", "/v1/killswitch", acme)[1]["scopes"], ["deployment"])
        self.kill_and_start()
        self.assertEqual(self.propose(agent, ticket)["problem"], "kill_switch")
        self.done("admin", "kill", "release", "--scope", "deployment")
        self.assertEqual(self.propose(agent, ticket)["outcome"], "allow")


class Breaker(Desk):
    def test_it_opens_after_errors_and_people_close_it(self):
        ticket = self.ticket()
        agent, agent_id = self.machine()

        def file_a_bug(**more):
            return self.propose(agent, ticket, "create_bug_report",
                                {"title": "crash", "description": "it crashes"}, **more)
        for _ in range(10):
            action = file_a_bug()["action"]
            lease = self.made(f"/v1/actions/{action}/lease", {}, agent)["lease"]
            self.made(f"/v1/actions/{action}/report",
                      {"outcome": "failed", "lease_id": lease, "code": "tracker_down"}, agent)
        self.assertEqual(file_a_bug()["problem"], "breaker")
        self.kill_and_start()
        self.assertEqual(file_a_bug()["problem"], "breaker")
        self.assertEqual(file_a_bug(agent_version="2.0")["outcome"], "allow")
        status, breakers = self.ask("GET", "/v1/breakers", self.admin)
        self.assertEqual(status, 200, breakers)
        broken = [one for one in breakers["items"] if one["status"] == "open"]
        self.assertEqual([(one["agent"], one["type"]) for one in broken],
                         [(agent_id, "create_bug_report")])
        self.assertIn("until", broken[0])
        closed = self.made("/v1/breakers", {"agent": agent_id, "type": "create_bug_report",
                                            "status": "closed", "reason": "the tracker works again"})
        self.assertEqual((closed["from"], closed["status"]), ("open", "closed"))
        self.assertEqual(file_a_bug()["outcome"], "allow")


class Rollout(Desk):
    def test_ten_fifty_hundred_percent_and_who_is_in_stays_in(self):
        tickets = [self.ticket() for _ in range(30)]

        def alone():
            # New agents, so that no limit on how often one asks is met; assigning back and forth.
            agent, _ = self.machine()
            team = f"Team {next(self.numbers)}"
            inside = set()
            for ticket in tickets:
                answer = self.propose(agent, ticket, "ASSIGN_TO_TEAM", {"team": team})
                if answer["outcome"] == "allow":
                    inside.add(ticket)
            return inside
        before = set()
        for percent in (10, 50):
            self.done("admin", "rollout", "set", "autonomy", "--percent", str(percent))
            inside = alone()
            self.assertLessEqual(before, inside)
            self.assertLess(len(inside), 30)
            before = inside
            self.kill_and_start()
        self.done("admin", "rollout", "set", "autonomy", "--percent", "100")
        self.assertEqual(alone(), set(tickets))
        status, rollouts = self.ask("GET", "/v1/rollouts", self.admin)
        self.assertEqual(status, 200, rollouts)
        stages = rollouts["items"][0]["stages"]
        self.assertEqual([stage["percent_bp"] for stage in stages], [1000, 5000, 10000])
        self.assertEqual(stages[2]["executed"], 30)

    def test_a_tenant_is_in_by_name_or_by_its_bucket(self):
        ticket = self.ticket()
        agent, _ = self.machine()

        def outcome():
            return self.propose(agent, ticket, "ASSIGN_TO_TEAM",
                                {"team": f"Team {next(self.numbers)}"})["outcome"]
        self.done("admin", "rollout", "set", "agent", "--unit", "tenant", "--percent", "0")
        self.assertEqual(outcome(), "require_approval")
        self.done("admin", "rollout", "set", "agent", "--unit", "tenant", "--percent", "0", "--include",
                  "default")
        self.assertEqual(outcome(), "allow")

    def test_a_percentage_of_101_is_refused(self):
        for percent in ("101", "-1", "10.005", "ten"):
            refused = self.command("admin", "rollout", "set", "autonomy", f"--percent={percent}")
            self.assertEqual(refused.returncode, 64, refused)
            self.assertIn("0 to 100", refused.stderr)
        for member in ({"percent": 101}, {"percent_bp": 10001}, {"percent": -1}, {},
                       {"percent": 5, "percent_bp": 500}):
            status, problem = self.ask("POST", "/v1/rollouts", self.admin,
                                       {"key": "autonomy", **member})
            self.assertEqual(status, 422, problem)
            self.assertEqual(len(problem["errors"]), 1, problem)
        self.assertEqual(self.ask("GET", "/v1/rollouts", self.admin)[1]["items"], [])


if __name__ == "__main__":
    Desk.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
