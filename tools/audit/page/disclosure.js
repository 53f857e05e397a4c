// Opened values: whether each is the one that its leaf commits to (docs/format/seal.md).
(function (evidence) {
  "use strict";
  const {need, toUtf8, fromUtf8, sameBytes, toBase64, hashOf, isCount, canonicalString, parseJson,
         hmacSha256} = evidence;

  /** Whether a disclosed value is the one that the leaf commits to. Gives what is shown of it. */
  function checkDisclosure(line, leaf) {
    const text = fromUtf8(line);
    const {index, path, rho} = parseJson(text) ?? {};
    need(isCount(index) && typeof path === "string" && path.startsWith("/"),
         "no place is disclosed");
    // The value stands last in its line, so its canonical bytes are taken as they are.
    const before = '{"index":' + index + ',"path":' + canonicalString(path) + ',"rho":"' +
                   toBase64(hashOf(rho)) + '","value":';
    need(text.startsWith(before) && text.endsWith("}"), "a disclosure of another form");
    const value = text.slice(before.length, -1);
    parseJson(value);
    const header = "recourse/seal/v1\n" + leaf.id + "\n" + path + "\n";
    const computed = hmacSha256(hashOf(rho), toUtf8(header), toUtf8(value));
    need(sameBytes(computed, commitmentAt(leaf, path)),
         "a disclosed value is not the one committed to: event " + index + ", " + path);
    return {index, path, value};
  }
  function commitmentAt(leaf, path) {
    const inside = (place, name) => {
      need(typeof place === "object" && place !== null && Object.hasOwn(place, name) &&
           (!Array.isArray(place) || /^(0|[1-9][0-9]*)$/.test(name)), "a disclosure of no place");
      return place[name];
    };
    return hashOf([...path.split("/").slice(1), "$sealed", "c"].reduce(inside, leaf));
  }

  Object.assign(evidence, {checkDisclosure});
})(globalThis.evidence ??= {});
