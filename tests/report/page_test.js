// The report's page checks its own sample: with the script that it carries, without a browser.
//   usage: node page_test.js WRITE-SAMPLE
"use strict";
const assert = require("node:assert");
const {execFileSync} = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const vm = require("node:vm");
const {test} = require("node:test");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "report-"));
execFileSync(process.argv[2], [folder]);
const page = fs.readFileSync(path.join(folder, "report/report.html"), "utf8");
fs.rmSync(folder, {recursive: true});

const element = (start) => {
  const from = page.indexOf(start) + start.length;
  assert.ok(from >= start.length, start);
  return page.slice(from, page.indexOf("</script>", from));
};
const json = (id) => JSON.parse(element(`<script type="application/json" id="${id}">`));
vm.runInThisContext(element("\n<script>"));
const {checkReport} = globalThis.evidence;
const check = async (change = () => {}) => {
  const found = {evidence: json("evidence"), leaves: json("leaves")};
  change(found);
  return checkReport(found.evidence, found.leaves, found.evidence.key, async () => {});
};

test("every sampled leaf is in the log under the signed head", async () => {
  const {head, failed} = await check();
  assert.deepStrictEqual(failed, []);
  assert.strictEqual(Number(head.size), 12345);
  assert.strictEqual(json("leaves").length, 5);
});

test("each leaf has its place in the page", () => {
  for (const {index} of json("leaves")) assert.ok(page.includes(`id="e${index}"`));
});

test("a leaf that says something else, or stands elsewhere, is told", async () => {
  const changed = await check(({leaves}) => {
    leaves[0].leaf = leaves[0].leaf.replace("agent", "human");
    leaves[1].proof.pop();
  });
  assert.strictEqual(changed.failed.length, 2);
});

test("a head that another key signed is refused", async () => {
  await assert.rejects(check(({evidence}) => {
    evidence.note = evidence.note.replace("\n12345\n", "\n12346\n");
  }));
});
