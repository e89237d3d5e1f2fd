/**
 * `npm run audit`: every incident's records against each other. Ends with 1 when something is wrong or was not done, with
 * 2 when nothing was found but not everything could be seen.
 */
import { readFileSync } from 'node:fs';
import { ownDatabase } from '../compose.ts';
import { readConfig } from '../config.ts';
import { type Audited, auditIncident } from '../engine/audit.ts';
import type { Engine } from '../engine/engine.ts';
import { BadConfiguration } from '../errors.ts';
import { makeLog } from '../log.ts';
import { playbooks } from '../playbooks/index.ts';
import { known } from '../playbooks/known.ts';
import { loadPolicy } from '../runbook/load.ts';
import { allIncidents } from '../store/audit.ts';
import { makePool } from '../store/db.ts';

const linesOf = ({ faults, missed, late, unknown }: Audited): string[] => [
  ...faults,
  ...missed,
  ...late,
  ...(unknown === undefined ? [] : [unknown]),
];

async function auditAll(engine: Engine): Promise<number> {
  const audited: Audited[] = [];
  let unread = 0;
  for (const id of await allIncidents(engine.pool)) {
    const one = await auditIncident(engine, id).catch((error: unknown) => {
      unread += 1;
      console.log(`${id}: could not be audited: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
    if (!one) continue;
    audited.push(one);
    for (const line of linesOf(one)) console.log(line);
  }
  const wrong = audited.filter(({ faults, missed }) => faults.length + missed.length > 0).length;
  const unknown = audited.filter((one) => one.unknown !== undefined).length + unread;
  console.log(
    `${audited.length + unread} incidents: ${wrong} with something wrong or not done, ${unknown} not wholly re-derived.`,
  );
  if (wrong > 0) return 1;
  return unknown > 0 ? 2 : 0;
}

async function main(): Promise<number> {
  const config = readConfig(process.env, (path) => readFileSync(path, 'utf8'));
  const policy = loadPolicy(readFileSync(config.runbook, 'utf8'), config.runbook, known);
  const log = makeLog('warn');
  const database = await ownDatabase(config, log);
  const pool = makePool(database.url, log);
  try {
    return await auditAll({ pool, policy, playbooks, clients: {}, log });
  } finally {
    await pool.end();
    await database.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const faults =
    error instanceof BadConfiguration ? error.faults : [error instanceof Error ? error.message : String(error)];
  for (const fault of faults) console.error(fault);
  console.error('Nothing was audited.');
  process.exitCode = 2;
}
