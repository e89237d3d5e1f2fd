/** A run's records when it is over, as plain data: what Slack, the pager, the journal and the bot's own database hold. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { House } from '../house.ts';
import type { Alert, Entry as PagerEntry } from '../pager/alerts.ts';
import { isObject, parsed } from '../slack/json.ts';
import type { Entry, Message, Receipt } from '../slack/workspace.ts';
import { secrets } from '../town.ts';
import { Ladder, readLadders } from './ladders.ts';
import { readTables, Tables } from './rows.ts';

const Channel = z.object({
  id: z.string(),
  name: z.string(),
  topic: z.string(),
  creator: z.string(),
  direct: z.boolean(),
});

const JournalLine = z.looseObject({ kind: z.string(), key: z.string() });

/** What the sandbox wrote itself is taken as it was written. */
const Records = z.object({
  /** by the bot's clock */
  at: z.number(),
  ladders: z.record(z.string(), Ladder),
  /** what nobody outside may ever read */
  secrets: z.array(z.string()),
  slack: z.object({
    transcript: z.array(z.custom<Entry>(isObject)),
    channels: z.array(Channel),
    messages: z.array(z.custom<Message>(isObject)),
    violations: z.array(z.string()),
    acknowledgements: z.array(z.custom<Receipt>(isObject)),
  }),
  pager: z.object({
    transcript: z.array(z.custom<PagerEntry>(isObject)),
    alerts: z.array(z.custom<Alert>(isObject)),
  }),
  journal: z.array(JournalLine),
  database: Tables,
});
export type Records = z.infer<typeof Records>;

/** Taken as things stand: a run that is to be judged as finished has come to rest before. */
export async function collectRecords(house: House, { runbook = 'runbook.yaml' } = {}): Promise<Records> {
  const { slack, pager, databases, journalDir } = house;
  await pager.until('what it has taken to take effect', () => (pager.isIdle() ? true : undefined));
  const tables = await readTables(databases.own.pool);
  const channels = slack.channels();
  const records: Records = {
    ...tables,
    ladders: readLadders(runbook),
    secrets: [...Object.values(secrets), ...passwordsOf([databases.own.url, databases.patient.url])],
    slack: {
      transcript: slack.transcript,
      channels: channels.map(({ id, name, topic, creator, direct }) => ({ id, name, topic, creator, direct })),
      messages: channels.flatMap(({ id }) => slack.messages(id)),
      violations: slack.violations,
      acknowledgements: slack.acknowledgements,
    },
    pager: { transcript: pager.transcript, alerts: pager.alerts() },
    journal: readJournal(journalDir),
  };
  return structuredClone(records);
}

const passwordsOf = (urls: string[]): string[] => urls.map((url) => new URL(url).password).filter((one) => one !== '');

/** A torn line says nothing; whoever reads the journal says how many there were. */
function readJournal(folder: string): Records['journal'] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8').split('\n'))
    .flatMap((line) => JournalLine.safeParse(parsed(line)).data ?? []);
}

export const writeRecords = (file: string, records: Records): void => writeFileSync(file, JSON.stringify(records));

export const readRecords = (file: string): Records => Records.parse(JSON.parse(readFileSync(file, 'utf8')));
