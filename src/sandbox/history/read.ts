/** `node src/sandbox/history/read.ts <file>`: whether the run in that file kept the invariants. */
import { checkHistory } from './check.ts';
import { readRecords } from './records.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [file] = process.argv.slice(2);

if (file === undefined) {
  say('Which run? node src/sandbox/history/read.ts <file>');
  process.exitCode = 1;
} else {
  const faults = checkHistory(readRecords(file));
  for (const one of faults.length > 0 ? faults : ['all invariants hold']) say(one);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
