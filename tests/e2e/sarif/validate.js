// tests/e2e/sarif/validate.js
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// node validate.js FILE...: is each file valid SARIF 2.1.0? Exits 1 and prints every violation if not.
const fs = require("fs");
const Ajv = require("ajv-draft-04");
const addFormats = require("ajv-formats");

const readJson = (path) => JSON.parse(fs.readFileSync(path, "utf8").replace(/^\uFEFF/, ""));

const schemaFile = require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(readJson(schemaFile));

let failed = false;
for (const file of process.argv.slice(2)) {
  if (validate(readJson(file))) continue;
  failed = true;
  for (const error of validate.errors) {
    console.error(`${file}: ${error.instancePath || "/"} ${error.message}`);
  }
}
process.exit(failed ? 1 : 0);
