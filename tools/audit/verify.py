#!/usr/bin/env python3
"""Verifies a Recourse evidence bundle. Needs Python 3.8 and, for Ed25519, `cryptography` or openssl.

KEY is <name>+<id>+<base64> as you received it outside of the bundle; without it the bundle's own copy
is used, and nothing says that it is the right one. The same holds for --trust-policy, a file that says
which witnesses count. --tsa-ca names a file of certificates (PEM) that vouch for time stamps. Exit 0:
verified, 1: does not verify, 2: could not tell. The rules are in VERIFY.md; no part of Recourse itself
is used here.
"""
import argparse, base64, datetime, hashlib, hmac, json, os, pathlib, re, subprocess, sys, tempfile

LIMIT = 1 << 24  # bytes of what is read as a whole: manifest, notes, proofs, keys, a disclosure
SAFE_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
NUL = re.compile(rb"(?<!\\)(\\\\)*\\u0000")
SIGNATURE = re.compile("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

ANCHOR = "meta/head.tlog-proof"
META = "meta/leaves.ndjson", "meta/range.proof", "meta/checkpoint"  # the deployment's own log

class Bad(Exception): pass
def sha256(data): return hashlib.sha256(data).digest()
def node(left, right): return sha256(b"\x01" + left + right)
def key_id(name, key, kind=1): return sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]
def need(condition, what):
    if not condition:
        raise Bad(what)
def read(root, path):
    need(os.path.getsize(os.path.join(root, path)) <= LIMIT, "too big: " + path)
    return pathlib.Path(root, path).read_bytes()
def decimal(text):
    need(re.fullmatch("0|[1-9][0-9]{0,15}", text) and int(text) < 1 << 53, "not a decimal number")
    return int(text)
def count(value): return type(value) is int and 0 <= value < 1 << 53
class Fraction(str): pass  # As it stands: Python writes some otherwise than RFC 8785.
def integer(text):
    need(len(text) < 18 and abs(int(text)) < 1 << 53, "an integer beyond 2^53 - 1")
    return int(text)
def spelled(value):
    if isinstance(value, dict):
        return "{%s}" % ",".join(canonical(k) + ":" + spelled(v) for k, v in sorted(value.items()))
    if isinstance(value, list):
        return "[%s]" % ",".join(map(spelled, value))
    return value if isinstance(value, Fraction) else canonical(value)
def canonical_object(data):
    fractions = []
    value = json.loads(data.decode(), parse_int=integer, parse_constant=int,
                       parse_float=lambda text: fractions.append(Fraction(text)) or fractions[-1])
    need(isinstance(value, dict), "not a JSON object")
    same = (spelled if fractions else canonical)(value).encode() == data
    need(same and not NUL.search(data), "JSON that is not in its canonical form")
    return value
def b64(text, size=32):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text and size in (0, len(data)), "not proper base64")
    return data

def ed25519(key, message, signature):
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        with tempfile.TemporaryDirectory() as folder:
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
            der = bytes.fromhex("302a300506032b6570032100") + key
            for option, data in (("-inkey", der), ("-in", message), ("-sigfile", signature)):
                command += [option, os.path.join(folder, option)]
                pathlib.Path(command[-1]).write_bytes(data)
            return subprocess.run(command, capture_output=True).returncode == 0
    try:
        return Ed25519PublicKey.from_public_bytes(key).verify(signature, message) is None
    except Exception:  # InvalidSignature, or bytes that are no key
        return False
def parse_key(text, kind=1):
    name, key_hash, typed = text.strip().split("+", 2)
    key = b64(typed, 33)
    need(re.fullmatch("[^\\s+\x00-\x1f]+", name), "not the name of a key: " + name)
    need(key[0] == kind and key_id(name, key[1:], kind).hex() == key_hash, "not an Ed25519 key: " + text)
    return name, key[1:]

