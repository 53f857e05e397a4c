// Asks the script of a verify.html about bundles, in one process since starting one takes longer
// than verifying. Standard input: [{directory, logKey, reportKey}]; output: their reports, as far as
// JSON goes.
//   usage: node verify_bundles.js PAGE
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const {readPage, openPage} = require("./fake_document.js");

function filesOf(directory, prefix = "") {
  return fs.readdirSync(path.join(directory, prefix), {withFileTypes: true}).flatMap((entry) => {
    const name = prefix + entry.name;
    if (entry.isDirectory()) return filesOf(directory, name + "/");
    return [{path: name, blob: new Blob([fs.readFileSync(path.join(directory, name))])}];
  });
}

async function main() {
  const {evidence} = openPage(readPage(process.argv[2]), []);
  const reports = [];
  for (const {directory, ...keys} of JSON.parse(fs.readFileSync(0, "utf8")))
    reports.push(await evidence.verifyBundle(evidence.sourceOfFiles(filesOf(directory)), keys));
  console.log(JSON.stringify(reports));
}

main();
