/** The door for declarations while the bot's own database is away: written down, acted on, merged when it is back. */
import type { Declare } from '../incident/incident.ts';
import type { Person } from '../incident/policy.ts';
import type { Journal } from '../store/journal.ts';
import type { Attention } from './attend.ts';
import { type Attended, attendTo, catchUp, type OutageParts } from './catch-up.ts';
import type { Answer, Engine, Input, WithoutDatabase } from './engine.ts';
import { handle } from './handle.ts';
import { startLoop } from './loop.ts';
import { within } from './wait.ts';

export interface Outage {
  declare(input: Input): Promise<Answer | WithoutDatabase>;
  /** the database may be back */
  poke(): void;
  stop(): Promise<void>;
}

/** The acknowledgement has to leave within a second, with the disk and the pager still to come. */
const handleMs = 600;
const answerMs = 750;
/** Without a journal, "not recorded" is said only when nothing is left to hope for. */
const unrecordedMs = 3_000;
const appendMs = 1_000;
const idleMs = 5_000;

type State = Attended & { poke: () => void };

export function startOutage(parts: OutageParts): Outage {
  const { journal, engine } = parts;
  const attended: Attended = {
    ...parts,
    attentions: new Map(),
    beginning: new Set(),
    seen: new Map(),
    failures: new Map(),
    skipped: 0,
  };
  const work = () => (journal ? catchUp(attended, journal) : Promise.resolve(undefined));
  void proveWritable(parts);
  const loop = startLoop({ name: 'journal', work, idleMs, log: engine.log });
  return {
    declare: (input) => declare({ ...attended, poke: loop.poke }, input),
    poke: loop.poke,
    async stop() {
      await loop.stop();
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

async function declare(state: State, input: Input): Promise<Answer | WithoutDatabase> {
  const began = performance.now();
  const declaring = declaringOf(input);
  const known = state.attentions.get(declaring.key);
  if (known) return { direct: known.direct() };
  const trying = tryDoor(state.engine, input);
  const answer = await within(state.journal ? handleMs : unrecordedMs, trying.ended);
  if (answer) return answer;
  const begun = await begin(state, declaring, trying);
  if (!('tried' in begun)) return begun;
  state.poke();
  await within(answerMs - (performance.now() - began), begun.tried);
  return { direct: begun.direct() };
}

async function begin(state: State, declaring: Declaring, trying: Trying): Promise<Attention | Answer> {
  const { key } = declaring;
  const declared = { ...declaring, at: state.clock.estimate() };
  state.beginning.add(key);
  const recorded = await writeDown(state, declared);
  state.beginning.delete(key);
  const late = trying.answer();
  if (late) return savedMeanwhile(state, key, late);
  if (recorded) trying.giveUp();
  const attention = attendTo(state, declared, { recorded, resumed: false });
  // not written down, but saved after all: then the incident does its own paging
  if (!recorded) void trying.ended.then((saved) => saved && attention.end());
  return attention;
}

interface Trying {
  /** nothing: it failed */
  ended: Promise<Answer | undefined>;
  answer(): Answer | undefined;
  /** from now on it must not be saved by this way */
  giveUp(): void;
}

function tryDoor(engine: Engine, input: Input): Trying {
  const givenUp = new AbortController();
  let answer: Answer | undefined;
  const ended = handle(engine, input, givenUp.signal).then(
    (given) => {
      answer = given;
      return given;
    },
    (error: unknown) => {
      if (!givenUp.signal.aborted) engine.log.error({ err: error }, 'the database did not take a declaration');
      return undefined;
    },
  );
  return { ended, answer: () => answer, giveUp: () => givenUp.abort() };
}

async function writeDown({ journal, engine }: State, declared: Parameters<Journal['declare']>[0]): Promise<boolean> {
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
async function savedMeanwhile({ journal, engine }: State, key: string, answer: Answer): Promise<Answer> {
  await journal
    ?.note({ kind: 'merged', key })
    .catch((error: unknown) => engine.log.warn({ err: error }, 'the journal will be merged once more'));
  return answer;
}
