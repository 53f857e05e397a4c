"""A server with people and machines who ask it, for tests that look at it from outside."""

import http.client
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest


class RunningServer(unittest.TestCase):
    program = None
    variables = {}

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="recourse-scenario-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.numbers = itertools.count(1)
        self.server = None
        self.addCleanup(self.kill)
        self.admin = self.start()
        self.keep("admin", self.admin)

    def keep(self, name, secret):
        (self.folder / f"{name}.key").write_text(secret + "\n", encoding="utf-8")

    def secret(self, name):
        return (self.folder / f"{name}.key").read_text(encoding="utf-8").strip()

    def environment(self):
        own = {k: v for k, v in os.environ.items() if not k.startswith("RECOURSE_")}
        return {**own, **self.variables}

    def start(self):
        """Gives what a first start prints once: the admin key."""
        self.server = subprocess.Popen(
            [self.program, "serve", "--data", "data", "--listen", "127.0.0.1:0"], cwd=self.folder,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment())
        printed = []
        for line in self.server.stdout:
            printed.append(line.strip())
            found = re.search(r"listens on http://([^:]+):(\d+)", line)
            if found:
                self.address = found[1], int(found[2])
                return printed[1] if len(printed) > 1 else ""
        self.fail("no server: " + "\n".join(printed))

    def kill(self):
        if self.server is not None:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()
            self.server.stdout.close()
            self.server = None

    def kill_and_start(self):
        self.kill()
        self.start()

    def run_alone(self, *arguments, timeout=60):
        return subprocess.run([self.program, *arguments], cwd=self.folder, text=True,
                              capture_output=True, timeout=timeout, env=self.environment(), check=False)

    def command(self, who, *arguments):
        """`recourse` against the running server."""
        url = f"http://{self.address[0]}:{self.address[1]}"
        return self.run_alone(*arguments, "--url", url, "--key-file", f"{who}.key")

    def done(self, who, *arguments):
        result = self.command(who, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refused(self, what, who, *arguments):
        result = self.command(who, *arguments)
        self.assertIn(result.returncode, (1, 2), result.stdout + result.stderr)
        self.assertIn(what, result.stderr)

    def ask(self, method, path, key, body=None, connection=None):
        headers = {"Authorization": "Bearer " + key}
        if method != "GET":
            headers["Idempotency-Key"] = f'"n-{next(self.numbers)}"'
            headers["Content-Type"] = "application/json"
        own = connection or http.client.HTTPConnection(*self.address, timeout=60)
        own.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = own.getresponse()
        text = response.read().decode()
        if connection is None:
            own.close()
        kind = response.getheader("Content-Type") or ""
        is_json = "json" in kind and "ndjson" not in kind
        return response.status, json.loads(text) if is_json else text

    def made(self, path, body, key=None):
        status, answer = self.ask("POST", path, key or self.admin, body)
        self.assertIn(status, (200, 201, 202), answer)
        return answer

    def shown(self, path):
        status, answer = self.ask("GET", path, self.admin)
        self.assertEqual(status, 200, answer)
        return answer

    def machine(self, key=None):
        made = self.made("/v1/keys", {"role": "agent", "kind": "agent"}, key)
        return made["secret"], made["principal"]

    def ticket(self, key=None):
        return self.made("/v1/tickets", {"title": "VPN", "customer_email": "jane@example.com"},
                         key)["ticket"]

    def propose(self, agent, ticket, kind="search_knowledge_base", args=None, connection=None,
                **more):
        status, answer = self.ask("POST", "/v1/actions", agent,
                                  {"ticket_id": ticket, "type": kind,
                                   "args": args or {"query": "vpn"}, "confidence_ppm": 950000,
                                   **more}, connection)
        self.assertEqual(status, 201, answer)
        return answer
