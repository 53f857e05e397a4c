"""Writes bundles by the documents alone (docs/format/bundle.md, docs/format/evidence.md), with keys of
its own, so that a test can make what no operator's program would: signed logs that are wrong."""

import base64
import hashlib
import hmac
import json
import pathlib
import subprocess
import tempfile

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(data):
    return base64.b64encode(data).decode()


def leaf_hash(leaf):
    return sha256(b"\x00", leaf)


def subtree(hashes, begin, end):
    """RFC 6962, 2.1: the root of hashes[begin:end]."""
    if begin == end:
        return sha256()
    if end - begin == 1:
        return hashes[begin]
    half = 1 << (end - begin - 1).bit_length() - 1
    return sha256(b"\x01", subtree(hashes, begin, begin + half), subtree(hashes, begin + half, end))


def cover(hashes, begin, end):
    found = []
    while begin < end:
        width = 1
        while begin % (2 * width) == 0 and begin + 2 * width <= end:
            width *= 2
        found.append(subtree(hashes, begin, begin + width))
        begin += width
    return found


def inclusion(hashes, index):
    """RFC 9162, 2.1.3.1: the audit path of a leaf, from below."""
    begin, end, path = 0, len(hashes), []
    while end - begin > 1:
        half = begin + (1 << (end - begin - 1).bit_length() - 1)
        if index < half:
            path.insert(0, subtree(hashes, half, end))
            end = half
        else:
            path.insert(0, subtree(hashes, begin, half))
            begin = half
    return path


class Key:
    """An Ed25519 key pair from a seed. Signatures are openssl's, remembered since they never change."""

    def __init__(self, seed):
        self.seed = seed
        self.signatures = {}
        self.der = bytes.fromhex("302e020100300506032b657004220420") + seed
        self.public = self.openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER")[-32:]

    def openssl(self, *command):
        return subprocess.run(["openssl", *command], input=self.der, capture_output=True, check=True).stdout

    def sign(self, message):
        if message not in self.signatures:
            with tempfile.TemporaryDirectory() as folder:
                key, text = pathlib.Path(folder, "key"), pathlib.Path(folder, "text")
                key.write_bytes(self.der)
                text.write_bytes(message)
                self.signatures[message] = self.openssl("pkeyutl", "-sign", "-inkey", key, "-keyform",
                                                        "DER", "-rawin", "-in", text)
        return self.signatures[message]

    def id(self, name):
        return sha256(name.encode(), b"\n\x01", self.public)[:4]

    def text(self, name):
        return "%s+%s+%s" % (name, self.id(name).hex(), b64(b"\x01" + self.public))

    def note(self, name, text):
        """`text` in bytes, with its last line feed."""
        return text + b"\n" + self.line(name, self.sign(text))

    def line(self, name, signature):
        return ("\u2014 %s %s\n" % (name, b64(self.id(name) + signature))).encode()

    def witness_id(self, name):
        return sha256(name.encode(), b"\n\x04", self.public)[:4]

    def witness_text(self, name):
        return "%s+%s+%s" % (name, self.witness_id(name).hex(), b64(b"\x04" + self.public))

    def cosignature(self, name, time, text):
        """c2sp.org/tlog-cosignature"""
        signature = self.sign(b"cosignature/v1\ntime %d\n" % time + text)
        return ("\u2014 %s %s\n" % (name, b64(self.witness_id(name) + time.to_bytes(8, "big") +
                                              signature))).encode()


def checkpoint_text(origin, hashes):
    return ("%s\n%d\n%s\n" % (origin, len(hashes), b64(subtree(hashes, 0, len(hashes))))).encode()


def hash_lines(hashes):
    return "".join(b64(value) + "\n" for value in hashes).encode()


def event(source, index, kind, data, time=None):
    return {"actor": "sys_1", "actortype": "system", "data": data, "id": "evt_%d" % index,
            "sequence": "%016d" % index, "source": source, "specversion": "1.0",
            "time": time or "2026-01-05T09:30:%02d.000000Z" % index, "type": kind}


