#!/usr/bin/env python3
"""Verifies a Recourse evidence bundle. Needs Python 3.8 and, for Ed25519, `cryptography` or openssl.

KEY is <name>+<id>+<base64> as you received it outside of the bundle; without it the bundle's own copy
is used, and nothing says that it is the right one. Exit 0: verified, 1: does not verify, 2: could not
tell. The rules are in VERIFY.md; no part of Recourse itself is used here.
"""
import argparse, base64, hashlib, hmac, json, os, pathlib, re, subprocess, sys, tempfile

class Bad(Exception): pass
def sha256(data): return hashlib.sha256(data).digest()
def node(left, right): return sha256(b"\x01" + left + right)
def key_id(name, key): return sha256(name.encode() + b"\n\x01" + key)[:4]
def read(root, path): return pathlib.Path(root, path).read_bytes()
def need(condition, what):
    if not condition:
        raise Bad(what)
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
def parse_key(text):
    name, key_hash, typed = text.strip().split("+", 2)
    key = b64(typed, 33)
    need(key[0] == 1 and key_id(name, key[1:]).hex() == key_hash, "not an Ed25519 key: " + text)
    return name, key[1:]

def verify_note(note, name, key):
    text, _, lines = note.decode().rpartition("\n\n")
    *lines, end = lines.split("\n")
    signatures = [b64(line.split(" ")[2], 0) for line in lines if line.startswith("\u2014 %s " % name)]
    ours = [value[4:] for value in signatures if value[:4] == key_id(name, key)]
    need(ours and end == "", "not signed by the given key as " + name)
    for value in ours:
        need(ed25519(key, (text + "\n").encode(), value), "the signature of %s does not hold" % name)
    return text.split("\n")
def verify_head(note, origin, key):
    lines = verify_note(note, origin, key)
    need(len(lines) == 3 and lines[0] == origin, "a checkpoint of another log")
    return int(lines[1]), b64(lines[2])

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

