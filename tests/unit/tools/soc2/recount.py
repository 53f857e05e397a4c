#!/usr/bin/env python3
"""Counts the populations of a SOC 2 package again, from the leaves alone and by simple means.

recount.py DIR: reads DIR/leaves.ndjson (from leaf 0), DIR/meta.ndjson or DIR/meta/leaves.ndjson where
there is one, and DIR/report/package.json with its populations. Exit 0 when every number of rows, by type and by day,
is the same and every row stands for a leaf with its hash. Shares no code with the program.
"""
import base64, datetime, hashlib, json, os, sys
from collections import Counter

DIR = sys.argv[1]
PACKAGE = json.load(open(os.path.join(DIR, "report", "package.json")))
SCOPE = PACKAGE["scope"]
START, END, TENANT = SCOPE["start"]["size"], SCOPE["end"]["size"], SCOPE["tenant"]
LIMITS = {name: int(value) for name, value in SCOPE["parameters"].items() if value.isdigit()}
BEFORE, EARLY, WITHIN, OUTSIDE = range(4)


def read(name, count):
    path = os.path.join(DIR, name)
    lines = open(path, "rb").read().split(b"\n")[:count] if os.path.exists(path) else []
    return [(json.loads(line), hashlib.sha256(b"\0" + line).hexdigest()) for line in lines]


