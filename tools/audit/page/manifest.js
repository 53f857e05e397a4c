// The list of a bundle's files, and the one file that it cannot list: the page that holds the list.
(function (evidence) {
  "use strict";
  const {need, isCount} = evidence;

  const safePath = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;

  /** Refuses a manifest that says what none should; nothing is compared with the files yet. */
  function checkManifest(manifest) {
    const {origin, start, end, size, files} = manifest;
    need(typeof origin === "string" && isCount(start) && isCount(end) && isCount(size) &&
         start <= end && end <= size, "a manifest without its range");
    need(Array.isArray(files), "a manifest without its files");
    for (const file of files) {
      need(typeof file?.path === "string" && safePath.test(file.path),
           "a path that could leave the bundle: " + JSON.stringify(file?.path));
      need(isCount(file.size) && /^[0-9a-f]{64}$/.test(file.sha256), "no hash for " + file.path);
    }
    need(new Set(files.map((file) => file.path)).size === files.length,
         "a file that is listed twice");
  }

  /** What the marked part of verify.html holds: [{path, base64}], in its order. */
  function filesInPage(text) {
    const block =
      /^<script type="application\/octet-stream" data-path="([^"]*)">([^<]*)<\/script>$/;
    return text.split("\n").slice(0, -1).map((line) => {
      const [, path, base64] = block.exec(line) ?? [];
      need(base64 !== undefined, "verify.html holds something else than the files");
      return {path, base64};
    });
  }

  /** Takes verify.html apart: the page without the files in it, and their text. */
  function splitPage(text) {
    const [open, close] = ["\u003c!--files-->\n", "\u003c!--/files-->\n"];
    const from = text.indexOf(open) + open.length;
    const to = text.lastIndexOf(close);
    need(from >= open.length && to >= from, "verify.html is not that page");
    return {program: text.slice(0, from) + text.slice(to), files: text.slice(from, to)};
  }

  const known = new RegExp("^(checkpoint(\\.start)?|leaves\\.ndjson|range\\.proof|" +
    "disclosures\\.ndjson|verify\\.py|VERIFY\\.md|trust/policy\\.txt|trust/report\\.key|" +
    "tsa/[0-9]+\\.(tsr|tlog-proof)|continued/.*|" +
    "meta/(head\\.tlog-proof|leaves\\.ndjson|range\\.proof|checkpoint))$");

  /** Of these paths the files and folders that no rule of VERIFY.md is about. */
  function othersIn(paths) {
    const others = paths.filter((path) => !known.test(path)).map((path) =>
      (/^(meta|trust|tsa)\//.test(path) ? path : path.replace(/\/.*/, "/")));
    return [...new Set(others)].sort();
  }

  /** Whether a key's name is the log's or its meta log's; a number there counts declared losses. */
  function isKeyOf(name, origin) {
    const first = (text) => text.replace(/(\/t\/[^/]+|\/meta)\/[1-9][0-9]*$/, "$1");
    const log = first(origin);
    return [log, log.slice(0, Math.max(0, log.lastIndexOf("/t/"))) + "/meta"].includes(first(name));
  }

  Object.assign(evidence, {checkManifest, splitPage, filesInPage, othersIn, isKeyOf});
})(globalThis.evidence ??= {});
