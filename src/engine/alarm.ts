/** The second route for what the bot itself fails at: the runbook's fallback people and webhook, told directly. */

import { directly } from '../incident/changes.ts';
import { claimAlarms, forgetAlarms, markAlarmsTold } from '../store/alarms.ts';
import type { Engine } from './engine.ts';
import type { Chat, Webhook } from './ports.ts';

/** One kind of trouble, looked for as a whole. */
export interface Watch {
  name: string;
  /** while it lasts it is told again, but not before */
  againMs: number;
  /** trouble of this process only: the other replicas have their own */
  alone?: boolean;
  /** for whoever may not know of incidents: said with a count instead of the sentences; absent: these name none */
  inPublic?: string;
}

export interface Trouble {
  /** what tells this one from others of its watch; the same while it lasts */
  about: string;
  sentence: string;
}

export interface Alarms {
  /** all there is of a watch now; what was told before and is not among it is over */
  report(watch: Watch, troubles: Trouble[]): Promise<void>;
  /** what lasts, in sentences that anybody may read: no incident is named, only counted */
  standing(): string[];
  /** how often somebody was told, since the start */
  raised(): number;
}

export interface Telling {
  engine: Engine;
  chat: Pick<Chat, 'alarm'>;
  webhook: Pick<Webhook, 'alarm'> | undefined;
}

interface Standing {
  watch: string;
  sentence: string;
  inPublic?: string | undefined;
  /** by the process's own steady clock */
  toldAt: number;
}

/** Cause → sentence. */
type Causes = Map<string, string>;
type Memory = Map<string, Standing>;

const never = Number.NEGATIVE_INFINITY;

export function makeAlarms(telling: Telling): Alarms {
  const { log } = telling.engine;
  const memory: Memory = new Map();
  let raised = 0;
  return {
    standing: () => publicly([...memory.values()]),
    raised: () => raised,
    async report(watch, troubles) {
      const causes: Causes = new Map(troubles.map(({ about, sentence }) => [`${watch.name}:${about}`, sentence]));
      await end(telling, memory, { watch, causes });
      const mine = await claim(telling, watch, begin(memory, watch, causes));
      if (mine.length === 0) return;
      for (const cause of mine) log.error({ cause, sentence: causes.get(cause) }, 'something that is owed is not done');
      raised += 1;
      const sentences = mine.map((cause) => causes.get(cause) ?? '');
      if (await tell(telling, sentences)) await keepTold(telling, memory, { watch, causes: mine });
    },
  };
}

function publicly(standing: Standing[]): string[] {
  const counts = new Map<string, number>();
  const sentences = standing.flatMap(({ sentence, inPublic }) => {
    if (inPublic === undefined) return [sentence];
    counts.set(inPublic, (counts.get(inPublic) ?? 0) + 1);
    return [];
  });
  return [...sentences, ...[...counts].map(([words, count]) => `${words}: ${count}. The log names them.`)];
}

async function end(
  telling: Telling,
  memory: Memory,
  { watch, causes }: { watch: Watch; causes: Causes },
): Promise<void> {
  const over = [...memory].filter(([cause, known]) => known.watch === watch.name && !causes.has(cause));
  for (const [cause, { sentence }] of over) {
    memory.delete(cause);
    telling.engine.log.info({ cause, sentence }, 'an alarm is over');
  }
  await forget(
    telling,
    watch,
    over.map(([cause]) => cause),
  );
}

/** Answers what this process has not told of for long enough. */
function begin(memory: Memory, { name: watch, againMs, inPublic }: Watch, causes: Causes): string[] {
  const now = performance.now();
  for (const [cause, sentence] of causes)
    memory.set(cause, { watch, sentence, inPublic, toldAt: memory.get(cause)?.toldAt ?? never });
  return [...causes.keys()].filter((cause) => now - (memory.get(cause)?.toldAt ?? now) >= againMs);
}

async function keepTold(
  { engine }: Telling,
  memory: Memory,
  { watch, causes }: { watch: Watch; causes: string[] },
): Promise<void> {
  const toldAt = performance.now();
  for (const cause of causes) {
    const known = memory.get(cause);
    if (known) memory.set(cause, { ...known, toldAt });
  }
  if (watch.alone) return;
  await markAlarmsTold(engine.pool, causes).catch((error: unknown) =>
    engine.log.warn(
      { err: error, causes },
      'that an alarm was told could not be kept: another process may tell it again',
    ),
  );
}

/** Without the database nobody can be asked who tells: better twice than not at all. */
async function claim({ engine }: Telling, { alone, againMs }: Watch, causes: string[]): Promise<string[]> {
  if (alone || causes.length === 0) return causes;
  return claimAlarms(engine.pool, causes, againMs).catch(() => causes);
}

async function forget({ engine }: Telling, { alone }: Watch, causes: string[]): Promise<void> {
  if (alone || causes.length === 0) return;
  await forgetAlarms(engine.pool, causes).catch((error: unknown) =>
    engine.log.warn({ err: error, causes }, 'an alarm could not be forgotten: its next one may wait'),
  );
}

/** False when there are ways and all of them failed. */
async function tell({ engine, chat, webhook }: Telling, sentences: string[]): Promise<boolean> {
  const ways = [
    ...directly(engine.policy.fallback.slack).map((slack) => chat.alarm(sentences, { slack })),
    ...(webhook ? [webhook.alarm(sentences)] : []),
  ];
  const results = await Promise.allSettled(ways);
  const failed = results.filter((result) => result.status === 'rejected');
  for (const { reason } of failed) engine.log.error({ err: reason }, 'an alarm did not reach somebody');
  if (ways.length === 0) engine.log.error('the runbook names nobody under fallback: nobody was told of an alarm');
  return failed.length < ways.length || ways.length === 0;
}
