"""`recourse replay` as an auditor uses it: explained, under another policy, on a terminal, as a page.

usage: replay_test.py RECOURSE NODE
"""

import base64
import fcntl
import hashlib
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

CHECK = """
const fs = require("fs");
const page = fs.readFileSync(process.argv[2], "utf8");
const block = (id) => JSON.parse(
    new RegExp(`<script type="application/json" id="${id}">([^]*?)</script>`).exec(page)[1]);
const scripts = [...page.matchAll(/<script>([^]*?)<\\/script>/g)].map((found) => found[1]);
(0, eval)(scripts[0]);
const head = block("evidence"), leaves = block("leaves");
const harm = {
  nothing: () => {},
  leaf: () => { leaves[1].leaf = leaves[1].leaf.replace(/evt_[0-9A-Z]/, "evt_Z"); },
  shown: () => { leaves[1].actor = "usr_somebody"; },
  proof: () => { leaves[1].proof.pop(); },
  place: () => { leaves[1].index += 1; },
};
harm[process.argv[3]]();
globalThis.evidence.checkReport(head, leaves, process.argv[4] || head.key, async () => {})
    .then(({head, failed}) => console.log(JSON.stringify({size: head.size, leaves: leaves.length, failed})),
          (error) => console.log(JSON.stringify({refused: error.message})));
"""


