// verify.html as its reader meets it, in a document that is only as real as it has to be.
//   usage: node page_test.js BUNDLE HOSTILE
// BUNDLE: a directory that `recourse export` wrote. HOSTILE: one whose opened value is markup.
"use strict";
const assert = require("node:assert");
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const {test} = require("node:test");
const {readPage, openPage} = require("./fake_document.js");

const bundle = process.argv[2];
const page = readPage(path.join(bundle, "verify.html"));
const read = (name) => fs.readFileSync(path.join(bundle, name));
const logKey = /^log (\S+)/m.exec(read("trust/policy.txt").toString())[1];
const reportKey = read("trust/report.key").toString().trim();

const textOf = ({document}, id) => document.getElementById(id).textContent;
async function opened(blocks = page.blocks) {
  const browser = openPage(page, blocks);
  await browser.evidence.started;
  return browser;
}
async function enterKeys(browser, log, report) {
  browser.document.getElementById("log-key").value = log;
  browser.document.getElementById("report-key").value = report;
  await browser.document.getElementById("keys").fire("submit");
}
/** Files as a browser gives those of a chosen directory. */
function chosen(changed = {}) {
  const names = [...page.blocks.map((block) => block.path), "verify.html"];
  return names.map((name) => {
    const blob = new Blob([changed[name] ?? read(name)]);
    blob.webkitRelativePath = "evidence/" + name;
    return blob;
  });
}
async function choose(browser, files) {
  browser.document.getElementById("directory").files = files;
  await browser.document.getElementById("directory").fire("change");
}

test("the policy lets nothing run or load but the page's own script and style", () => {
  const source = (text) => `'sha256-${crypto.createHash("sha256").update(text).digest("base64")}'`;
  assert.strictEqual(page.policy, `default-src 'none'; script-src ${source(page.script)}; ` +
    `style-src ${source(page.style)}; base-uri 'none'; form-action 'none'`);
  assert.doesNotMatch(page.text, / on[a-z]+=| style=|https?:|<link|<img|@import|url\(/);
  assert.doesNotMatch(page.script, /innerHTML|document\.write|eval\(|fetch\(|XMLHttpRequest|<!--/);
});

test("the page verifies the copy inside it and says that nobody vouches for the keys", async () => {
  const browser = await opened();
  assert.strictEqual(textOf(browser, "headline"), "Keys not authenticated");
  assert.match(textOf(browser, "explanation"), /anybody can make a bundle/);
  assert.match(textOf(browser, "not-proven"), /own copy of both keys/);
  assert.match(textOf(browser, "facts"), /the bundle\u2019s own copy/);
  assert.match(browser.document.title, /Keys not authenticated/);
  assert.strictEqual(browser.document.getElementById("report").hidden, false);
  assert.strictEqual(browser.document.getElementById("progress").hidden, true);
});

test("with the two keys it says that the bundle verifies", async () => {
  const browser = await opened();
  await enterKeys(browser, "  " + logKey + "\n", reportKey);
  assert.strictEqual(textOf(browser, "headline"), "This bundle verifies");
  assert.match(textOf(browser, "facts"), /as you entered it/);
  assert.match(textOf(browser, "not-proven"), /every action that was taken reached the log/);
  assert.match(textOf(browser, "steps"), /Holds/);
  assert.match(textOf(browser, "types"), /recourse\./);
});

test("with one key it names the one that is missing", async () => {
  const browser = await opened();
  await enterKeys(browser, logKey, "");
  assert.strictEqual(textOf(browser, "headline"), "Keys not authenticated");
  assert.match(textOf(browser, "explanation"), /the report key came with/);
});

test("what is no key is complained about beside its field, and nothing is verified", async () => {
  const browser = await opened();
  await enterKeys(browser, "not a key", reportKey);
  assert.match(textOf(browser, "log-key-error"), /name\+id\+base64/);
  assert.strictEqual(browser.document.getElementById("log-key").getAttribute("aria-invalid"), "true");
  assert.ok(browser.document.getElementById("log-key").focused);
  assert.strictEqual(textOf(browser, "headline"), "Keys not authenticated");
});

test("another key refuses the bundle, and then nothing of it is shown as if it held", async () => {
  const browser = await opened();
  await enterKeys(browser, reportKey, reportKey);
  assert.strictEqual(textOf(browser, "headline"), "This bundle does not verify");
  assert.match(textOf(browser, "explanation"), /Do not rely on it/);
  assert.strictEqual(browser.document.getElementById("contents").hidden, true);
  assert.strictEqual(browser.document.getElementById("proofs").hidden, true);
  assert.strictEqual(browser.document.getElementById("types").children.length, 0);
});

test("a chosen directory is read instead, and a changed leaf in it is seen", async () => {
  const browser = await opened([]);
  assert.strictEqual(textOf(browser, "read-from"), "nothing yet: choose the bundle\u2019s directory below");
  await choose(browser, chosen());
  assert.strictEqual(textOf(browser, "headline"), "Keys not authenticated");
  assert.strictEqual(textOf(browser, "read-from"), "the directory that you chose");
  const leaves = read("leaves.ndjson");
  leaves[leaves.length >> 1] ^= 1;
  await choose(browser, chosen({"leaves.ndjson": leaves}));
  assert.strictEqual(textOf(browser, "headline"), "This bundle does not verify");
  assert.match(textOf(browser, "steps"), /Changed: leaves.ndjson/);
});

test("a file that cannot be read is no verdict", async () => {
  const browser = await opened([]);
  const files = chosen();
  files[0].slice = () => ({arrayBuffer: () => Promise.reject(new Error("NotReadableError"))});
  await choose(browser, files);
  assert.strictEqual(textOf(browser, "headline"), "Could not tell");
});

test("damaged copies are noticed behind the list of files, each for what was done to it", async () => {
  const browser = await opened();
  await browser.document.getElementById("try-decoys").fire("click");
  const items = browser.document.getElementById("decoys").children;
  assert.ok(items.length >= 7);
  for (const item of items) {
    assert.strictEqual(item.className, "passed", item.textContent);
    assert.doesNotMatch(item.textContent, /Changed: |malformed/);
  }
  await choose(browser, []);
  await enterKeys(browser, reportKey, reportKey);
  assert.strictEqual(browser.document.getElementById("decoys-section").hidden, true);
});

test("markup in what a bundle opens stays text, and nothing in it hides", async () => {
  const hostile = readPage(path.join(process.argv[3], "verify.html"));
  const browser = openPage(hostile);
  await browser.evidence.started;
  assert.match(textOf(browser, "opened"), /<img src=x onerror=alert\(1\)>\\u202e/);
});