def when(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Event:
    def __init__(self, leaf, digest, meta):
        self.leaf, self.digest, self.meta, self.data = leaf, digest, meta, leaf["data"]
        self.index, self.time, self.when = int(leaf["sequence"]), leaf["time"], when(leaf["time"])
        self.type = leaf["type"][len("recourse."):].rsplit(".", 1)[0]
        self.imported = self.data.get("imported", False)


LEAVES = [Event(*each, False) for each in read("leaves.ndjson", END)]
IN_BUNDLE = os.path.exists(os.path.join(DIR, "meta/leaves.ndjson"))
META = [Event(*each, True) for each in read("meta/leaves.ndjson" if IN_BUNDLE else "meta.ndjson",
                                            (SCOPE["meta"] or {"size": 0})["size"])]


def place(event):
    if SCOPE["from"] and event.time < SCOPE["from"]:
        outer = EARLY
    else:
        outer = OUTSIDE if SCOPE["to"] and event.time >= SCOPE["to"] else WITHIN
    if not event.meta:
        return outer if event.index >= START else BEFORE
    if not SCOPE["from"] and event.time < LEAVES[START].time:
        return BEFORE
    return OUTSIDE if not SCOPE["to"] and event.time > LEAVES[-1].time else outer


EVENTS = sorted(LEAVES + META, key=lambda e: (e.time, e.meta, e.index))
for each in EVENTS:
    each.place = place(each)
OWN_LEDGER = [e.data["ledger"] for e in META
              if e.type == "tenant.created" and e.data["tenant"] == TENANT]


def of(*types):
    return [e for e in EVENTS if e.type in types]


def within(events):
    return [e for e in events if e.place == WITHIN]


def open_until(opened, ends):
    """Those in the period, and earlier ones that had not ended before it. `ends(e)`: its end."""
    rows = []
    for e in opened:
        end = ends(e)
        if e.place == WITHIN or (e.place < WITHIN and (end is None or end.place != BEFORE)):
            rows.append(e)
    return rows


def after(e, types, same):
    """The first event after `e` of these types about the same thing."""
    return next((x for x in EVENTS[EVENTS.index(e) + 1:] if x.type in types and same(x)), None)


def by(key, *types):
    return lambda e: after(e, types, lambda x: x.data.get(key) == e.data[key])


def own(e):
    return e.data.get("tenant", TENANT) == TENANT


def own_ledger(e, also_meta=False):
    return not OWN_LEDGER or e.data["ledger"] in OWN_LEDGER + ([0] if also_meta else [])


PROPOSED = {e.data["action"]: e for e in of("action.proposed")}


def live(events):
    return [e for e in events if not e.imported and
            not (e.data.get("action") in PROPOSED and PROPOSED[e.data["action"]].imported)]


DISPATCHES = live(of("effect.dispatched"))


def spans(done, every, things=("",), named=lambda e: ""):
    """Where a span without one of the things that are done regularly was over."""
    rows, since, latest, done = [], {}, None, {id(e): named(e) for e in done}

    def judge(e, now):
        for thing in since if latest else ():
            if now - since[thing] > every:
                rows.append(("span", e))
                since[thing] += (now - since[thing]) // every * every

    own_began = False
    for e in EVENTS:
        if e.place == OUTSIDE:
            continue
        if not e.meta and not own_began:
            own_began, since = True, {**dict.fromkeys(things, e.when), **since}
        latest = e
        if e.place == WITHIN and own_began:
            judge(e, e.when)
        if done.get(id(e)) in things:
            since[done[id(e)]] = e.when
    if own_began:
        judge(latest, when(SCOPE["to"]) if SCOPE["to"] else latest.when)
    return rows


def days(name):
    return datetime.timedelta(days=LIMITS[name])


def demanded(outcome):
    rows, waiting = [], {}
    for e in EVENTS:
        if e.type == "effect.dispatched" and e.place == WITHIN and e.data["action"] in waiting:
            verdict = waiting[e.data["action"]]
            if verdict.place < WITHIN and verdict not in rows:
                rows.append(verdict)
        if e.type != "policy.decided" or e.data["shadow"] or not live([e]):
            continue
        action, ends = e.data["action"], e.data.get("problem", "")
        if e.data["outcome"] == outcome:
            if e.place == WITHIN:
                rows.append(e)
            if outcome != "deny" or not getattr(waiting.get(action), "ends", False):
                waiting[action] = e
                e.ends = not (ends in ("kill_switch", "breaker") or ends.startswith("limit."))
        elif outcome == "deny" and e.data["outcome"] == "allow" and action in waiting:
            if not waiting[action].ends:
                del waiting[action]
    return rows


def rc01():
    sent, rows = set(), within(DISPATCHES)
    for e in EVENTS:
        if e.type == "effect.dispatched":
            sent.add(e.data["action"])
        if e.type == "effect.confirmed" and e.data["action"] not in sent:
            rows += within(live([e]))
    return rows


def rc05():
    rows, used, proposed = [], set(), {}
    for e in EVENTS:
        if e.type == "action.proposed":
            proposed[e.data["action"]] = e.leaf["actortype"]
        if e.type == "approval.consumed" and "rollback" not in e.data:
            used.add(e.data.get("action"))
        if e in DISPATCHES and e.place == WITHIN and e.data["action"] not in used:
            rows += [e] if proposed.get(e.data["action"], "agent") == "agent" else []
    return rows


def rc07():
    rows = of("policy.reverted", "change.activated", "connector.configured")
    rows += [e for e in of("policy.activated") if e.data["mode"] == "enforce" and
             (e.leaf["actortype"] != "system" or "drafted_by" in e.data)]
    rows += [e for e in of("rollout.ramped") if e.data["percent_bp"] > e.data["prev_percent_bp"]]
    return within(rows)


def rc09():
    """Each notice until a removal of all that there is, or until a grant that comes in time."""
    rows, notices, access = [], {}, {}
    for e in EVENTS:
        who = e.data.get("principal")
        mine = [n for n in notices.values() if n.data["principal"] == who]
        if e.type == "access.terminated":
            old = notices.pop(e.data["notice"], None)
            rows += [old] if old and e.place != BEFORE and e.when > old.until and old.place < WITHIN else []
            notices[e.data["notice"]] = e
            e.until = when(e.data["effective_at"]) + datetime.timedelta(
                hours=LIMITS["access_removal_h"])
            rows += within([e])
        elif e.type == "access.granted" or e.type == "apikey.created" and own(e):
            access.setdefault(who, {})[e.data.get("grant", e.data.get("key"))] = e.data.get("expires_at")
        elif e.type == "apikey.revoked":
            for held in access.values():
                held.pop(e.data["key"], None)
        ended = []
        if e.type == "access.granted":
            ended = [n for n in mine if e.when <= n.until]
        elif e.type == "access.removed":
            held = access.get(who, {}) if "grant" in e.data else {}
            held.pop(e.data.get("grant"), None)
            if not any(not until or when(until) > e.when for until in held.values()):
                ended = mine
                if "grant" not in e.data:
                    access.pop(who, None)
            rows += within([e]) if not ended else []
        for n in ended:
            del notices[n.data["notice"]]
            rows += [n] if n.place < WITHIN and e.place != BEFORE else []
    return rows + [n for n in notices.values() if n.place < WITHIN]


def rc16():
    outcomes = ("effect.confirmed", "effect.rejected", "effect.recalled", "effect.dispatched",
                "compensation.succeeded", "compensation.recorded_manually", "effect.reconciled")
    return open_until(DISPATCHES, lambda e: after(
        e, outcomes, lambda x: x.data["action"] == e.data["action"] and
        x.data.get("verdict") != "unknown"))


def rc17():
    rows, hours, counted, inputs = within(of("ingress.counted")), {}, {}, Counter()
    for e in of("ingress.counted"):
        counted.setdefault((e.data["channel"], e.data["hour"][:13]), []).append(e)
    for e in of("ticket.opened", "message.received"):
        if e.imported or "follows" in e.data:
            continue
        inputs[e.data["channel"], e.time[:13]] += 1
        if e.place != OUTSIDE:
            first = hours.setdefault((e.data["channel"], e.time[:13]), e)
            if first.place != WITHIN and e.place == WITHIN:
                hours[e.data["channel"], e.time[:13]] = e
    since = min((hour for _, hour in counted), default="9")
    before = max((when(e.time) for e in EVENTS if e.place < WITHIN), default=when("9999-01-01T00:00:00Z"))
    for (channel, hour), first in hours.items():
        due = when(hour + ":00:00.000000Z") + datetime.timedelta(hours=2)
        if hour >= since and (channel, hour) not in counted and (
                first.place == WITHIN or due > before):
            rows.append(first)
    for (channel, hour), counters in counted.items():
        due = when(hour + ":00:00.000000Z") + datetime.timedelta(hours=2)
        total = Counter()
        for e in counters:
            total.update({name: e.data[name] for name in
                          ("received", "accepted", "rejected", "duplicates")})
        agree = total["accepted"] == inputs[channel, hour] and \
            total["received"] == total["accepted"] + total["rejected"] + total["duplicates"]
        early = [e for e in counters if e.place < WITHIN]
        if not agree and early and not any(e.place == WITHIN for e in counters) and due > before \
                and when(counters[-1].time) < due - datetime.timedelta(hours=1):
            rows.append(early[-1])
    return rows


def rc15():
    """Each until it ended and, where a step failed for good, an incident was opened."""
    rows, known = [], {}
    for e in EVENTS:
        if e.type == "rollback.requested":
            known[e.data["rollback"]] = e
            e.ended = e.failed = e.escalated = False
            rows += within([e])
        asked = known.get(e.data.get("rollback"))
        if asked is None:
            continue
        if e.type == "rollback.stuck" or e.type == "compensation.failed" and "retry_at" not in e.data:
            asked.failed = not asked.escalated
        elif e.type == "incident.opened" and e.data["kind"] != "review":
            asked.failed, asked.escalated = False, True
        elif e.type in ("rollback.refused", "rollback.completed", "rollback.partial",
                        "rollback.aborted") or (e.type == "incident.closed" and
                                                asked.data["mode"] == "forward_fix"):
            if not asked.ended and asked.place < WITHIN and e.place != BEFORE:
                rows.append(asked)
            asked.ended = True
        if asked.ended and not asked.failed:
            rows += [asked] if asked.place < WITHIN and e.place != BEFORE and \
                asked not in rows else []
            del known[e.data["rollback"]]
    return rows + [e for e in known.values() if e.place < WITHIN and e not in rows]


def rc19():
    answers = ("followup.sent", "followup.skipped", "followup.cancelled", "followup.answered",
               "resolution.confirmed", "resolution.contradicted", "resolution.voided",
               "ticket.reopened", "ticket.escalated", "feedback.submitted")
    right = ("resolution.voided", "ticket.reopened", "ticket.escalated")
    rows, tickets = [], {}

    def enter(asserted, e):
        if asserted.place < WITHIN and e.place != BEFORE and asserted not in rows:
            rows.append(asserted)

    for e in EVENTS:
        mine = tickets.get(e.data.get("ticket"), [])
        if e.type == "resolution.asserted" and not e.imported:
            for old in mine:
                if not old.asked:
                    enter(old, e)
                old.asked = True
            mine = [old for old in mine if old.no]
            if "action" in e.data:
                e.asked = e.no = e.right = False
                mine.append(e)
                rows += within([e])
            tickets[e.data["ticket"]] = mine
        elif e.type == "followup.missed":
            for each in mine:
                each.asked = True
                enter(each, e)
        elif e.type in answers and (e.type != "feedback.submitted" or "confirmed" in e.data):
            no = e.data.get("answer") == "reject" or e.data.get("confirmed") is False or \
                e.type == "resolution.contradicted" and not e.data["partial"]
            for each in mine:
                if not each.asked or (no and not each.right) or (e.type in right and each.no):
                    enter(each, e)
                each.asked = True
                each.no = e.type not in right and (each.no or no and not each.right)
                each.right = each.right or e.type in right
    return rows + [e for all_of in tickets.values() for e in all_of
                   if e.place < WITHIN and (e.no or not e.asked) and e not in rows]


def rc20():
    rows, minute = of("head.accepted", "log.continued"), None
    rows += [e for e in of("fsck.completed") if own_ledger(e, also_meta=True)]
    rows = within(rows)
    for e in within(LEAVES):
        if e.time[:16] != minute:
            minute = e.time[:16]
            rows.append(("minute", e))
    return rows


POPULATIONS = {
    "RC-01": rc01,
    "RC-02": lambda: demanded("require_approval"),
    "RC-03": lambda: within(of("approval.granted", "approval.rejected")),
    "RC-04": lambda: demanded("deny"),
    "RC-05": rc05,
    "RC-06": lambda: within(of("policy.decided")),
    "RC-07": rc07,
    "RC-08": lambda: within([e for e in of("access.granted", "apikey.created") if own(e)]),
    "RC-09": rc09,
    "RC-10": lambda: [e for e in within(of("access.review_opened")) for _ in e.data["accounts"]] +
                     spans(of("access.review_opened"), days("access_review_every_d")),
    "RC-11": lambda: within(of("auth.denied", "limit.reached")),
    "RC-12": lambda: open_until(of("alert.raised"), by("alert", "alert.closed")),
    "RC-13": lambda: open_until(of("incident.opened"), by("incident", "incident.closed")),
    "RC-14": lambda: open_until(of("killswitch.engaged"), by("scope", "killswitch.released")),
    "RC-15": rc15,
    "RC-16": rc16,
    "RC-17": rc17,
    "RC-18": lambda: within(live(of("message.sent"))),
    "RC-19": rc19,
    "RC-20": rc20,
    "RC-21": lambda: within([e for e in of("projection.rebuilt") if own_ledger(e)]) +
                     (META and spans([e for e in of("projection.rebuilt") if own_ledger(e)],
                                     days("rebuild_every_d"),
                                     SCOPE["parameters"]["projections"].split(),
                                     lambda e: e.data["projection"])),
    "RC-22": lambda: within(of("backup.completed", "backup.failed", "restore.tested",
                               "capacity.sampled")) +
                     (META and spans(of("backup.completed"),
                                     datetime.timedelta(hours=LIMITS["backup_every_h"])) +
                      spans([e for e in of("restore.tested") if e.data["equal"]],
                            days("restore_every_d"))),
    "RC-23": lambda: open_until(of("dsr.received"), by("dsr", "dsr.completed")),
    "RC-24": lambda: within(of("bucket.destroyed", "subject.erased")) +
                     open_until(of("hold.placed"), by("hold", "hold.released")),
    "RC-25": lambda: within([e for e in of("export.created", "disclosure.made", "sealed.opened")
                             if own(e)]),
    "RC-26": lambda: within(of("control.tested")) +
                     spans(of("control.tested"), days("control_every_d"),
                           [f"RC-{number:02}" for number in range(1, 27)],
                           lambda e: e.data["control"]),
}


def main():
    wrong = 0
    hashes = {(e.meta, e.index): (e.digest, e.leaf["id"]) for e in EVENTS}
    tables = {table["table"]: table for table in PACKAGE["completeness"]}
    for chapter in PACKAGE["chapters"]:
        control, table = chapter["control"]["id"], tables[chapter["control"]["id"]]
        counted = [e if isinstance(e, tuple) else (e.leaf["type"], e)
                   for e in POPULATIONS[control]()]
        lines = open(os.path.join(DIR, chapter["population"]["path"]), "rb").read()
        rows = [json.loads(line) for line in lines.splitlines()]
        # What has no leaf of its own to count: months of sealed values.
        plain = [r for r in rows if control != "RC-24" or r["code"] not in
                 ("bucket_alive", "still_in_time", "under_hold")
                 or r["type"].endswith("hold.placed.v1")]
        failed = sum(row["result"] == "exception" for row in rows)
        checks = {
            "rows": (len(counted), len(plain)),
            "by type": (Counter(t for t, _ in counted), Counter(r["type"] for r in plain)),
            "by day": (Counter(e.time[:10] for _, e in counted),
                       Counter(r["time"][:10] for r in plain)),
            "completeness": ((table["rows"], table["by_type"]),
                             (len(rows), dict(Counter(r["type"] for r in rows)))),
            "population": (chapter["deviation"]["population"], len(rows)),
            "exceptions": (chapter["deviation"]["exceptions"], failed),
            "sha256": (chapter["population"]["sha256"], hashlib.sha256(lines).hexdigest()),
            "query": (table["query_sha256"], hashlib.sha256(table["query"].encode()).hexdigest()),
        }
        for name, (ours, theirs) in checks.items():
            if ours != theirs:
                wrong += 1
                print(f"{control}: {name}: counted {ours}, the package has {theirs}")
        for row in rows:
            known = hashes.get((row.get("meta", False), row["index"]))
            if known != (base64.b64decode(row["leaf"]).hex(), row["event"]):
                wrong += 1
                print(f"{control}: row {row['index']} is not that leaf")
    print(f"{len(PACKAGE['chapters'])} controls recounted, {wrong} differences")
    return 1 if wrong else 0


sys.exit(main())
