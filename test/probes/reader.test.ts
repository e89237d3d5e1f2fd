/** What makes reading quick must not change what is read: the schema as it is, and the code that is made of it, say the same. */
import { beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { PodRow } from '../../src/probes/pod-row.ts';
import { reader } from '../../src/probes/reader.ts';
import { turn } from '../../src/turn.ts';
import { ended, minutesAgo, pod, waiting } from './objects.ts';

const examples = [
  pod(),
  pod({ ready: false, status: { state: waiting('CrashLoopBackOff') } }),
  pod({ status: { lastState: ended('OOMKilled', 137, 5) }, owner: null }),
  pod({
    metadata: { deletionTimestamp: minutesAgo(1), finalizers: ['shop/late'], annotations: { of: 'shop' } },
    container: {
      readinessProbe: { httpGet: { port: 'http' }, periodSeconds: 5 },
      livenessProbe: { exec: { command: ['sh', '-c', 'true'] } },
      startupProbe: { grpc: { port: 9_000 } },
      resources: { limits: { memory: '512Mi', cpu: 1 } },
    },
    spec: { initContainers: [{ name: 'first', restartPolicy: 'Always' }] },
  }),
];

type Outcome = { read: unknown } | { refused: unknown };

function outcome(read: (item: unknown) => unknown, item: unknown): Outcome {
  try {
    return { read: read(item) };
  } catch (error) {
    if (error instanceof z.ZodError) return { refused: error.issues };
    throw error;
  }
}

const asItIs = (item: unknown): Outcome => outcome((one) => PodRow.parse(one), item);
const quick = reader(PodRow);

beforeAll(async () => {
  quick(pod());
  // turns are taken in line: by then the reader has had its own
  await turn();
});

it('can be made into code, all of it', () => {
  expect(() => z.compile(PodRow, { strict: true })).not.toThrow();
});

it.each(examples.map((example, n) => [n, example]))('example %i is read alike', (_, example) => {
  expect(asItIs(example)).toHaveProperty('read');
  expect(outcome(quick, example)).toEqual(asItIs(example));
});

/** Every place in it, as the keys that lead there. */
function places(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, part]) => places(part).map((rest) => [key, ...rest]))];
}

function put(value: unknown, [key, ...rest]: string[], what: unknown): unknown {
  if (key === undefined) return what;
  if (Array.isArray(value)) return value.map((part, n) => (String(n) === key ? put(part, rest, what) : part));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  return Object.fromEntries(fields.map(([name, part]) => [name, name === key ? put(part, rest, what) : part]));
}

const odd = fc.oneof(
  fc.constantFrom(null, undefined, '', 'often', 0, -1, 1e300, Number.NaN, true, [], {}, [null], [{}], minutesAgo(0)),
  fc.anything(),
);
const spoilt = fc
  .tuple(fc.constantFrom(...examples), fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 3 }))
  .map(([example, changes]) =>
    changes.reduce<unknown>((item, [n, what]) => {
      const all = places(item);
      return put(item, all[n % all.length] ?? [], what);
    }, example),
  );

it('what is spoilt anywhere is read, or refused, alike', () => {
  fc.assert(
    fc.property(spoilt, (item) => {
      expect(outcome(quick, item)).toEqual(asItIs(item));
    }),
    { numRuns: 3_000 },
  );
});
