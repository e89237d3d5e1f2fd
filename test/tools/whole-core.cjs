// All tests of the core as one file, for the mutation run: loading each by itself takes ten times as long as running it.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { describe } = require('@jest/globals');

const folder = join(__dirname, '../incident');
/** whole lives of incidents: they notice much, and take long */
const slow = ['lives', 'properties', 'replay'];
const rank = (file) => slow.findIndex((name) => file.startsWith(name));

const files = readdirSync(folder)
  .filter((file) => file.endsWith('.test.ts'))
  .toSorted((a, b) => rank(a) - rank(b));
for (const file of files)
  describe(file, () => {
    require(join(folder, file));
  });
