/** A process that writes declarations until it is ended, and says each key once it is believed to be on disk. */
import { makeJournal } from '../../src/store/journal.ts';

const [folder = '', name = '', length = '10'] = process.argv.slice(2);
const journal = makeJournal(folder);
const command = { kind: 'declare' as const, severity: 'p1' as const, title: 'x'.repeat(Number(length)) };
for (let n = 0; ; n += 1) {
  const key = `${name}-${n}`;
  try {
    await journal.declare({ key, by: { slack: 'U1' }, command, at: n });
    console.log(key);
  } catch (error) {
    console.log(`refused ${error instanceof Error && 'code' in error ? String(error.code) : ''}`);
    break;
  }
}