def verify_files(root, report_name, report_key):
    manifest = read(root, "manifest.json")
    note = verify_note(read(root, "manifest.note"), report_name, report_key)
    need(note[0] == "recourse/bundle@v1" and note[2] == sha256(manifest).hex(), "changed: manifest.json")
    manifest = json.loads(manifest)
    need(note[1] == manifest["origin"], "the manifest is of another log")
    listed = {file["path"]: file for file in manifest["files"]}
    found = {os.path.relpath(os.path.join(at, name), root).replace(os.sep, "/")
             for at, _, names in os.walk(root) for name in names} - {"manifest.json", "manifest.note"}
    need(found == set(listed), "missing or not listed: %s" % sorted(found ^ set(listed)))
    for path, file in listed.items():
        need(not path.startswith("/") and ".." not in path.split("/"), "a path that leaves the bundle")
        digest, size = hashlib.sha256(), 0
        with open(os.path.join(root, path), "rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
                size += len(block)
        need((size, digest.hexdigest()) == (file["size"], file["sha256"]), "changed: " + path)
    return manifest, listed

def verify_disclosure(line, leaf):
    opened = json.loads(line)
    # The value stands last in its line, so its canonical bytes are taken as they are.
    value = line[line.index(b',"value":') + len(b',"value":'):-1]
    place = leaf
    for name in opened["path"].split("/")[1:]:
        place = place[int(name)] if isinstance(place, list) else place[name]
    header = "recourse/seal/v1\n%s\n%s\n" % (leaf["id"], opened["path"])
    c = hmac.new(b64(opened["rho"]), header.encode() + value, hashlib.sha256).digest()
    need(c == b64(place["$sealed"]["c"]), "a disclosed value is not the one committed to")

def verify_leaves(leaves, shown, origin, start, end, stack):
    opened, index, last, line = 0, start, "", shown.readline()
    for raw in leaves:  # a binary file is split at 0x0A only
        need(raw.endswith(b"\n") and index < end, "a leaf too many, or one cut short")
        leaf = json.loads(raw)
        need(leaf["sequence"] == "%016d" % index, "position %d holds another leaf" % index)
        need(leaf["source"] == origin, "position %d is of another log" % index)
        need(leaf["time"] >= last, "time runs back at position %d" % index)
        push(stack, 0, index, sha256(b"\x00" + raw[:-1]))
        while line and json.loads(line)["index"] == index:
            verify_disclosure(line.rstrip(b"\n"), leaf)
            line, opened = shown.readline(), opened + 1
        index, last = index + 1, leaf["time"]
    need(index == end, "%d leaves are missing" % (end - index))
    need(not line, "a disclosure that belongs to no leaf")
    return opened

def verify_anchor(text, key, origin, size, root):
    meta = origin.rpartition("/t/")[0] + "/meta"
    top, _, note = text.partition(b"\n\n")
    header, extra, index, *hashes = top.decode().split("\n")
    tree_size, tree_root = verify_head(note, meta, key)
    leaf, index = b64(extra[len("extra "):], 0), int(index[len("index "):])
    value, at, last = sha256(b"\x00" + leaf), index, tree_size - 1
    need(header == "c2sp.org/tlog-proof@v1" and 0 <= index < tree_size, "not a tlog proof")
    for line in hashes:  # RFC 9162, 2.1.3.2
        need(last > 0, "inclusion proof too long")
        left = at & 1 or at == last
        value = node(b64(line), value) if left else node(value, b64(line))
        while left and not at & 1 and at:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    need(last == 0 and value == tree_root, "the anchor is not in the meta log")
    leaf = json.loads(leaf)
    need((leaf["source"], leaf["sequence"]) == (meta, "%016d" % index), "the anchor is of another place")
    data = leaf["data"]
    said = leaf["type"], data["size"], b64(data["root"]), b64(data["origin_hash"])
    need(said == ("recourse.log.anchored.v1", size, root, sha256(origin.encode())),
         "the meta log anchors another head")

def verify(root, log_key, report_key):
    report = parse_key(report_key or read(root, "trust/report.key").decode())
    manifest, listed = verify_files(root, *report)
    origin, start, end = manifest["origin"], manifest["start"], manifest["end"]
    policy = re.search(r"^log (\S+)", read(root, "trust/policy.txt").decode(), re.M).group(1)
    key = parse_key(log_key or policy)[1]  # one key pair signs under the name of each log
    size, head = verify_head(read(root, "checkpoint"), origin, key)
    proof = read(root, "range.proof").decode()
    top, _, rest = proof.partition("\n\n")
    right, _, note = ("", "", rest[1:]) if rest.startswith("\n") else rest.partition("\n\n")
    form, left = top.split("\n")[:2], top.split("\n")[2:]
    need(form == ["recourse/range@v1", "range %d %d %d" % (start, end, size)], "another range")
    need(note.encode() == read(root, "checkpoint"), "the range proof is of another checkpoint")
    before, after, stack = list(cover(0, start)), list(cover(end, size)), []
    right = right.split()
    need((len(left), len(right)) == (len(before), len(after)), "a range proof of another shape")
    for place, line in zip(before, left):
        push(stack, *place, b64(line))
    need(not start or verify_head(read(root, "checkpoint.start"), origin, key) == (start, root_of(stack)),
         "the range does not continue the log at its start")
    shown = "disclosures.ndjson" if "disclosures.ndjson" in listed else os.devnull
    with open(os.path.join(root, "leaves.ndjson"), "rb") as leaves, \
            open(os.path.join(root, shown), "rb") as values:
        opened = verify_leaves(leaves, values, origin, start, end, stack)
    for place, line in zip(after, right):
        push(stack, *place, b64(line))
    need(root_of(stack) == head, "the leaves do not give the root of the checkpoint")
    anchored = "meta/head.tlog-proof" in listed
    if anchored:
        verify_anchor(read(root, "meta/head.tlog-proof"), key, origin, size, head)
    print("log %s, %d leaves\nproven: the %d leaves from %d on are all there are up to %d, in order\n"
          "proven: the log at %d leaves continues the log at %d leaves\n"
          "proven: %d disclosed values are those that were committed to"
          % (origin, size, end - start, start, end, size, start, opened))
    print("proven: the meta log anchors this head" if anchored else "not proven: that the meta log anchors it")
    print("not proven: that every action taken is in the log; its times; that nobody was shown another log")

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for argument in ("dir", "--log-key", "--report-key"): parser.add_argument(argument)
    given = parser.parse_args()
    if not os.path.isdir(given.dir):
        parser.error("there is no directory " + given.dir)  # exits with 2
    try:
        verify(given.dir, given.log_key, given.report_key)
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