class Policy:
    """c2sp.org/tlog-policy: who has to have cosigned a head."""
    def __init__(self, text):
        self.keys, self.groups, self.quorum = {}, {}, None
        logs, taken = set(), {"none", "all", "any"}
        need(not re.search("[\x00-\x08\x0b-\x1f\x7f]", text), "a control character in the policy")
        lines = [re.findall("[^ \t]+", re.sub("(^|(?<=[ \t]))#.*", "", line)) for line in text.split("\n")]
        lines = [words for words in lines if words]
        need(len(lines) <= 256, "a policy of over 256 lines")
        members = set()
        for kind, *words in lines:
            if kind == "log" and len(words) in (1, 2):
                need(parse_key(words[0])[1] not in logs, "a log that is there twice")
                logs.add(parse_key(words[0])[1])
            elif kind == "witness" and len(words) in (2, 3):
                key = parse_key(words[1], 4)
                need(all(key[1] != other for _, other in self.keys.values()),
                     "a witness that is there twice")
                self.define(words[0], taken)
                self.keys[words[0]] = key
            elif kind == "group" and len(words) >= 3:
                name, least, *names = words
                self.define(name, taken)
                for member in names:
                    need(member in self.keys or member in self.groups, "there is no %s before it" % member)
                    need(member not in members, member + " is in a group already")
                    members.add(member)
                least = {"all": str(len(names)), "any": "1"}.get(least, least)
                need(re.fullmatch("[1-9][0-9]{0,2}", least) and int(least) <= len(names),
                     "not a number of members: " + least)
                self.groups[name] = int(least), names
            else:
                need(kind == "quorum" and len(words) == 1 and self.quorum is None, "a line that says nothing")
                self.quorum = words[0]
                need(self.quorum in self.keys or self.quorum in self.groups or self.quorum == "none",
                     "there is no %s before it" % self.quorum)
        need(self.quorum is not None, "the policy has no line `quorum`")
    def define(self, name, taken):
        need(name not in taken, "a name that is there twice: " + name)
        taken.add(name)
    def asks(self): return self.quorum != "none"
    def holds(self, name, seen):
        if name in self.keys:
            return self.keys[name] in seen
        least, names = self.groups[name]
        return sum(self.holds(member, seen) for member in names) >= least

def verify_note(note, name, key, others=(), seen=None):
    """`seen` gets those of the witnesses `others` that cosigned, with the earliest time each."""
    need(len(note) <= 1 << 20, "a note over 1 MiB")
    text, blank, lines = note.decode().rpartition("\n\n")
    need(not re.search("[\x00-\x09\x0b-\x1f]", note.decode()), "a control character in a note")
    *lines, end = lines.split("\n")
    lines = [SIGNATURE.fullmatch(line) for line in lines]
    need(blank and end == "" and 0 < len(lines) <= 100 and all(lines), "not a signed note")
    signatures = [(line[1], b64(line[2], 0)) for line in lines]
    need(all(len(value) > 4 for _, value in signatures), "a signature has more than its key id")
    ours = [value[4:] for who, value in signatures if (who, value[:4]) == (name, key_id(name, key))]
    need(ours, "not signed by the given key as " + name)
    for value in ours:
        need(len(value) == 64 and ed25519(key, (text + "\n").encode(), value),
             "the signature of %s does not hold" % name)
    for witness in others:
        who, public = witness
        for value in [value[4:] for at, value in signatures if (at, value[:4]) == (who, key_id(*witness, 4))]:
            time = int.from_bytes(value[:8], "big")
            message = b"cosignature/v1\ntime %d\n" % time + (text + "\n").encode()
            need(len(value) == 72 and time < 253402300800 and ed25519(public, message, value[8:]),
                 "the cosignature of %s does not hold" % who)
            seen[witness] = min(time, seen.get(witness, time))
    return text.split("\n")
def verify_head(note, origin, key, others=(), seen=None):
    lines = verify_note(note, origin, key, others, seen)
    need(len(lines) == 3 and lines[0] == origin, "a checkpoint of another log")
    return decimal(lines[1]), b64(lines[2])

def cover(begin, end):
    while begin < end:
        level = (end - begin).bit_length() - 1
        level = min(level, (begin & -begin).bit_length() - 1) if begin else level
        yield level, begin >> level
        begin += 1 << level
def push(stack, level, index, value):
    stack.append((level, index, value))
    while len(stack) > 1 and stack[-2][0] == level and stack[-2][1] % 2 == 0:
        level, index, value = level + 1, index >> 1, node(stack[-2][2], value)
        stack[-2:] = [(level, index, value)]
