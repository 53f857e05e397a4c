#!/usr/bin/env python3
"""Kills an import with SIGKILL again and again and shows that nothing was lost.

    kill_import.py --program build/recourse [--kills 50] [--format F FILE...] [--seed N]

Without files it makes a small incident log of its own. Before each kill the newest acknowledged
commit is read from HEAD; after it the directory must open and hold at least that commit. At the end
the import is finished, verified, its projections compared with a rebuild, and its events compared
with those of an import that nobody disturbed: equal per type, and equal one by one but for ids,
positions, recorded times and commitments.
"""
import argparse
import collections
import csv
import json
import os
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

COLUMNS = """number incident_state active reassignment_count reopen_count sys_mod_count made_sla
caller_id opened_by opened_at sys_created_by sys_created_at sys_updated_by sys_updated_at contact_type
location category subcategory u_symptom cmdb_ci impact urgency priority assignment_group assigned_to
knowledge u_priority_confirmation notify problem_id rfc vendor caused_by closed_code resolved_by
resolved_at closed_at""".split()

# Ids end in 26 characters of base 32 (ULIDs, UUIDs, pseudonyms); a second deployment draws others.
IDENTITY = re.compile(r"\b([a-z]{3})_[0-9A-HJKMNP-TV-Za-z]{20,}\b")
ORIGIN = re.compile(r"/t/[0-9a-f]{16}\b")


def fail(text):
    print(f"kill_import: {text}", file=sys.stderr)
    sys.exit(1)


def made_up_log(path, incidents, rng):
    with open(path, "w", newline="", encoding="utf-8") as out:
        rows = csv.DictWriter(out, COLUMNS)
        rows.writeheader()
        for n in range(incidents):
            day, minute = rng.randint(1, 28), rng.randint(0, 40)
            row = dict.fromkeys(COLUMNS, "?")
            row.update(number=f"INC{n:07}", active="true", reassignment_count="0", reopen_count="0",
                       made_sla="true", caller_id=f"Caller {rng.randint(1, 300)}",
                       opened_by="Opened by 8", opened_at=f"{day}/3/2016 01:{minute:02}",
                       contact_type="Phone", impact="2 - Medium", urgency="2 - Medium",
                       priority="3 - Moderate", assignment_group=f"Group {rng.randint(1, 9)}",
                       category=f"Category {rng.randint(1, 50)}")
            for step, state in enumerate(["New", "Active", "Resolved", "Closed"]):
                row.update(incident_state=state, sys_mod_count=str(step),
                           sys_updated_by=f"Updated by {rng.randint(1, 40)}",
                           sys_updated_at=f"{day}/3/2016 {2 + step:02}:{minute:02}")
                rows.writerow(row)


