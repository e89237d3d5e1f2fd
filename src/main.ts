/** Composes the bot from its parts, starts it, and ends it in order. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { compose } from './compose.ts';
import { type Config, readConfig } from './config.ts';
import { BadConfiguration } from './errors.ts';
import { makeLog } from './log.ts';
import { known } from './playbooks/known.ts';
import { withoutPlaybook } from './runbook/known.ts';
import { loadPolicy } from './runbook/load.ts';

const drainMs = 20_000;

function configure(): { config: Config; policy: ReturnType<typeof loadPolicy> } {
  const config = readConfig(process.env, (path) => readFileSync(path, 'utf8'));
  return { config, policy: loadPolicy(readPolicy(config.runbook), config.runbook, known) };
}

function readPolicy(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new BadConfiguration([`RUNBOOK names ${path}, which cannot be read.`]);
  }
}

async function main(): Promise<void> {
  const { config, policy } = configure();
  const log = makeLog(config.logLevel);
  for (const warning of config.warnings) log.warn(warning);
  if (policy.fallback.slack.length === 0)
    log.warn('the runbook names nobody under fallback: a page that the pager refuses is only shown in the channel');
  for (const type of withoutPlaybook(policy, known))
    log.warn(type, 'no playbook has the name of this issue type: nothing is looked at for it');
  const running = await compose({ config, policy, log });
  let ending = false;
  const end = async (signal: string): Promise<void> => {
    if (ending) return;
    ending = true;
    log.info({ signal }, 'stopping: what is under way is finished, nothing new is taken');
    const late = pause(drainMs).then(() => 'late' as const);
    const result = await Promise.race([running.stop().then(() => 'drained' as const), late]);
    log.info({ result }, 'stopped');
    process.exit(result === 'drained' ? 0 : 1);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal));
  // a process in an unknown state is worse than none: its leases run out and another one goes on
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(fault, (error: unknown) => {
      log.fatal({ err: error, fault }, 'an error that nobody handled: this process ends');
      process.exit(1);
    });
}

try {
  await main();
} catch (error) {
  const faults =
    error instanceof BadConfiguration ? error.faults : [error instanceof Error ? error.message : String(error)];
  for (const fault of faults) console.error(fault);
  console.error('Responder did not start.');
  process.exit(1);
}
