"""What is tried out and taken back on a running server: experiments with thresholds, a policy that
is reverted, breakers that turn by themselves, a rollout over tenants that stops itself. Also after
the server was killed and started again.

usage: experiments_test.py RECOURSE
"""

import json
import os
import sys
import time
import unittest

from running_server import RunningServer

SOLUTION = {"resolution_steps": ["Restart it"]}


class Desk(RunningServer):
    def resolve(self, agent, ticket, confidence):
        return self.propose(agent, ticket, "AUTO_RESOLVE", SOLUTION, confidence_ppm=confidence)

    def events(self, kind):
        """The data of all events of a kind, oldest first."""
        out = self.folder / "events.ndjson"
        out.unlink(missing_ok=True)
        self.local("export", "--format", "ndjson", "--out", str(out), "--type", kind)
        return [json.loads(line)["data"] for line in out.read_text().splitlines()]

    def local(self, *arguments):
        """`recourse` beside the running server."""
        done = self.run_alone(*arguments, "--data", "data")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def until(self, what, look):
        """What `look` gives, once it is something."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.1)
        self.fail("nothing came of waiting until " + what)

    def policy(self, version, text):
        (self.folder / "policy.yaml").write_text(text, encoding="utf-8")
        self.done("admin", "policy", "draft", version, "policy.yaml")
        self.done("admin", "policy", "backtest", version)
        # The only administrator may do both.
        self.done("admin", "policy", "activate", version)


class Experiment(Desk):
    START = ("experiment", "start", "resolve-70", "--control", "90%", "--treatment", "70%",
             "--type", "AUTO_RESOLVE")

    def show(self):
        status, shown = self.ask("GET", "/v1/experiments/resolve-70", self.admin)
        self.assertEqual(status, 200, shown)
        return shown

    def test_two_thresholds_side_by_side_and_what_becomes_of_them(self):
        said = self.done("admin", *self.START, "--window", "1s", "--reason",
                         "people agree to most of them")
        self.assertIn("one half asks for a confidence of 90%, the other for 70%", said)
        outcomes = {}
        for i in range(40):
            if i == 20:
                self.kill_and_start()
            if i % 20 == 0:
                agent, _ = self.machine()
            answer = self.resolve(agent, self.ticket(), 750000)
            outcomes[answer["action"]] = answer["outcome"]
        assigned = {one["action"]: one["arm"] for one in self.events("experiment.assigned")}
        self.assertEqual(set(assigned), set(outcomes))
        for action, arm in assigned.items():
            self.assertEqual(outcomes[action],
                             "allow" if arm == "treatment" else "require_approval")
        self.assertEqual(set(assigned.values()), {"control", "treatment"})
        # Why it was decided so stands with the decision, and it can be asked again.
        action = next(one for one in assigned if assigned[one] == "treatment")
        told = json.loads(self.local("explain", action, "--json"))
        self.assertTrue(told["decisions"][0]["reproduced"], told)
        rule = next(rule for rule in told["decisions"][0]["rules"]
                    if rule["rule"] == "confidence_threshold")
        inputs = {one["name"]: one["value"] for one in rule["inputs"]}
        self.assertEqual((inputs["experiment"], inputs["arm"], inputs["at_least_ppm"]),
                         ("resolve-70", "treatment", "700000"))
        self.assertIn({"change": "experiment.resolve-70", "from": "treatment", "to": "none",
                       "outcome": "require_approval"}, told["decisions"][0]["what_if"])

        treated = list(assigned.values()).count("treatment")
        shown = self.until("all are settled",
                           lambda: (now := self.show())["arms"][1]["settled"] == treated and now)
        control, treatment = shown["arms"]
        self.assertEqual((control["tickets"], control["alone"]), (40 - treated, 0))
        self.assertEqual((treatment["tickets"], treatment["alone"], treatment["succeeded"]),
                         (treated, treated, treated))
        self.assertGreater(shown["position"], 100)
        alone = next(one for one in shown["differences"] if one["metric"] == "alone")
        self.assertEqual(alone["difference_ppm"], 1000000)
        self.assertGreater(alone["low_ppm"], 0)
        text = self.done("admin", "experiment", "show", "resolve-70")
        self.assertRegex(text, rf"treatment +70\.00 % +{treated} +{treated} +100\.00 %")
        self.assertIn("Verdict: undecided so far.", text)
        self.assertRegex(self.done("admin", "experiment", "list"), r"resolve-70 +running")

        self.kill_and_start()
        self.assertEqual(self.show()["arms"], shown["arms"])
        said = self.done("admin", "experiment", "stop", "resolve-70", "--reason", "enough")
        self.assertIn("The policy's own threshold holds again.", said)
        self.assertEqual(self.show()["status"], "concluded")
        agent, _ = self.machine()
        for _ in range(6):
            self.assertEqual(self.resolve(agent, self.ticket(), 750000)["outcome"],
                             "require_approval")
        self.local("verify")

    def test_a_guardrail_ends_it(self):
        self.done("admin", *self.START, "--guardrail", "rollback=10%", "--least", "4")
        agent, _ = self.machine()
        ran = [self.resolve(agent, self.ticket(), 950000)["action"] for _ in range(14)]
        for action in ran:
            self.made("/v1/rollbacks", {"target": action, "reason": "wrong"})
            if self.show()["status"] == "concluded":
                break
        shown = self.show()
        self.assertEqual((shown["status"], shown["ended_by"]), ("concluded", "guardrail"))
        breached = self.events("experiment.guardrail_breached")
        self.assertEqual([one["metric"] for one in breached], ["rollback"])
        self.assertEqual(self.events("experiment.concluded")[0]["cause"], "guardrail")

    def test_what_is_no_experiment_is_refused(self):
        for wrong in ({"control_ppm": 1}, {"control_ppm": 5, "treatment_ppm": 5},
                      {"control_ppm": 5, "treatment_ppm": 6, "types": ["nothing"]},
                      {"control_ppm": 5, "treatment_ppm": 6, "share_bp": 10001}):
            status, problem = self.ask("POST", "/v1/experiments", self.admin,
                                       {"key": "wrong", **wrong})
            self.assertEqual(status, 422, problem)
        self.assertEqual(self.ask("GET", "/v1/experiments", self.admin)[1]["items"], [])
        self.assertEqual(self.ask("GET", "/v1/experiments/wrong", self.admin)[0], 404)
        agent, _ = self.machine()
        status, problem = self.ask("POST", "/v1/experiments", agent,
                                   {"key": "a", "control_ppm": 5, "treatment_ppm": 6})
        self.assertEqual(status, 403, problem)
        refused = self.command("admin", "experiment", "start", "a", "--control", "often",
                               "--treatment", "1%")
        self.assertEqual(refused.returncode, 64, refused)
        self.assertIn("--control: ", refused.stderr)
        self.done("admin", *self.START)
        status, problem = self.ask("POST", "/v1/experiments", self.admin,
                                   {"key": "b", "control_ppm": 5, "treatment_ppm": 6})
        self.assertEqual(status, 409, problem)


class Revert(Desk):
    STRICT = """thresholds:
  - {rule: all, at_least_ppm: 100%}
