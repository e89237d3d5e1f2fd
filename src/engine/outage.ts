/** The door for declarations while the bot's own database is away: written down, acted on, merged when it is back. */
import type { Declare } from '../incident/incident.ts';
import type { Person } from '../incident/policy.ts';
import type { Journal, Written } from '../store/journal.ts';
import { savedAfterAll } from './after-all.ts';
import type { Attention } from './attend.ts';
import { type Attended, attendTo, catchUp, type OutageParts } from './catch-up.ts';
import type { Answer, Input, WithoutDatabase } from './engine.ts';
import { handle } from './handle.ts';
import { type Loop, startLoop } from './loop.ts';
import { within } from './wait.ts';

export interface Outage {
  loop: Loop;
  /** what is wrong with the journal, in words */
  problems: () => string[];
  declare(input: Input): Promise<Answer | WithoutDatabase>;
  /** the database may be back */
  poke(): void;
  stop(): Promise<void>;
}

/** The acknowledgement has to leave within a second: by then what is not saved is written down. */
const handleMs = 600;
/** A database that was there a moment ago may only be slow, and a late answer is better than an outage that is none. */
const patienceMs = 1_200;
/** Without a journal, "not recorded" is said only when nothing is left to hope for. */
const unrecordedMs = 2_400;
const answerMs = 750;
const leastAnswerMs = 150;
const appendMs = 1_000;
const idleMs = 5_000;

const unreadable = 'JOURNAL_DIR cannot be read: what is declared without the database may be lost at a restart.';

export function startOutage(parts: OutageParts): Outage {
  const { journal, engine } = parts;
  const attended: Attended = {
    ...parts,
    attentions: new Map(),
    remembered: new Map(),
    beginning: new Set(),
    seen: new Map(),
    failures: new Map(),
    isAway: false,
    skipped: 0,
    over: new AbortController(),
    followed: new Set(),
  };
  const work = () => (journal ? catchUp(attended, journal) : Promise.resolve(undefined));
  void proveWritable(parts);
  const loop = startLoop({ name: 'journal', work, idleMs, log: engine.log });
  return {
    async declare(input) {
      const answer = await declare(attended, input);
      if ('direct' in answer) loop.poke();
      return answer;
    },
    loop,
    problems: () => (attended.skipped === undefined ? [unreadable] : []),
    poke: loop.poke,
    async stop() {
      await loop.stop();
      attended.over.abort();
      await Promise.all(attended.followed);
      await Promise.all([...attended.attentions.values()].map((attention) => attention.end()));
    },
  };
}

/** The bot runs without a journal, as it does without a pager; but somebody should know before it is needed. */
async function proveWritable({ journal, engine }: OutageParts): Promise<void> {
  try {
    await journal?.open();
  } catch (error) {
    engine.log.error(
      { err: error },
      'JOURNAL_DIR cannot be written: what is declared without the database is NOT recorded',
    );
  }
}

interface Declaring {
  key: string;
  by: Person;
  command: Declare;
}

function declaringOf({ key, actor, command }: Input): Declaring {
  if (command.kind !== 'declare' || key === undefined || actor === 'responder')
    throw new Error('only what a person declares can do without the database');
  return { key, by: actor, command };
}

async function declare(state: Attended, input: Input): Promise<Answer | WithoutDatabase> {
  const began = performance.now();
  const declaring = declaringOf(input);
  const known = state.attentions.get(declaring.key);
  if (known) return { direct: known.direct() };
  const trying = tryDoor(state, input);
  const answer = await within(handleMs, trying.ended);
  if (answer) return answer;
  const begun = await begin(state, declaring, trying);
  if (!('tried' in begun)) return begun;
  await within(Math.max(answerMs - (performance.now() - began), leastAnswerMs), begun.tried);
  return { direct: begun.direct() };
}

async function begin(state: Attended, declaring: Declaring, trying: Trying): Promise<Attention | Answer> {
  const { key } = declaring;
  const declared = { ...declaring, at: state.clock.estimate() };
  state.beginning.add(key);
  const recorded = await writeDown(state, declared);
  const patience = recorded ? patienceMs : unrecordedMs;
  const late = await within(state.isAway && recorded ? 0 : patience, trying.ended);
  if (late) await savedMeanwhile(state, key);
  state.beginning.delete(key);
  if (late) return late;
  state.isAway = true;
  if (recorded) trying.giveUp();
  const attention = attendTo(state, declared, { recorded, resumed: false });
  if (!recorded)
    follow(
      state,
      trying.ended.then(() => setRight(state, declared, attention)),
    );
  return attention;
}

async function setRight(state: Attended, declared: Written, attention: Attention): Promise<void> {
  const { attentions, over } = state;
  const isSaved = await savedAfterAll(state, { declared, attention, over: over.signal });
  if (isSaved && attentions.get(declared.key) === attention) attentions.delete(declared.key);
}

/** Nobody waits for it but the end of the process. */
function follow({ followed, engine }: Attended, work: Promise<void>): void {
  const following = work
    .catch((error: unknown) => engine.log.error({ err: error }, 'what was said of a declaration was not set right'))
    .finally(() => followed.delete(following));
  followed.add(following);
}

interface Trying {
  /** nothing: it failed */
  ended: Promise<Answer | undefined>;
  /** from now on it must not be saved by this way */
  giveUp(): void;
}

function tryDoor({ engine }: Attended, input: Input): Trying {
  const givenUp = new AbortController();
  const ended = handle(engine, input, givenUp.signal).catch((error: unknown) => {
    if (!givenUp.signal.aborted) engine.log.error({ err: error }, 'the database did not take a declaration');
    return undefined;
  });
  return { ended, giveUp: () => givenUp.abort() };
}

async function writeDown({ journal, engine }: Attended, declared: Parameters<Journal['declare']>[0]): Promise<boolean> {
  if (!journal) return false;
  try {
    const done = await within(
      appendMs,
      journal.declare(declared).then(() => true),
    );
    if (!done) engine.log.error('the journal took too long: a declaration may not be written down');
    return done ?? false;
  } catch (error) {
    engine.log.error({ err: error }, 'a declaration could not be written down');
    return false;
  }
}

/** The merge would find the same; this spares the channel a word about an outage that was none. */
async function savedMeanwhile({ journal, engine }: Attended, key: string): Promise<void> {
  await journal
    ?.note({ kind: 'merged', key })
    .catch((error: unknown) => engine.log.warn({ err: error }, 'the journal will be merged once more'));
}
