// Under the mutation run every property is played a few times only: its many mutants make up for it.
const { configureGlobal } = require('fast-check');

if (process.env.STRYKER_MUTATOR_WORKER !== undefined) configureGlobal({ numRuns: 10 });
