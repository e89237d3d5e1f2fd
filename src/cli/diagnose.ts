/**
 * `npm run diagnose -- <type>`: the look that the bot takes, as text, without Slack and without a database of its own. Ends
 * with 0 when all was seen and nothing found, 1 when something was found, 2 when not everything could be seen, and 64 when
 * it was called wrongly.
 */
import { readFileSync } from 'node:fs';
import { targetsOf } from '../compose.ts';
import { readLookConfig } from '../config.ts';
import type { Verdict } from '../diagnosis/diagnosis.ts';
import { reportText } from '../diagnosis/text.ts';
import { look } from '../engine/look.ts';
import { BadConfiguration } from '../errors.ts';
import { makeLog } from '../log.ts';
import { playbooks } from '../playbooks/index.ts';
import { known } from '../playbooks/known.ts';
import { loadPolicy } from '../runbook/load.ts';

const codes = { healthy: 0, suspect: 1, unknown: 2 } satisfies Record<Verdict, number>;
const wrongUsage = 64;

async function main([issueType, ...more]: string[]): Promise<number> {
  const config = readLookConfig(process.env, (path) => readFileSync(path, 'utf8'));
  const policy = loadPolicy(readFileSync(config.runbook, 'utf8'), config.runbook, known);
  const types = policy.issueTypes.filter(({ id }) => playbooks.some((one) => one.issueType === id));
  if (more.length > 0 || !types.some(({ id }) => id === issueType)) return usage(types);
  const targets = targetsOf(config, makeLog('silent'));
  try {
    await targets.load();
    const report = await look({ policy, playbooks, ...targets }, issueType);
    if (!report) return usage(types);
    console.log(reportText(report));
    return codes[report.verdict];
  } finally {
    await targets.end();
  }
}

function usage(types: { id: string; title: string }[]): number {
  console.error('Nothing was looked at. Usage: npm run diagnose -- <type>, where <type> is one of');
  for (const { id, title } of types) console.error(`  ${id.padEnd(24)} ${title}`);
  return wrongUsage;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const faults =
    error instanceof BadConfiguration ? error.faults : [error instanceof Error ? error.message : String(error)];
  for (const fault of faults) console.error(fault);
  console.error('Nothing was looked at.');
  process.exitCode = 2;
}