def root_of(stack):
    value = stack[-1][2] if stack else sha256(b"")
    for entry in reversed(stack[:-1]):
        value = node(entry[2], value)
    return value

def is_key_of(name, origin):
    """Whether a key's name is the log's or its meta log's; a number there counts declared losses."""
    name, log = [re.sub("(/t/[^/]+|/meta)/[1-9][0-9]*$", r"\1", text) for text in (name, origin)]
    return name in (log, log.rpartition("/t/")[0] + "/meta")
def others_in(listed):
    """Folders and files that no rule in VERIFY.md is about."""
    known = re.compile(r"checkpoint(\.start)?|leaves\.ndjson|range\.proof|disclosures\.ndjson|verify\.py|"
                       r"VERIFY\.md|trust/policy\.txt|trust/report\.key|tsa/[0-9]+\.(tsr|tlog-proof)|"
                       r"continued/.*|meta/(head\.tlog-proof|leaves\.ndjson|range\.proof|checkpoint)")
    return sorted({path if re.match("(meta|trust|tsa)/", path) else re.sub("/.*", "/", path)
                   for path in listed if not known.fullmatch(path)})

class Line:
    """The names of a log, one after the other: after a declared loss it goes on under the next one."""
    def __init__(self, first):
        self.newest, self.closed, self.told = first, [], []
    def of_leaf(self, position):
        return next((name for name, size in self.closed if position < size), self.newest)
    def of_head(self, size):
        return next((name for name, kept in self.closed if size <= kept), self.newest)
def parse_name(origin):
    """The name of the first log and the number: <deployment>/meta/2 and <deployment>/t/<hex>/2."""
    found = re.fullmatch("(.*/meta|.*/t/[^/]*)/([2-9]|[1-9][0-9]{1,3})", origin)
    return (found[1], int(found[2])) if found else (origin, 1)
def plain(text):
    return "".join(chr(byte) if 0x20 <= byte <= 0x7E else "?" for byte in text.encode())

def verify_continued(root, listed, which, first, newest, check_note):
    """Reads from log.continued leaves which logs came before `newest`, or before that of the proofs."""
    line, notes = Line(first), []
    found = [re.fullmatch("continued/%s-(0|[1-9][0-9]{0,15})\\.proof" % which, path) for path in listed]
    for size in sorted(int(one[1]) for one in found if one and int(one[1]) < 1 << 53):
        path = "continued/%s-%d" % (which, size)
        leaves, (start, end, tree, left, right, note) = read(root, path + ".ndjson"), \
            parse_range(root, path + ".proof")
        leaves, stack = leaves.split(b"\n"), []
        need(len(leaves) in (2, 3) and leaves.pop() == b"" and (start, end) == (size, size + len(leaves)),
             "a continuation of another place")
        for subtree in left:
            push(stack, *subtree)
        kept, said = root_of(stack), []
        for index, raw in enumerate(leaves, size):
            push(stack, 0, index, sha256(b"\x00" + raw))
            said.append(canonical_object(raw))
            need(said[-1]["sequence"] == "%016d" % index and isinstance(said[-1]["data"], dict),
                 "position %d holds another leaf" % index)
        for subtree in right:
            push(stack, *subtree)
        leaf, data = said[0], said[0]["data"]
        need(leaf["type"] == "recourse.log.continued.v1" and count(data["lost_to"]) and
             type(data["size"]) is int and data["size"] == size and b64(data["root"]) == kept,
             "position %d does not continue the log" % size)
        why = said[1:] and said[1]
        need(not why or (why["source"], why["type"]) == (leaf["source"], "recourse.head.accepted.v1"),
             "position %d does not say why the log goes on" % (size + 1))
        (before, old), (after, new) = parse_name(data["origin"]), parse_name(leaf["source"])
        need(data["origin"] == line.newest and before == after and old < new,
             "%s does not continue %s" % (leaf["source"], line.newest))
        line.closed.append((line.newest, size))
        line.newest = leaf["source"]
        what = "positions %d to %d of that are lost" % (size, data["lost_to"] - 1) if data["lost_to"] > size \
            else "how many of that are lost is not known"
        reason, by = plain(why["data"].get("reason_code", "") if why else ""), plain(leaf.get("actor", ""))
        line.told.append("loss: %s continues %s at %d leaves; %s%s%s" % (
            plain(leaf["source"]), plain(data["origin"]), size, what, reason and ": " + reason,
            by and " (declared by %s)" % by))
        notes.append((note, (tree, root_of(stack))))
    newest = newest or (notes and notes[-1][0].decode().split("\n")[0]) or first
    need(newest == line.newest, newest + " goes on after a log that was lost, and nothing proves where")
    for note, head in notes:
        need(check_note(note, newest) == head, "a continuation that is not in its log")
    return line

