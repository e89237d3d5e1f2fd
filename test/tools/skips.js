// Names every skipped test. In CI only those in allowed-skips.json may be skipped, and that list holds six at most.
import { readFileSync } from 'node:fs';

const most = 6;

export default class Skips {
  constructor({ testNamePattern }) {
    // with -t, jest calls every other test skipped
    this.isWhole = !testNamePattern;
  }

  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests } = results;
    console.error(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
    if (!this.isWhole) return;
    const skipped = results.testResults.flatMap(({ testResults }) =>
      testResults.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => fullName),
    );
    for (const name of skipped) console.error(`skipped: ${name}`);
    if (process.env.CI) this.fault = faultOf(skipped);
  }

  getLastError() {
    return this.fault && new Error(this.fault);
  }
}

function faultOf(skipped) {
  const allowed = JSON.parse(readFileSync(new URL('allowed-skips.json', import.meta.url), 'utf8'));
  if (Object.keys(allowed).length > most) return `at most ${most} tests may be listed in test/tools/allowed-skips.json`;
  const silent = Object.keys(allowed).filter((name) => !allowed[name]);
  if (silent.length > 0) return `no reason is given for skipping: ${silent.join('; ')}`;
  const others = skipped.filter((name) => !Object.hasOwn(allowed, name));
  return others.length > 0 ? `skipped without a listed reason: ${others.join('; ')}` : undefined;
}
