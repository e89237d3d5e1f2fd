/** An engine behind a line to its database, with a chat and a pager of its own, and what was said meanwhile. */
import { databaseClock } from '../../src/engine/clock.ts';
import type { Answer, Input, WithoutDatabase } from '../../src/engine/engine.ts';
import { startOutage } from '../../src/engine/outage.ts';
import type { DirectChat, MessageRef, Pager } from '../../src/engine/ports.ts';
import type { Direct } from '../../src/incident/direct.ts';
import type { Declare } from '../../src/incident/incident.ts';
import { type Line, startLine } from '../../src/sandbox/line.ts';
import { makePool } from '../../src/store/db.ts';
import type { Journal } from '../../src/store/journal.ts';
import { ana, type Bench } from './bench.ts';

const pagerOf = ({ world: { pager } }: Bench): Pager => {
  if (!pager) throw new Error('the bench has a pager');
  return pager;
};

export interface Away {
  line: Line;
  /** every announcement and warning, as it was drawn */
  said: { what: string; direct: Direct }[];
  declare: (more?: Partial<Input>) => Promise<Answer | WithoutDatabase>;
  /** has it look through the journal */
  look: () => void;
  end: () => Promise<void>;
}

export interface Setting {
  key: string;
  command: Declare;
  /** where the chat says that it announces */
  announcement: MessageRef;
  journal: Journal | undefined;
  pager?: Partial<Pager>;
  /** throws what the chat answers */
  chat?: (what: string) => void;
  confirmWithin?: number;
  mode?: 'pass' | 'refuse';
}

/** An engine whose database is behind a line that refuses. */
export async function startAway(bench: Bench, setting: Setting): Promise<Away> {
  const { pager = {}, chat = () => {}, confirmWithin, mode = 'refuse', journal, key, command, announcement } = setting;
  const line = await startLine(bench.engine.pool.options.connectionString ?? '');
  const policy = { ...bench.engine.policy, ...(confirmWithin === undefined ? {} : { confirmWithin }) };
  policy.fallback = { slack: ['U0LEO', 'S0GROUP'] };
  const engine = { ...bench.engine, policy, pool: makePool(line.url, bench.engine.log) };
  const clock = databaseClock(engine.pool);
  const said: Away['said'] = [];
  const saying = (what: string, direct: Direct): void => {
    chat(what);
    said.push({ what, direct });
  };
  const directChat: DirectChat = {
    announce: async (direct) => {
      saying(direct.announcement ? 'edit' : 'announcement', direct);
      return announcement;
    },
    warn: async (direct, person) => saying(person ? `tell ${person.slack}` : 'mention', direct),
  };
  await clock.read();
  line.set({ kind: mode });
  const outage = startOutage({
    engine,
    outside: {
      policy,
      chat: Promise.resolve(directChat),
      pager: { ...pagerOf(bench), ...pager },
      webhook: undefined,
      log: engine.log,
    },
    clock,
    journal,
    mayMerge: () => true,
  });
  return {
    line,
    said,
    look: () => outage.poke(),
    async end() {
      await outage.stop();
      await engine.pool.end();
      await line.stop();
    },
    declare: (more = {}) => outage.declare({ key, actor: ana, command, ...more }),
  };
}
