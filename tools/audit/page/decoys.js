// Damages copies of a bundle on purpose, so that its reader sees that damage is noticed. The list
// of files would give each away at once, so it is left out: as if an insider had made it fit.
(function (evidence) {
  "use strict";
  const {readSmall, verifyDamaged} = evidence;

  const maxLeavesBytes = 2 ** 24;

  /** `bytes` as lines, each with its line feed. */
  function linesOf(bytes) {
    const lines = [];
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(10, at) + 1 || bytes.length;
      lines.push(bytes.subarray(at, end));
      at = end;
    }
    return lines;
  }
  function joined(lines) {
    const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.length, 0));
    let at = 0;
    for (const line of lines) {
      bytes.set(line, at);
      at += line.length;
    }
    return bytes;
  }
  /** With one bit changed, `back` bytes before the end. */
  function flipped(bytes, back) {
    const copy = bytes.slice();
    copy[copy.length - back] ^= 1;
    return copy;
  }

  /** The source with other bytes in one file. */
  const withFile = (source, path, bytes) => ({
    ...source,
    size: (name) => (name === path ? bytes.length : source.size(name)),
    async *chunks(name) {
      if (name === path) yield bytes;
      else yield* source.chunks(name);
    },
  });

  function damagedLeaves(bytes) {
    const lines = linesOf(bytes);
    const middle = lines.length >> 1;
    const damaged = [
      ["One letter of an event is changed",
       [...lines.slice(0, middle), flipped(lines[middle], 8), ...lines.slice(middle + 1)]],
      ["An event is left out", [...lines.slice(0, middle), ...lines.slice(middle + 1)]],
      ["The last event is left out", lines.slice(0, -1)],
      ["An event is there twice", [...lines.slice(0, middle + 1), ...lines.slice(middle)]],
    ];
    if (middle > 0)
      damaged.push(["Two events change places", [...lines.slice(0, middle - 1), lines[middle],
                                                 lines[middle - 1], ...lines.slice(middle + 1)]]);
    return damaged.map(([what, changed]) => [what, "leaves.ndjson", joined(changed)]);
  }

  /** [what was done, path, bytes] for each damage that this bundle is big enough for. */
  async function damages(source) {
    const head = await readSmall(source, "checkpoint");
    const proof = await readSmall(source, "range.proof");
    const found = [
      ["The signature of the head is another key\u2019s", "checkpoint", flipped(head, 40)],
      ["The range proof is changed", "range.proof", flipped(proof, proof.length >> 1)],
    ];
    if (source.paths.includes("checkpoint.start"))
      found.push(["An older head is put in the place of the newer one", "checkpoint",
                  await readSmall(source, "checkpoint.start")]);
    const leavesBytes = source.size("leaves.ndjson");
    if (leavesBytes > 0 && leavesBytes <= maxLeavesBytes)
      found.unshift(...damagedLeaves(await readSmall(source, "leaves.ndjson")));
    return found;
  }

  /**
   * Damages copies of the bundle that `report` found verified and tells what became of each:
   * [{what, noticed, reason}]. Nothing but memory is changed. REQUIRES: report.verdict "verified".
   */
  async function tryDecoys(source, keys, report) {
    const results = [];
    for (const [what, path, bytes] of await damages(source)) {
      const damaged = await verifyDamaged(withFile(source, path, bytes), keys, report.manifest);
      results.push({what, noticed: damaged.verdict === "refused", reason: damaged.reason});
    }
    return results;
  }

  Object.assign(evidence, {tryDecoys});
})(globalThis.evidence ??= {});
