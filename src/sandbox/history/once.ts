/** I6: every press, command and duty took effect at most once. */
import { z } from 'zod';
import { type Check, type Fault, fault, repeated, textOf } from './fault.ts';
import type { InputRow } from './rows.ts';

/** Said by the bot of its own accord, whoever's command brought it. */
const byItself = new Set(['ladder', 'reminder', 'page-unconfirmed', 'channel-late']);
const sameMeaningMs = 60_000;
const sameLookMs = 2_000;

const sameMsOf = (key: string): number => (key.includes(':diagnose:') ? sameLookMs : sameMeaningMs);

const Answer = z.looseObject({
  incident: z.string().optional(),
  entries: z.array(z.looseObject({ kind: z.string() })).optional(),
});

/** What people did stands in the timeline as often as it was answered to them: once for each input. */
export const inputsOnce: Check = ({ database: { inputs, timeline } }) => {
  const answered = inputs.filter(({ actor }) => actor !== 'responder').flatMap(entriesOf);
  const written = timeline
    .filter(({ actor, kind }) => actor !== 'responder' && !byItself.has(kind))
    .map(({ incident, body }) => textOf({ incident, body }));
  return [
    ...repeated(inputs, ({ key }) => key).map(({ key }) => fault(`I6: the input "${key}" was taken twice`)),
    ...inputs.flatMap((input) => meantTwice(inputs, input)),
    ...differences(written, answered, 'stands in the timeline more often than anybody gave it'),
    ...differences(answered, written, 'was answered as done and is not in the timeline as often'),
  ];
};

function entriesOf({ answer }: InputRow): string[] {
  const { incident, entries = [] } = Answer.parse(answer ?? {});
  return entries.filter(({ kind }) => !byItself.has(kind)).map((body) => textOf({ incident, body }));
}

function differences(some: string[], others: string[], words: string): Fault[] {
  const count = Map.groupBy(others, (text) => text);
  return [...Map.groupBy(some, (text) => text)]
    .filter(([text, same]) => same.length > (count.get(text)?.length ?? 0))
    .map(([text]) => fault(`I6: ${text} ${words}`));
}

/** A press that is meant anew has a number behind its key, and a minute between; for a look two seconds. */
function meantTwice(inputs: InputRow[], { key, at }: InputRow): Fault[] {
  return inputs
    .filter((other) => other.key.startsWith(`${key}:`) && /^\d+$/.test(other.key.slice(key.length + 1)))
    .filter((other) => other.key.startsWith('click:') && other.at - at < sameMsOf(key))
    .map((other) =>
      fault(`I6: the press "${key}" took effect again as "${other.key}" within ${sameMsOf(key) / 1_000} s`),
    );
}

/** Each reminder in the timeline has its own paid duty, and each step of a ladder was paid by one entry. */
export const dutiesOnce: Check = ({ database: { duties, timeline } }) => {
  const reminders = timeline.filter(({ kind }) => kind === 'reminder');
  const paid = duties.filter(({ outcome, state }) => state === 'paid' && outcome === 'reminded');
  return [
    ...repeated(duties, ({ incident, key }) => `${key} of ${incident}`).map(({ key }) =>
      fault(`I6: duty ${key} is owed twice`),
    ),
    ...differences(
      reminders.map(({ incident, at, body }) => `the reminder of ${body.duty} of ${incident} at ${at}`),
      paid.map(({ incident, kind, firedAt }) => `the reminder of ${kind} of ${incident} at ${firedAt}`),
      'was given more often than it was owed',
    ),
  ];
};
