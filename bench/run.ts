/** `npm run bench [name …]`: measures, prints one table and one line of JSON; exits 1 when something could not be measured. */
import { ack } from './ack.ts';
import { cluster } from './cluster.ts';
import { duties } from './duties.ts';
import { findings } from './findings.ts';
import { machine } from './machine.ts';
import { jsonOf, type Report, tableOf } from './report.ts';
import { start } from './start.ts';
import { storm } from './storm.ts';

const benches: Record<string, () => Promise<Report>> = { ack, duties, start, storm, findings, cluster };

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0)
    throw new Error(`there is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  const about = machine();
  const reports: Report[] = [];
  for (const [name, bench] of Object.entries(benches)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    try {
      reports.push(await bench());
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name} could not be measured.`, error);
    }
  }
  console.log(tableOf(reports));
  console.log(jsonOf(reports, about));
}

await main();
// a contestant's library may hold the process open with timers of its own
process.exit();