class Import:
    def __init__(self, program, data, form, files):
        self.program, self.data = program, data
        self.command = [program, "import", "--data", data, "--tenant", "desk", "--format", form]
        self.files = files

    def run(self, path):
        done = subprocess.run(self.command + ["--json", path], capture_output=True, text=True)
        if done.returncode != 0:
            fail(f"the import of {path} exits {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def start(self, path):
        return subprocess.Popen(self.command + ["--json", path], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def tool(self, *words):
        return subprocess.run([self.program, words[0], "--data", self.data, *words[1:]],
                              capture_output=True, text=True)


def acknowledged(data):
    """The newest commit number in HEAD: what a client may have been told."""
    try:
        with open(os.path.join(data, "HEAD"), "rb") as head:
            content = head.read()
    except FileNotFoundError:
        return 0
    slots = [content[at:at + 512] for at in (0, 4096)]
    return max((struct.unpack(">Q", slot[16:24])[0] for slot in slots
                if slot[:8] == b"RCSHEAD1"), default=0)


def events_of(run, out):
    """The tenant's events, without what differs between two deployments."""
    done = run.tool("export", "--tenant", "desk", "--format", "ndjson", "--out", out)
    if done.returncode != 0:
        fail(f"the export exits {done.returncode}: {done.stderr.strip()}")
    names, events, types = {}, [], collections.Counter()

    def same(match):
        return names.setdefault(match.group(0), f"{match.group(1)}_{len(names)}")

    with open(out, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            event = json.loads(line)
            if event["type"] in ("recourse.log.heartbeat.v1", "recourse.import.finished.v1"):
                continue
            for name in ("id", "sequence", "source", "time", "causationid"):
                event.pop(name, None)
            text = json.dumps(event, sort_keys=True)
            text = re.sub(r'"c": "[^"]{44}"', '"c": ""', text)
            text = re.sub(r'("(?:args_commitment|digest|manifest_digest|render_digest)": )"[^"]*"', r"\1", text)
            events.append(ORIGIN.sub("/t/", IDENTITY.sub(same, text)))
            types[event["type"]] += 1
    return events, types


def check(run, what):
    for words in (["verify"], ["rebuild", "--check"]):
        done = run.tool(*words)
        if done.returncode != 0:
            fail(f"{what}: {' '.join(words)} exits {done.returncode}:\n{done.stdout}{done.stderr}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--incidents", type=int, default=3000)
    parser.add_argument("--format", default="servicenow")
    parser.add_argument("files", nargs="*")
    flags = parser.parse_args()
    rng = random.Random(flags.seed)
    with tempfile.TemporaryDirectory(prefix="recourse-kill-") as scratch:
        files = flags.files
        if not files:
            files = [os.path.join(scratch, "incidents.csv")]
            made_up_log(files[0], flags.incidents, rng)
        calm = Import(flags.program, os.path.join(scratch, "calm"), flags.format, files)
        began = time.monotonic()
        for path in files:
            calm.run(path)
        whole = time.monotonic() - began
        check(calm, "undisturbed")

        hurt = Import(flags.program, os.path.join(scratch, "hurt"), flags.format, files)
        told, interrupted = 0, 0
        for kill in range(flags.kills):
            running = hurt.start(rng.choice(files[:1 + kill * len(files) // max(1, flags.kills)]))
            # Kills fall everywhere: in the open, in the reading, between and inside commits.
            until = time.monotonic() + rng.uniform(0, 0.5 + whole / 3)
            while time.monotonic() < until and running.poll() is None:
                told = max(told, acknowledged(hurt.data))
                time.sleep(0.001)
            if running.poll() is None:
                running.send_signal(signal.SIGKILL)
                interrupted += 1
            _, errors = running.communicate()
            if running.returncode not in (0, -signal.SIGKILL):
                fail(f"start {kill}: exit {running.returncode}: {errors.strip()}")
            if acknowledged(hurt.data) < told:
                fail(f"kill {kill}: commit {told} was acknowledged, HEAD has {acknowledged(hurt.data)}")
        for path in files:
            hurt.run(path)
        if acknowledged(hurt.data) < told:
            fail(f"commit {told} was acknowledged and is gone")
        check(hurt, "after the kills")
        for path in files:
            again = hurt.run(path)
            if again["added"] != 0:
                fail(f"a further import of {path} added {again['added']} records")

        expected, expected_types = events_of(calm, os.path.join(scratch, "calm.ndjson"))
        found, found_types = events_of(hurt, os.path.join(scratch, "hurt.ndjson"))
        if expected_types != found_types:
            fail(f"events per type differ: {expected_types - found_types} / {found_types - expected_types}")
        if len(files) == 1 and expected != found:
            at = next(i for i, pair in enumerate(zip(expected, found)) if pair[0] != pair[1])
            fail(f"event {at} differs:\n{expected[at]}\n{found[at]}")
        print(f"{interrupted} kills in {flags.kills} starts; every acknowledged commit is there and "
              f"{len(found)} events equal those of an undisturbed import")


if __name__ == "__main__":
    main()