matrix:
  - {rule: own, reversibility: R1, effect: permit}
"""

    def test_one_person_goes_back_to_the_policy_before(self):
        agent, _ = self.machine()
        self.assertEqual(self.resolve(agent, self.ticket(), 950000)["outcome"], "allow")
        self.policy("pol_strict@1", self.STRICT)
        self.assertEqual(self.resolve(agent, self.ticket(), 950000)["outcome"], "require_approval")
        manager = self.made("/v1/keys", {"role": "manager"})["secret"]
        status, problem = self.ask("POST", "/v1/policies/revert", manager,
                                   {"policy": "pol_strict@1"})
        self.assertEqual(status, 422, problem)
        said = self.done("admin", "policy", "revert", "pol_strict@1", "--reason",
                         "nothing is resolved")
        self.assertIn("pol_default@1 decides again from the next proposal on, in place of "
                      "pol_strict@1.", said)
        self.assertEqual(self.resolve(agent, self.ticket(), 950000)["outcome"], "allow")
        self.kill_and_start()
        self.assertEqual(self.resolve(agent, self.ticket(), 950000)["outcome"], "allow")
        status, answer = self.ask("POST", "/v1/policies/revert", manager,
                                  {"policy": "pol_strict@1", "reason": "again"})
        self.assertEqual(status, 409, answer)
        policies = self.ask("GET", "/v1/policies", self.admin)[1]
        self.assertEqual(policies["active"], "pol_default@1")
        reverted = self.events("policy.reverted")
        self.assertEqual([(one["from"], one["to"]) for one in reverted],
                         [("pol_strict@1", "pol_default@1")])


class Breaker(Desk):
    QUICK = """thresholds:
  - {rule: all, at_least_ppm: 0}