def verify_files(root, report_name, report_key):
    manifest = read(root, "manifest.json")
    note = verify_note(read(root, "manifest.note"), report_name, report_key)
    need(len(note) == 3 and note[0] == "recourse/bundle@v1" and note[2] == sha256(manifest).hex(),
         "changed: manifest.json")
    manifest = canonical_object(manifest)
    need(note[1] == manifest["origin"], "the manifest is of another log")
    numbers = [manifest[name] for name in ("start", "end", "size")]
    need(all(map(count, numbers)) and numbers == sorted(numbers), "a range that does not ascend")
    listed = {file["path"]: file for file in manifest["files"]}
    need(len(listed) == len(manifest["files"]), "a file that is listed twice")
    unlisted = {"manifest.json", "manifest.note"} | ({"verify.html"} if "page" in manifest else set())
    found = set()
    for at, folders, names in os.walk(root):
        for name in folders + names:
            path = os.path.join(at, name)
            need(not os.path.islink(path), "a link: " + os.path.relpath(path, root))
            if name in names:
                need(os.path.isfile(path), "neither file nor directory: " + os.path.relpath(path, root))
                found.add(os.path.relpath(path, root).replace(os.sep, "/"))
    need(found == unlisted | set(listed) and not unlisted & set(listed),
         "missing or not listed: %s" % sorted(found ^ (unlisted | set(listed))))
    for path, file in listed.items():
        need(SAFE_PATH.fullmatch(path), "a path that could leave the bundle")
        digest, size = hashlib.sha256(), 0
        with open(os.path.join(root, path), "rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
                size += len(block)
        need((size, digest.hexdigest()) == (file["size"], file["sha256"]), "changed: " + path)
    if "page" in manifest:
        verify_page(root, manifest["page"], ["manifest.json", "manifest.note"] + list(listed))
    return manifest, listed

def verify_page(root, expected, paths):
    """verify.html holds the files, so that it cannot be listed; the rest of it is in the manifest."""
    first, second = b"<!--files-->\n", b"<!--/files-->\n"
    need(os.path.getsize(os.path.join(root, "verify.html")) <= 1 << 27, "too big: verify.html")
    head, opened, rest = pathlib.Path(root, "verify.html").read_bytes().partition(first)
    held, closed, tail = rest.rpartition(second)
    program = head + opened + closed + tail
    need(opened and closed and sha256(program).hex() == expected["sha256"], "changed: verify.html")
    for path in paths if expected["embeds"] is True else []:
        block = b'<script type="application/octet-stream" data-path="%s">%s</script>\n' % (
            path.encode(), base64.b64encode(pathlib.Path(root, path).read_bytes()))
        need(held.startswith(block), "verify.html holds other files")
        held = held[len(block):]
    need(not held, "verify.html holds other files")

def verify_disclosure(line, leaf):
    opened = json.loads(line)
    index, path, rho = opened["index"], opened["path"], opened["rho"]
    # The value stands last in its line, so its canonical bytes are taken as they are.
    before = '{"index":%d,"path":%s,"rho":"%s","value":' % (index, canonical(path), rho)
    need(line.startswith(before.encode()) and line.endswith(b"}"), "a disclosure of another form")
    value = line[len(before.encode()):-1]
    json.loads(value)
    need(path.startswith("/"), "a disclosure of no place")
    place = leaf
    for name in path.split("/")[1:]:
        place = place[decimal(name)] if isinstance(place, list) else place[name]
    header = "recourse/seal/v1\n%s\n%s\n" % (leaf["id"], path)
    c = hmac.new(b64(rho), header.encode() + value, hashlib.sha256).digest()
    need(c == b64(place["$sealed"]["c"]), "a disclosed value is not the one committed to")

def verify_leaves(root, path, shown_path, logs, start, end, stack):
    with open(os.path.join(root, path), "rb") as leaves, \
            open(os.path.join(root, shown_path) if shown_path else os.devnull, "rb") as shown:
        return fold_leaves(leaves, shown, logs, start, end, stack)
def fold_leaves(leaves, shown, logs, start, end, stack):
    opened, index, last, line = 0, start, "", shown.readline(LIMIT)
    for raw in iter(lambda: leaves.readline(65536), b""):  # a binary file is split at 0x0A only
        need(raw.endswith(b"\n") and index < end, "a leaf too many, too long or cut short")
        leaf = canonical_object(raw[:-1])
        need(leaf["sequence"] == "%016d" % index, "position %d holds another leaf" % index)
        need(leaf["source"] == logs.of_leaf(index), "position %d is of another log" % index)
        need(leaf.get("type") != "recourse.log.continued.v1" or index in [size for _, size in logs.closed] or
             leaf["data"]["size"] is not False and leaf["data"]["size"] == 0,
             "position %d closes a log without a proof" % index)
        need(isinstance(leaf["id"], str), "position %d has no id" % index)
        need(TIME.fullmatch(leaf["time"]) and leaf["time"] >= last, "time runs back at position %d" % index)
        push(stack, 0, index, sha256(b"\x00" + raw[:-1]))
        while line and json.loads(line)["index"] == index:
            need(line.endswith(b"\n"), "a disclosure that is too long or cut short")
            verify_disclosure(line[:-1], leaf)
            line, opened = shown.readline(LIMIT), opened + 1
        index, last = index + 1, leaf["time"]
    need(index == end, "%d leaves are missing" % (end - index))
    need(not line, "a disclosure that belongs to no leaf")
    return opened

def parse_range(root, path):
    """Start, end and size of a range proof, its subtrees left and right of the range, and the note."""
    top, _, rest = read(root, path).decode().partition("\n\n")
    right, _, note = ("", "", rest[1:]) if rest.startswith("\n") else rest.partition("\n\n")
    form, numbers, *left = top.split("\n")
    word, start, end, size = numbers.split(" ")
    need((form, word) == ("recourse/range@v1", "range"), "not a range proof")
    start, end, size = decimal(start), decimal(end), decimal(size)
    need(start <= end <= size, "a range that does not ascend")
    before, after, right = list(cover(0, start)), list(cover(end, size)), right.split("\n") if right else []
    need((len(left), len(right)) == (len(before), len(after)), "a range proof of another shape")
    return (start, end, size, [(*place, b64(line)) for place, line in zip(before, left)],
            [(*place, b64(line)) for place, line in zip(after, right)], note.encode())
def verify_range(root, path, start, end, size):
    """The note in a range proof, the fold of its subtrees left of the range, and those right of it."""
    *numbers, left, right, note = parse_range(root, path)
    need(numbers == [start, end, size], "another range")
    stack = []
    for subtree in left:
        push(stack, *subtree)
    return note, stack, right

def verify_meta(root, listed, key, head, metas):
    """The deployment's own log, when it is here, is all of it up to the head with the anchor."""
    need(head and all(path in listed for path in META), "the deployment's log without its proof")
    meta, size, value = head
    note, stack, right = verify_range(root, META[1], 0, size, size)
    need(note == read(root, META[2]) and verify_head(note, meta, key) == (size, value),
         "the deployment's log is not that of the anchor")
    verify_leaves(root, META[0], None, metas, 0, size, stack)
    need(root_of(stack) == value, "the deployment's leaves do not give the root of its head")

def verify_anchor(text, key, origin, size, root, policy, seen, metas):
    """Gives the meta log's head (its origin, number of leaves and root) and the head's text."""
    top, _, note = text.partition(b"\n\n")
    header, extra, index, *hashes = top.decode().split("\n")
    need((header, extra[:6], index[:6]) == ("c2sp.org/tlog-proof@v1", "extra ", "index "),
         "not a tlog proof")
    meta = metas.of_head(decimal((note.decode().split("\n") + [""])[1]))
    tree_size, tree_root = verify_head(note, meta, key, policy.keys.values(), seen)
    leaf, index = b64(extra[6:], 0), decimal(index[6:])
    value, at, last = sha256(b"\x00" + leaf), index, tree_size - 1
    need(index < tree_size, "a proof of no leaf")
    for line in hashes:  # RFC 9162, 2.1.3.2
        need(last > 0, "inclusion proof too long")
        left = at & 1 or at == last
        value = node(b64(line), value) if left else node(value, b64(line))
        while left and not at & 1 and at:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    need(last == 0 and value == tree_root, "the anchor is not in the meta log")
    leaf = canonical_object(leaf)
    need((leaf["source"], leaf["sequence"]) == (metas.of_leaf(index), "%016d" % index),
         "the anchor is of another place")
    data = leaf["data"]
    said = leaf["type"], data["size"], b64(data["root"]), b64(data["origin_hash"])
    need(said == ("recourse.log.anchored.v1", size, root, sha256(origin.encode())),
         "the meta log anchors another head")
    return (meta, tree_size, tree_root), note.rpartition(b"\n\n")[0] + b"\n"

def stamped_at(response):
    """genTime of the TSTInfo that is signed (RFC 3161, 2.4.2). The status in front of it is not."""
    def parts(der):
        while der:
            need(len(der) > 1 and der[1] != 128, "a time stamp that is not DER")
            at = 2 + (der[1] & 127 if der[1] > 127 else 0)
            size = int.from_bytes(der[2:at], "big") if at > 2 else der[1]
            need(at + size <= len(der), "a time stamp that is cut short")
            yield der[0], der[at:at + size]
            der = der[at + size:]
    tag, place = 0, response
    for index in (0, 1, 1, 0, 2, 1, 0, 0, 4):  # answer, token, its content, signed data, ..., genTime
        tag, place = list(parts(place))[index]
    need(tag == 24 and re.fullmatch(rb"\d{14}(\.\d+)?Z", place), "a time stamp without a time")
    return place[:14].decode()

def verify_stamp(root, path, text, authorities):
    """When an authority saw `text`; nothing when nobody said which is believed."""
    response, digest = read(root, path), sha256(text)
    need(b"\x04\x20" + digest in response, "a time stamp of another head: " + path)
    if not authorities:
        return None
    command = ["openssl", "ts", "-verify", "-digest", digest.hex(), "-in", os.path.join(root, path),
               "-CAfile", authorities]
    try:
        said = subprocess.run(command, capture_output=True)
        need(said.returncode == 0, "the time stamp does not hold: " + path)
    except FileNotFoundError:
        print("not checked: time stamps, for want of openssl")
        return None
    return datetime.datetime.strptime(stamped_at(response), "%Y%m%d%H%M%S").strftime("%Y-%m-%dT%H:%M:%SZ")

def verify(root, log_key, report_key, given_policy, authorities):
    report = parse_key(report_key or read(root, "trust/report.key").decode())
    manifest, listed = verify_files(root, *report)
    origin, start, end = manifest["origin"], manifest["start"], manifest["end"]
    own_policy = read(root, "trust/policy.txt").decode()
    own_key = re.search(r"^log (\S+)", own_policy, re.M)
    name, key = parse_key(log_key or own_key.group(1))  # one key pair signs under each log's name
    need(is_key_of(name, origin), "a key of another log: " + name)
    size, head = verify_head(read(root, "checkpoint"), origin, key)
    need((manifest["size"], b64(manifest["root"])) == (size, head), "the manifest names another head")
    checkpoint = read(root, "checkpoint")
    def own_note(note, name):
        need(note == checkpoint, "a continuation of another checkpoint")
        return verify_head(note, name, key)
    logs = verify_continued(root, listed, "log", parse_name(origin)[0], origin, own_note)
    note, stack, right = verify_range(root, "range.proof", start, end, size)
    need(note == checkpoint, "the range proof is of another checkpoint")
    need(not start or verify_head(read(root, "checkpoint.start"), logs.of_head(start), key) ==
         (start, root_of(stack)), "the range does not continue the log at its start")
    shown = "disclosures.ndjson" if "disclosures.ndjson" in listed else None
    opened = verify_leaves(root, "leaves.ndjson", shown, logs, start, end, stack)
    for subtree in right:
        push(stack, *subtree)
    need(root_of(stack) == head, "the leaves do not give the root of the checkpoint")
    metas = verify_continued(root, listed, "meta", parse_name(origin)[0].rpartition("/t/")[0] + "/meta", None,
                             lambda note, name: verify_head(note, name, key))
    anchored = ANCHOR in listed
    policy, seen, meta = Policy(given_policy or own_policy), {}, None
    need(anchored or not policy.asks(), "witnesses are asked for, and the meta log's head is absent")
    if anchored:
        meta, _ = verify_anchor(read(root, ANCHOR), key, origin, size, head, policy, seen, metas)
        need(not policy.asks() or policy.holds(policy.quorum, seen),
             "the quorum of the policy did not cosign the meta log's head")
    deployment = any(path in listed for path in META)
    if deployment:
        verify_meta(root, listed, key, meta, metas)
    stamps = []
    for path in [path for path in listed if re.fullmatch(r"tsa/.*\.tsr", path)]:
        need(path[:-4] + ".tlog-proof" in listed, "missing: %s.tlog-proof" % path[:-4])
        (_, at, _), text = verify_anchor(read(root, path[:-4] + ".tlog-proof"), key, origin, size, head, policy,
                                         {}, metas)
        stamps.append((at, verify_stamp(root, path, text, authorities)))
    print("\n".join(["log %s, %d leaves" % (origin, size)] + logs.told + metas.told))
    print("proven: the %d leaves from %d on are all there are up to %d, in order\n"
          "proven: the log at %d leaves continues the log at %d leaves\n"
          "proven: %d disclosed values are those that were committed to"
          % (end - start, start, end, size, start, opened))
    print("proven: the meta log anchors this head" if anchored else
          "not proven: that the meta log anchors it")
    if deployment:
        print("proven: the deployment's own log is all there up to %d leaves" % meta[1])
    if policy.asks():
        print("proven: the quorum of the policy cosigned that head of the meta log")
    for witness in [witness for witness in policy.keys.values() if witness in seen]:
        time = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seen[witness])
        print("proven: %s saw it at %sZ" % (witness[0], time.isoformat()))
    for at, time in stamps:
        print("proven: an authority saw the meta log at %d leaves at %s" % (at, time) if time else
              "not checked: who stamped the meta log at %d leaves; give --tsa-ca" % at)
    others = others_in(listed)
    if others:
        print("not checked: %s (recourse verify --rerun makes them again)" % ", ".join(others))
    print("not proven: that every action taken is in the log; its times" +
          ("" if policy.asks() else "; that nobody was shown another log"))
    if seen and not given_policy:
        print("witnesses not authenticated: the bundle's own policy was used")

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for argument in ("dir", "--log-key", "--report-key", "--trust-policy", "--tsa-ca"):
        parser.add_argument(argument)
    given = parser.parse_args()
    if not os.path.isdir(given.dir):
        parser.error("there is no directory " + given.dir)  # exits with 2
    if given.tsa_ca and not os.path.isfile(given.tsa_ca):
        parser.error("there is no file " + given.tsa_ca)
    policy = pathlib.Path(given.trust_policy).read_text(encoding="utf-8") if given.trust_policy else None
    try:
        verify(given.dir, given.log_key, given.report_key, policy, given.tsa_ca)
    except Exception as error:  # what is missing or malformed does not verify
        absent = isinstance(error, FileNotFoundError) and error.filename != "openssl"
        untold = isinstance(error, OSError) and not absent
        kind = "" if isinstance(error, Bad) else type(error).__name__ + ": "
        print("%s: %s%s" % ("COULD NOT TELL" if untold else "DOES NOT VERIFY", kind, error))
        return 2 if untold else 1
    if not (given.log_key and given.report_key):
        print("keys not authenticated: the bundle's own copies were used")
    print("VERIFIED")
sys.exit(main())
