// How often a property is played: under the mutation run its many mutants make up for a few, in CI it is as often as usual.
const { configureGlobal } = require('fast-check');

const { STRYKER_MUTATOR_WORKER: worker, CI: ci } = process.env;
if (worker !== undefined) configureGlobal({ numRuns: 10 });
else if (!ci) configureGlobal({ numRuns: 25 });
