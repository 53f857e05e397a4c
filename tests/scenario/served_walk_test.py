"""The commands of the served systems' documents, run by a real shell and a real curl against the
`recourse` program, with nothing but the host, the key and the ids replaced.

usage: served_walk_test.py RECOURSE
"""

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

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$"

CREATE = """curl -X POST https://api.resolvemeq.com/api/tickets/ \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "issue_type": "Test for monitoring",
    "description": "Testing Sentry integration",
    "category": "other"
  }'
"""
FEEDBACK = """curl -X POST https://api.resolvemeq.com/api/tickets/123/resolution-feedback/ \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "resolution_confirmed": true,
    "satisfaction_score": 5,
    "feedback_text": "Works perfectly!"
  }'
"""
HISTORY = """curl https://api.resolvemeq.com/api/tickets/123/action-history/ \\
  -H "Authorization: Bearer ADMIN_TOKEN"
"""
ROLLBACK = """curl -X POST https://api.resolvemeq.com/api/tickets/actions/{uuid}/rollback/ \\
  -H "Authorization: Bearer ADMIN_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"reason": "Testing rollback functionality"}'
"""
BURST = """for i in {1..60}; do
  curl -X POST https://api.resolvemeq.com/api/tickets/$i/process/ \\
    -H "Authorization: Bearer YOUR_TOKEN" &
done
wait
"""
ANALYTICS = """curl https://api.resolvemeq.com/api/tickets/resolution-analytics/ \\
  -H "Authorization: Bearer YOUR_TOKEN"
"""
ANALYTICS_OF_NOTHING = {
    "total_resolutions": 0, "confirmed_successful": 0, "confirmed_failed": 0,
    "reopened_tickets": 0, "average_satisfaction_score": None, "success_rate": 0,
    "action_type_breakdown": []}
WEEKLY = """curl https://api.resolvemeq.com/api/tickets/agent/analytics/ \\
  -H "Authorization: Bearer YOUR_TOKEN" > weekly_report.json

curl https://api.resolvemeq.com/api/tickets/resolution-analytics/ \\
  -H "Authorization: Bearer YOUR_TOKEN" >> weekly_report.json
"""
# The guide leaves the agent's answer to the agent; this is the shape that its code reads.
ANSWER = """curl -X POST https://api.resolvemeq.com/api/tickets/123/process/ \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"recommended_action": "AUTO_RESOLVE", "confidence": 0.92,
       "explanation": "A known problem", "resolution_steps": "Restart the agent"}'
"""


class Walk(unittest.TestCase):
    program = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="recourse-walk-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = subprocess.Popen(
            [self.program, "serve", "--data", str(self.folder / "data"), "--listen",
             "127.0.0.1:0"],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if not k.startswith("RECOURSE_")})
        self.addCleanup(self.server.stdout.close)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        printed = []
        for line in self.server.stdout:
            printed.append(line.strip())
            found = re.search(r"listens on (http://\S+?)\.? ", line)
            if found:
                self.url = found.group(1)
                break
        else:
            self.fail("no server: " + "\n".join(printed))
        self.key = printed[1]

    def run_as_written(self, command, ticket=None, action=None):
        """Standard output of `command` with the host, the key and the ids replaced."""
        command = command.replace("https://api.resolvemeq.com", self.url)
        command = command.replace("YOUR_TOKEN", self.key).replace("ADMIN_TOKEN", self.key)
        if ticket is not None:
            command = command.replace("/123/", f"/{ticket}/")
        if action is not None:
            command = command.replace("{uuid}", action)
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True,
                              text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def json(self, command, **ids):
        return json.loads(self.run_as_written(command, **ids))

    def test_the_deployment_guide_from_its_first_curl_to_its_last(self):
        self.assertEqual(self.json(ANALYTICS), ANALYTICS_OF_NOTHING)

        ticket = self.json(CREATE)
        self.assertEqual(ticket["ticket_id"], 1)
        self.assertEqual(ticket["status"], "open")
        number = ticket["ticket_id"]

        processed = self.json(ANSWER, ticket=number)
        self.assertEqual(processed["ticket_status"], "resolved")

        thanks = self.json(FEEDBACK, ticket=number)
        self.assertEqual(thanks["ticket_id"], number)
        self.assertIs(thanks["ticket_reopened"], False)

        action = self.json(HISTORY, ticket=number)["action_history"][0]
        self.assertRegex(action["id"], UUID)
        self.assertEqual(action["executed_by"], "autonomous_agent")
        self.assertEqual(action["confidence_score"], 0.92)
        self.assertEqual(action["before_state"]["status"], "open")
        self.assertEqual(action["after_state"]["status"], "resolved")

        undone = self.json(ROLLBACK, action=action["id"])
        self.assertEqual(undone["message"], "Action rolled back successfully")
        self.assertEqual((undone["ticket_id"], undone["action_type"]), (number, "AUTO_RESOLVE"))
        again = self.json(ROLLBACK, action=action["id"])
        self.assertEqual(again["error"], "This action was already rolled back")

        history = self.json(HISTORY, ticket=number)["action_history"]
        self.assertIs(history[0]["rolled_back"], True)
        self.assertEqual(history[0]["rollback_reason"], "Testing rollback functionality")

        self.run_as_written(WEEKLY)
        report = (self.folder / "weekly_report.json").read_text()
        decoder = json.JSONDecoder()
        agent, end = decoder.raw_decode(report)
        resolutions, _ = decoder.raw_decode(report, end)
        self.assertEqual(agent["agent_processing_rate"], 100)
        self.assertEqual(agent["rollback_rate"], 100)
        self.assertEqual(resolutions["total_resolutions"], 1)
        self.assertEqual(resolutions["confirmed_successful"], 1)

    def test_sixty_agent_actions_at_once_are_throttled_at_fifty(self):
        codes = self.run_as_written(BURST.replace(
            "curl ", "curl -s -o /dev/null -w '%{http_code}\\n' ")).split()
        self.assertEqual(len(codes), 60)
        self.assertEqual(set(codes), {"404", "429"})
        # One more may pass every 1.2 s that the shell takes.
        self.assertIn(codes.count("429"), range(1, 11))

    def test_a_server_that_starts_again_remembers_it_all(self):
        self.json(CREATE)
        self.json(ANSWER, ticket=1)
        before = self.json(HISTORY, ticket=1)
        self.server.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(timeout=30), 0)
        port = self.url.rsplit(":", 1)[1]
        self.server.stdout.close()
        self.server = subprocess.Popen(
            [self.program, "serve", "--data", str(self.folder / "data"), "--listen",
             "127.0.0.1:" + port],
            cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(self.server.stdout.close)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        for line in self.server.stdout:
            if "listens on" in line:
                break
        self.assertEqual(self.json(HISTORY, ticket=1), before)


if __name__ == "__main__":
    Walk.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
