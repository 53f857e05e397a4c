// What the reader of verify.html sees. All that is decided is decided in bundle.js; this shows it.
// Nothing out of a bundle is ever read as HTML.
(function (evidence) {
  "use strict";
  const {verifyBundle, tryDecoys, parseKey, sourceOfFiles, sourceOfBlocks} = evidence;

  const byId = (id) => document.getElementById(id);
  const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const events = (count) => number(count) + (count === 1 ? " event" : " events");

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }
  const fill = (id, children) => byId(id).replaceChildren(...children);
  const show = (id, shown) => (byId(id).hidden = !shown);

  /** Headline, class and explanation of a report. */
  function verdictOf({verdict, reason, keysGiven}) {
    if (verdict === "untold")
      return ["Could not tell", "untold",
        sentence(reason) + " Nothing is said about this bundle either way."];
    if (verdict === "refused")
      return ["This bundle does not verify", "refused",
        sentence(reason) + " Do not rely on it. Keep it as it is and ask for another copy from " +
        "whoever gave it to you." + hintAtKeys(keysGiven)];
    if (keysGiven.log && keysGiven.report)
      return ["This bundle verifies", "verified",
        "It was checked against the two keys that you entered, and everything in it holds."];
    return ["Keys not authenticated", "unnamed",
      "Everything in this bundle fits together, but " + missingKeys(keysGiven) + " came with the " +
      "bundle itself, and anybody can make a bundle with keys of their own. Enter the keys that " +
      "you received separately to find out whose log this is."];
  }
  const hintAtKeys = ({log, report}) =>
    log || report ? " Make sure that the keys you entered are those of this log." : "";
  const sentence = (text) => visible(text.charAt(0).toUpperCase() + text.slice(1) + ".");
  /** Characters that would reorder or hide what is around them, written as JSON may write them. */
  const visible = (text) =>
    text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (it) => it.split("").map(escaped).join(""));
  const escaped = (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0");
  const missingKeys = ({log, report}) =>
    log ? "the report key" : report ? "the log key" : "the keys it was checked against";

  function showHeadline(headline, className, explanation) {
    byId("verdict").className = className;
    byId("headline").textContent = headline;
    byId("explanation").textContent = explanation;
  }
  function showVerdict(report) {
    const [headline, className, explanation] = verdictOf(report);
    showHeadline(headline, className, explanation);
    document.title = headline + " \u2013 Recourse evidence";
  }

  const stateWords = {passed: "Holds", failed: "Does not hold", absent: "Not in this bundle",
                      skipped: "Not looked at", untold: "Could not tell"};
  const stepItem = (className, word, title, said) => element("li", className,
    element("span", "state", word), element("h3", "", title), element("p", "", said));
  function showSteps({steps}) {
    const words = (state, said) => (state === "failed" ? sentence(said) : visible(said));
    fill("steps", steps.map(({title, state, said}) =>
      stepItem(state, stateWords[state], title, words(state, said))));
  }

  function showFacts({facts, keysGiven}) {
    show("contents", facts?.opened !== undefined);
    if (facts?.opened === undefined) return;
    const {start, end, size} = facts;
    const none = start === end;
    const range = number(start) + " to " + number(end - 1) + ", " + events(end - start);
    const times = facts.firstTime + " to " + facts.lastTime + ", by the operator\u2019s clock";
    const copy = (given) => (given ? " (as you entered it)" : " (the bundle\u2019s own copy)");
    const rows = [
      ["Log", facts.origin],
      ["Events", none ? "none" : range],
      ["Recorded", none ? "" : times],
      ["Signed state", events(size) + ", root " + facts.root],
      ["Anchored", facts.anchored ?? "no"],
      ["Declared loss", visible((facts.continued ?? []).join("; "))],
      ["Opened values", number(facts.opened)],
      ["Log key", facts.logKey + copy(keysGiven.log)],
      ["Report key", facts.reportKey + copy(keysGiven.report)],
      ["Checked", new Date().toISOString().slice(0, 19) + "Z, by the clock of this computer"],
    ];
    fill("facts", rows.filter(([, value]) => value !== "").flatMap(([name, value]) =>
      [element("dt", "", name), element("dd", "", value)]));
    byId("program").textContent = facts.page ?? "not named in this bundle";
  }

  function showProofs({proven, notProven}) {
    const items = (texts) => texts.map((text) => element("li", "", sentence(text)));
    show("proofs", notProven.length > 0);
    fill("proven", items(proven));
    fill("not-proven", items([...notProven, "that this page itself is honest: see below"]));
  }

  const row = (cells) => element("tr", "", ...cells.map((cell) => element("td", "", cell)));
  function showTypes({types}) {
    const sorted = [...types].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    show("types-section", sorted.length > 0);
    fill("types", sorted.map(([type, count]) => row([visible(String(type)), number(count)])));
  }
  function showOpened({opened, facts}) {
    show("opened-section", opened.length > 0);
    byId("opened-count").textContent = opened.length < (facts?.opened ?? 0)
      ? "The first " + number(opened.length) + " of " + number(facts.opened) + "." : "";
    fill("opened", opened.map(({index, path, value}) =>
      row([number(index), visible(path), visible(value)])));
  }

  const decoyItem = ({what, noticed, reason}) => noticed
    ? stepItem("passed", "Noticed", what, sentence(reason))
    : stepItem("failed", "Not noticed", what, "This page must not be trusted.");

  function showReport(report) {
    show("decoys-section", report.verdict === "verified");
    fill("decoys", []);
    showVerdict(report);
    showSteps(report);
    showFacts(report);
    showProofs(report);
    showTypes(report);
    showOpened(report);
    show("report", true);
  }

  let source = null;
  let verified = null;  // {keys, report} of the last run, if it ended well.
  let runs = 0;

  /** Verifies what was chosen last, with the keys as they stand. A newer run makes it silent. */
  async function verify() {
    const keys = readKeys();
    if (source === null || keys === null) return;
    const run = ++runs;
    verified = null;
    showHeadline("Verifying\u2026", "", "The bundle is being read.");
    showProgress(0, 1);
    const report = await verifyBundle(source, keys, (done, total) => {
      if (run === runs) showProgress(done, total);
    });
    if (run !== runs) return;
    show("progress", false);
    if (report.verdict === "verified") verified = {keys, report};
    showReport(report);
  }

  async function onTryDecoys() {
    if (verified === null) return;
    const [run, {keys, report}] = [runs, verified];
    const results = await tryDecoys(source, keys, report);
    if (run === runs) fill("decoys", results.map(decoyItem));
  }
  function showProgress(done, total) {
    show("progress", true);
    byId("bar").max = Math.max(total, 1);
    byId("bar").value = done;
  }

  /** The keys that the reader entered; null when one of them is no key. */
  function readKeys() {
    const keys = {logKey: readKey("log-key"), reportKey: readKey("report-key")};
    return keys.logKey === null || keys.reportKey === null ? null : keys;
  }
  function readKey(id) {
    const input = byId(id);
    const text = input.value.trim();
    let complaint = "";
    try {
      if (text !== "") parseKey(text);
    } catch (error) {
      complaint = sentence(error.message);
    }
    input.setAttribute("aria-invalid", String(complaint !== ""));
    byId(id + "-error").textContent = complaint;
    if (complaint === "") return text;
    input.focus();
    return null;
  }

  function onSubmit(event) {
    event.preventDefault();
    return verify();
  }

  /** The path inside the chosen directory, with whose own name the browser's path begins. */
  const pathInside = (blob) => blob.webkitRelativePath.split("/").slice(1).join("/") || blob.name;

  function onChoose() {
    const chosen = Array.from(byId("directory").files);
    if (chosen.length === 0) return undefined;
    source = sourceOfFiles(chosen.map((blob) => ({path: pathInside(blob), blob})));
    byId("read-from").textContent = "the directory that you chose";
    return verify();
  }

  function start() {
    const blocks = Array.from(document.querySelectorAll("script[data-path]"), (block) =>
      ({path: block.getAttribute("data-path"), base64: block.textContent}));
    byId("keys").addEventListener("submit", onSubmit);
    byId("directory").addEventListener("change", onChoose);
    byId("try-decoys").addEventListener("click", onTryDecoys);
    if (blocks.length === 0) {
      byId("read-from").textContent = "nothing yet: choose the bundle\u2019s directory below";
      return undefined;
    }
    source = sourceOfBlocks(blocks);
    byId("read-from").textContent = "the copy of the bundle inside this page";
    return verify();
  }

  evidence.started = start();
})(globalThis.evidence ??= {});
