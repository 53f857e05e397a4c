"""Policies as somebody at a terminal works with them: checked, drafted, tried out, activated.

usage: policies_test.py RECOURSE [unittest arguments]
"""

import json
import os
import sys
import unittest

from cli_test import PROBLEM, COULD_NOT_TELL, WRONG_USAGE, Folder


class Policies(Folder):
    STRICT = """# Nothing without a way back.
thresholds:
  - rule: everybody
matrix:
  - {rule: no_way_back, has_inverse: false, effect: forbid}
  - {rule: reads, reversibility: R0, effect: permit}
  - {rule: own_changes, reversibility: R1, effect: permit}
  - {rule: true_inverse, reversibility: R2, effect: permit}
"""

    def policy_file(self, text):
        path = self.folder / "policy.yaml"
        path.write_text(text)
        return path

    def test_a_faulty_file_is_refused_with_file_line_and_reason(self):
        self.succeed("policy", "check", self.policy_file(self.STRICT))
        for text, said in ((self.STRICT + "colour: red\n", "line 9, column 1: .*`colour`"),
                           (self.STRICT.replace("forbid", "never"), "line 5, column 53: one of"),
                           ("approval_ttl_s: 3 weeks\n", "line 1, column 17: seconds"),
                           ("{", "line 2")):
            with self.subTest(text):
                self.refuse(PROBLEM, "policy.yaml: " + said, "policy", "check",
                            self.policy_file(text))
        self.refuse(PROBLEM, "no file", "policy", "check", "nothing.yaml")

    def test_the_history_is_judged_under_another_policy_and_at_other_thresholds(self):
        self.demo()
        before = self.roots(self.data)
        file = self.policy_file(self.STRICT)
        text = self.succeed("policy", "backtest", file, "--changes", "--data", self.data)
        self.assertIn("matrix.no_way_back", text)
        report = json.loads(self.succeed("policy", "backtest", file, "--changes", "--json",
                                         "--data", self.data))
        self.assertGreater(report["proposals"], 30)
        self.assertGreater(report["stopped"], 0)
        self.assertEqual(report["changed"], len(report["changes"]))
        # The one in force now came in the middle of the story.
        listed = self.succeed("policy", "list", "--data", self.data)
        self.assertRegex(listed, r"pol_desk@1 +active +usr_\w+ +usr_\w+ +bkt_")
        same = json.loads(self.succeed("policy", "backtest", "pol_default@1", "--type",
                                       "search_knowledge_base", "--json", "--data", self.data))
        self.assertEqual(same["stopped"], 0)
        ways = json.loads(self.succeed("policy", "simulate", "--threshold", "0%", "--threshold",
                                       "100%", "--json", "--data", self.data))
        self.assertGreater(ways[0]["would_run"], ways[1]["would_run"])
        self.refuse(WRONG_USAGE, "85%", "policy", "simulate", "--threshold", "often")
        self.assertEqual(self.roots(self.data), before)

    def test_every_action_of_the_story_explains_itself(self):
        self.demo()
        lines = self.succeed("export", "--format", "ndjson", "--out", "-", "--type",
                             "action.proposed", "--data", self.data).splitlines()
        for line in lines:
            action = json.loads(line)["data"]["action"]
            told = json.loads(self.succeed("explain", action, "--json", "--data", self.data))
            self.assertTrue(told["decisions"])
            for decision in told["decisions"]:
                self.assertTrue(decision["reproduced"], decision)
        text = self.succeed("explain", action, "--data", self.data)
        self.assertIn("the policy says the same", text)
        self.assertIn("Chain of causes", text)
        self.refuse(COULD_NOT_TELL, "an action", "explain", "nonsense", "--data", self.data)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    Folder.program = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
