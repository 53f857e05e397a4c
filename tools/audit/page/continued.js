// The names of a log, one after the other: after a declared loss it goes on under the next one, and
// its log.continued leaf says what is lost. docs/format/bundle.md.
(function (evidence) {
  "use strict";
  const {need, sameBytes, hashOf, isCount, canonicalObject, leafHash, cover, Fold,
         parseRangeProof, parseNote, parseCheckpoint, Lines, readSmall} = evidence;

  const maxLeafBytes = 65535;
  const continuedType = "recourse.log.continued.v1";
  const acceptedType = "recourse.head.accepted.v1";

  /** <deployment>/meta/2 and <deployment>/t/<hex>/2 as the name of the first log and a number. */
  function parseName(origin) {
    const [, first, number] =
      /^(.*\/meta|.*\/t\/[^/]*)\/([2-9]|[1-9][0-9]{1,3})$/.exec(origin) ?? [];
    return first === undefined ? {first: origin, number: 1} : {first, number: Number(number)};
  }

  /** Which log a leaf and a head of a ledger belong to. */
  class LogLine {
    constructor(first) {
      [this.newest, this.closed, this.told] = [first, [], []];
    }
    ofLeaf(position) {
      return this.closed.find(({size}) => position < size)?.origin ?? this.newest;
    }
    ofHead(size) {
      return this.closed.find((log) => size <= log.size)?.origin ?? this.newest;
    }
    closedAt(position) {
      return this.closed.some(({size}) => size === position);
    }
    close({origin, size}, next) {
      this.closed.push({origin, size});
      this.newest = next;
    }
  }

  async function readLeaves(source, path) {
    const reader = new Lines(source.chunks(path), maxLeafBytes);
    const leaves = [];
    for (let raw = await reader.next(); raw !== null; raw = await reader.next()) {
      need(leaves.length < 2, "a continuation is told in one or two leaves");
      leaves.push(raw);
    }
    need(leaves.length > 0, "a continuation without its leaf");
    return leaves;
  }

  /** What one proof and its leaves say; the note is not verified yet. */
  async function readContinuation(source, path, size) {
    const proof = parseRangeProof(await readSmall(source, path + ".proof"));
    const leaves = await readLeaves(source, path + ".ndjson");
    need(proof.start === size && proof.end === size + leaves.length,
         "a continuation of another place");
    const fold = new Fold();
    fold.pushAll(cover(0, size), proof.left);
    const kept = fold.root();
    const [leaf, why] = leaves.map((raw, i) => {
      fold.push({level: 0, index: size + i}, leafHash(raw));
      const said = canonicalObject(raw);
      need(said.sequence === String(size + i).padStart(16, "0") && typeof said.data === "object" &&
           said.data !== null, "position " + (size + i) + " holds another leaf");
      return said;
    });
    fold.pushAll(cover(proof.end, proof.size), proof.right);
    need(leaf.type === continuedType && leaf.data.size === size && isCount(leaf.data.lost_to) &&
         typeof leaf.source === "string" && typeof leaf.data.origin === "string" &&
         sameBytes(hashOf(leaf.data.root), kept), "position " + size + " does not continue the log");
    need(why === undefined || (why.source === leaf.source && why.type === acceptedType),
         "position " + (size + 1) + " does not say why the log goes on");
    return {size, origin: leaf.data.origin, next: leaf.source, lostTo: leaf.data.lost_to,
            reason: String(why?.data.reason_code ?? ""), by: String(leaf.actor ?? ""),
            note: proof.note, head: {size: proof.size, root: fold.root()}};
  }

  function tell({origin, next, size, lostTo, reason, by}) {
    const lost = lostTo > size ? "positions " + size + " to " + (lostTo - 1) + " of that are lost"
                               : "how many of that are lost is not known";
    return next + " continues " + origin + " at " + size + " events; " + lost +
           (reason === "" ? "" : ": " + reason) + (by === "" ? "" : " (declared by " + by + ")");
  }

  /**
   * The line of a ledger's logs from the bundle's `continued/<which>-<N>.proof`. `newest`: the
   * name of the newest one, or null for that of the proofs' head. `verified(note, origin)` gives the
   * head of a note that the log of this name signed.
   */
  async function readLogLine(source, paths, which, first, newest, verified) {
    const name = new RegExp("^continued/" + which + "-(0|[1-9][0-9]{0,15})\\.proof$");
    const sizes = paths.map((path) => name.exec(path)?.[1]).filter((it) => it !== undefined)
      .map(Number).filter(isCount).sort((a, b) => a - b);
    const line = new LogLine(first);
    const proofs = [];
    for (const size of sizes) {
      const told = await readContinuation(source, "continued/" + which + "-" + size, size);
      const [before, after] = [parseName(told.origin), parseName(told.next)];
      need(told.origin === line.newest && before.first === after.first &&
           before.number < after.number, told.next + " does not continue " + line.newest);
      line.close(told, told.next);
      line.told.push(tell(told));
      proofs.push(told);
    }
    const last = proofs.length === 0 ? null : parseCheckpoint(parseNote(proofs.at(-1).note).text);
    const wanted = newest ?? last?.origin ?? first;
    need(wanted === line.newest,
         wanted + " goes on after a log that was lost, and nothing proves where");
    for (const {note, head} of proofs) {
      const signed = verified(note, wanted);
      need(signed.size === head.size && sameBytes(signed.root, head.root),
           "a continuation that is not in its log");
    }
    return line;
  }

  Object.assign(evidence, {continuedType, parseName, LogLine, readLogLine});
})(globalThis.evidence ??= {});