matrix:
  - {rule: all, effect: permit}
breaker: {least: 2, bad_ppm: 50%, open_s: 2s, probes: 1, half_open_s: 2s}
"""

    def turns(self):
        return [(one["from"], one["to"], one["cause"])
                for one in self.events("breaker.transitioned")]

    def test_what_time_does_to_it_is_recorded_though_nobody_asks(self):
        self.policy("pol_quick@1", self.QUICK)
        agent, _ = self.machine()
        ticket = self.ticket()

        def file_a_bug():
            return self.propose(agent, ticket, "create_bug_report",
                                {"title": "crash", "description": "it crashes"})
        for _ in range(2):
            action = file_a_bug()["action"]
            lease = self.made(f"/v1/actions/{action}/lease", {}, agent)["lease"]
            self.made(f"/v1/actions/{action}/report",
                      {"outcome": "failed", "lease_id": lease, "code": "tracker_down"}, agent)
        opened = [("closed", "open", "error")]
        self.assertEqual(self.turns(), opened)
        # It comes due while nothing runs.
        self.kill()
        time.sleep(2.5)
        self.start()
        opened.append(("open", "half_open", "time"))
        self.until("it may be probed", lambda: self.turns() == opened)
        self.assertEqual(file_a_bug()["outcome"], "allow")
        opened.append(("half_open", "open", "no_outcome"))
        self.until("the probe is given up", lambda: self.turns() == opened)
        opened.append(("open", "half_open", "time"))
        self.until("it may be probed again", lambda: self.turns() == opened)
        self.local("rebuild", "--check")


class Tenants(Desk):
    def test_a_rollout_over_tenants_stops_when_their_sum_breaches_a_guardrail(self):
        self.made("/v1/tenants", {"tenant": "acme"})
        acme = self.made("/v1/keys", {"tenant": "acme", "role": "admin"})["secret"]
        self.done("admin", "rollout", "set", "agent", "--unit", "tenant", "--percent", "100",
                  "--least", "6", "--guardrail", "rollback=20%")
        ran = []
        for key in (self.admin, acme):
            agent, _ = self.machine(key)
            for _ in range(3):
                answer = self.propose(agent, self.ticket(key), "ASSIGN_TO_TEAM",
                                      {"team": "Network"})
                self.assertEqual(answer["outcome"], "allow")
                ran.append((key, answer["action"]))

        def shown():
            return self.ask("GET", "/v1/rollouts?unit=tenant", self.admin)[1]["items"][0]
        self.assertEqual(shown()["stages"][-1]["executed"], 6)
        for key, action in (ran[0], ran[3]):
            self.made("/v1/rollbacks", {"target": action, "reason": "wrong"}, key)
        stopped = self.until("it stops", lambda: (row := shown()).get("stopped_by") and row)
        self.assertEqual((stopped["stopped_by"], stopped["percent_bp"]), ("rollback", 0))
        agent, _ = self.machine(acme)
        answer = self.propose(agent, self.ticket(acme), "ASSIGN_TO_TEAM", {"team": "Network"})
        self.assertEqual(answer["outcome"], "require_approval")
        # What a tenant counts for it is not one of the tenant's own.
        self.assertEqual(self.ask("GET", "/v1/rollouts", acme)[1]["items"], [])


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