class Log:
    """A tenant's log with its deployment's own one, and the bundles of it."""

    deployment = "audit.example.com"

    def __init__(self, tenant, log_key, report_key, page, leaves):
        """`page`: the frame of verify.html. `leaves`: bytes without line feeds."""
        self.origin = "%s/t/%s" % (self.deployment, tenant)
        self.log_key, self.report_key, self.page = log_key, report_key, page
        self.leaves = leaves
        self.hashes = [leaf_hash(leaf) for leaf in leaves]

    def keys(self):
        return {"logKey": self.log_key.text(self.origin),
                "reportKey": self.report_key.text(self.deployment + "/reports")}

    def head(self, size):
        return self.log_key.note(self.origin, checkpoint_text(self.origin, self.hashes[:size]))

    def range_proof(self, start, end, size, note):
        hashes = self.hashes[:size]
        return b"recourse/range@v1\nrange %d %d %d\n" % (start, end, size) + \
            hash_lines(cover(hashes, 0, start)) + b"\n" + hash_lines(cover(hashes, end, size)) + b"\n" + note

    def meta_leaves(self, size, index=1, place=None):
        """A meta log of three leaves, the one at `index` anchors the head."""
        meta = self.deployment + "/meta"
        data = {"origin_hash": b64(sha256(self.origin.encode())), "root":
                b64(subtree(self.hashes[:size], 0, size)), "size": size}
        leaves = [canonical(event(meta, i, "recourse.log.opened.v1", {})).encode() for i in range(3)]
        leaves[index] = canonical(event(meta, index if place is None else place,
                                        "recourse.log.anchored.v1", data)).encode()
        return meta, leaves

    def anchor(self, size, index=1, place=None):
        """The tlog proof of the head in that meta log."""
        meta, leaves = self.meta_leaves(size, index, place)
        hashes = [leaf_hash(leaf) for leaf in leaves]
        return b"c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n" % (b64(leaves[index]).encode(), index) + \
            hash_lines(inclusion(hashes, index)) + b"\n" + \
            self.log_key.note(meta, checkpoint_text(meta, hashes))

    def deployment_files(self, size, leaves=None):
        """All of the meta log, as an evidence package has it."""
        meta, own = self.meta_leaves(size)
        leaves = own if leaves is None else leaves
        note = self.log_key.note(meta, checkpoint_text(meta, [leaf_hash(leaf) for leaf in leaves]))
        return {"meta/leaves.ndjson": b"".join(leaf + b"\n" for leaf in leaves), "meta/checkpoint": note,
                "meta/range.proof": b"recourse/range@v1\nrange 0 %d %d\n\n\n" % (
                    len(leaves), len(leaves)) + note}

    def files(self, start=0, end=None, size=None):
        """What a manifest lists."""
        size = len(self.leaves) if size is None else size
        end = size if end is None else end
        head = self.head(size)
        files = {
            "checkpoint": head,
            "leaves.ndjson": b"".join(leaf + b"\n" for leaf in self.leaves[start:end]),
            "meta/head.tlog-proof": self.anchor(size),
            "range.proof": self.range_proof(start, end, size, head),
            "trust/policy.txt": b"log %s\nquorum none\n" % self.keys()["logKey"].encode(),
            "trust/report.key": self.keys()["reportKey"].encode() + b"\n",
        }
        if start > 0:
            files["checkpoint.start"] = self.head(start)
        return files

    def bundle(self, start=0, end=None, size=None):
        size = len(self.leaves) if size is None else size
        end = size if end is None else end
        return self.sealed(self.files(start, end, size), start, end, size)

    def sealed(self, files, start, end, size, **other):
        """`files` with a manifest that fits them, its note and the page. `other`: more members."""
        manifest = {"bundle": "recourse/bundle@v1", "origin": self.origin, "start": start, "end": end,
                    "size": size, "root": b64(subtree(self.hashes[:size], 0, size)),
                    "files": [{"path": path, "sha256": sha256(data).hex(), "size": len(data)}
                              for path, data in sorted(files.items())],
                    "page": {"embeds": True, "sha256": sha256(self.page).hex()}}
        return self.signed(files, {**manifest, **other})

    def signed(self, files, manifest):
        """The same for a manifest that may say anything."""
        text = canonical(manifest).encode()
        note = self.report_key.note(self.deployment + "/reports", b"recourse/bundle@v1\n%s\n%s\n" % (
            str(manifest["origin"]).encode(), sha256(text).hex().encode()))
        whole = {**files, "manifest.json": text, "manifest.note": note}
        if "page" in manifest:
            whole["verify.html"] = self.page_with(whole, manifest)
        return whole

    def page_with(self, files, manifest):
        mark = b"<!--/files-->\n"
        before, after = self.page.split(mark)
        blocks = b""
        for path in ["manifest.json", "manifest.note", *(file["path"] for file in manifest["files"])]:
            blocks += b'<script type="application/octet-stream" data-path="%s">%s</script>\n' % (
                path.encode(), base64.b64encode(files.get(path, b"")))
        return before + blocks + mark + after


def sealed_field(event_id, path, value, rho):
    """The member `$sealed` of a leaf, and the line that discloses it is disclosure()'s."""
    header = ("recourse/seal/v1\n%s\n%s\n" % (event_id, path)).encode()
    c = hmac.new(rho, header + canonical(value).encode(), hashlib.sha256).digest()
    return {"$sealed": {"c": b64(c), "k": [], "r": "ops-7y", "t": "s"}}


def disclosure(index, path, value, rho):
    return ('{"index":%d,"path":%s,"rho":"%s","value":%s}\n'
            % (index, canonical(path), b64(rho), canonical(value))).encode()