class Replay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="recourse-replay-")
        cls.here = pathlib.Path(cls.place.name)
        cls.run_in(cls.here, "demo", "--no-serve", "--seed", "11", "--data", "d")
        (cls.here / "check.js").write_text(CHECK, encoding="utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    @staticmethod
    def run_in(here, *arguments, code=0):
        done = subprocess.run([PROGRAM, *arguments], cwd=here, text=True, capture_output=True, check=False)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stderr}"
        return done.stdout if code == 0 else done.stderr

    def replay(self, *arguments, code=0):
        return self.run_in(self.here, "replay", *arguments, "--data", "d", code=code)

    def steps(self, *arguments):
        return [json.loads(line) for line in self.replay(*arguments, "--json").splitlines()]

    def policy(self, name, change):
        """The policy in force with a change, as a file."""
        activated = self.steps("all", "--type", "policy.activated")[-1]
        text = activated["what"].get("text", activated["why"].get("text"))
        policy = json.loads(text) if isinstance(text, str) else text
        change(policy)
        (self.here / name).write_text(json.dumps(policy), encoding="utf-8")
        return name

    def test_an_actor_is_a_target_too(self):
        agent = next(step["actor"] for step in self.steps("all", "--type", "action.proposed"))
        steps = self.steps(agent)
        self.assertTrue(steps)
        self.assertEqual({step["actor"] for step in steps}, {agent})
        self.assertEqual(steps, self.steps("all", "--actor", agent))

    def test_verdicts_are_asked_again(self):
        decided = self.steps("all", "--type", "policy.decided", "--explain")
        self.assertTrue(decided)
        for step in decided:
            self.assertTrue(step["explained"]["reproduced"], step)
            self.assertEqual(step["explained"]["position"], step["position"])
        text = self.replay("all", "--type", "policy.decided", "--explain")
        self.assertEqual(text.count("the same, rule by rule"), len(decided))
        self.assertIn("otherwise with", text)

    def test_another_policy_says_which_proposals_would_go_another_way(self):
        def unsure(policy):
            for one in policy["thresholds"]:
                one["at_least_ppm"] = 1_000_000
        name = self.policy("strict.json", unsure)
        steps = self.steps("all", "--type", "action.proposed", "--with-policy", name)
        other = [step["otherwise"] for step in steps if "otherwise" in step]
        self.assertTrue(other)
        backtest = json.loads(self.run_in(self.here, "policy", "backtest", name, "--changes", "--json",
                                          "--data", "d"))
        self.assertEqual([one["action"] for one in other],
                         [one["action"] for one in backtest["changes"]])
        text = self.replay("all", "--with-policy", name)
        self.assertIn(f"{len(other)} of {len(steps)} proposals would go another way", text)
        for one in other:
            self.assertIn(one["action"], text)

    def test_a_policy_that_is_none_is_refused_with_its_line(self):
        (self.here / "none.json").write_text('{"thresholds": 3}', encoding="utf-8")
        self.assertIn("none.json: line 1", self.replay("all", "--with-policy", "none.json", code=2))
        self.assertIn("there is no file", self.replay("all", "--with-policy", "absent.json", code=1))

    def on_terminal(self, columns, *arguments, **variables):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm", **variables}
        with subprocess.Popen([PROGRAM, "replay", *arguments, "--data", "d"], cwd=self.here,
                              stdout=theirs, stdin=theirs, env=environment) as process:
            os.close(theirs)
            said = b""
            try:
                while piece := os.read(ours, 65_536):
                    said += piece
            except OSError:  # The other end is closed.
                pass
        os.close(ours)
        self.assertEqual(process.returncode, 0)
        return said.decode().replace("\r\n", "\n")

    def test_a_terminal_gets_colours_its_own_width_and_its_pager(self):
        text = self.on_terminal(72, "all", "--no-pager")
        self.assertIn("\x1b[1m", text)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
        self.assertTrue(plain)
        self.assertLessEqual(max(map(len, plain.splitlines())), 72)
        self.assertNotIn("\x1b[", self.on_terminal(72, "all", "--no-pager", NO_COLOR="1"))
        self.assertNotIn("\x1b[", self.on_terminal(72, "all", "--no-pager", "--colour", "never"))
        paged = self.on_terminal(72, "all", PAGER="sed s/^/paged:/")
        self.assertTrue(all(line.startswith("paged:") for line in paged.splitlines()))
        self.assertEqual(paged.replace("paged:", ""), text)
        self.on_terminal(72, "all", PAGER="true")  # Who has seen enough is not told of an error.

    def report(self, name, *arguments):
        self.replay(*arguments, "--report", name)
        return (self.here / name).read_text(encoding="utf-8")

    def checked(self, name, harm="nothing", key=""):
        done = subprocess.run([NODE, "check.js", name, harm, key], cwd=self.here, text=True,
                              capture_output=True, check=True)
        return json.loads(done.stdout)

    def test_a_report_checks_itself_and_shows_what_was_changed(self):
        page = self.report("all.html", "all", "--explain")
        steps = self.steps("all")
        good = self.checked("all.html")
        self.assertEqual(good["failed"], [])
        self.assertEqual(good["leaves"], len(steps))
        self.assertEqual(page.count('<li class="step"'), len(steps))
        for harm in ("leaf", "shown", "proof", "place"):
            self.assertEqual(len(self.checked("all.html", harm)["failed"]), 1, harm)
        self.assertIn("refused", self.checked("all.html", key="recourse.local/x+00000000+AAAA"))
        self.assertEqual(page, self.report("again.html", "all", "--explain"))
        self.assertIn("is there already", self.replay("all", "--report", "again.html", code=1))

    def test_a_report_lets_nothing_run_but_its_own_script(self):
        page = self.report("one.html", "1")
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
        self.assertTrue(policy.startswith("default-src 'none'; "))
        for tag in ("style", "script"):
            inline = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            self.assertEqual(len(inline), 1)
            digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
            self.assertIn(f"{tag}-src 'sha256-{digest}'", policy)
        self.assertNotRegex(page, r"(?:src|href)=\"(?!#)")

    def test_wrong_ways_of_asking_are_refused(self):
        self.assertIn("--report goes with neither", self.replay("all", "--report", "x.html", "--json", code=64))
        self.assertFalse((self.here / "x.html").exists())
        self.assertIn("never", self.replay("all", "--colour", "sometimes", code=64))


if __name__ == "__main__":
    PROGRAM, NODE = os.path.abspath(sys.argv.pop(1)), sys.argv.pop(1)
    unittest.main()
