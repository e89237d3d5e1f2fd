/** What a look again would call gone or better although nobody looked: every finding has to name all that it rests on. */
import { compare } from '../../src/diagnosis/compare.ts';
import type { Finding, Probe, Report, Seen, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { history, historySince, leastHistoryMs } from '../../src/diagnosis/history.ts';
import type { Judging } from '../../src/diagnosis/playbook.ts';
import { forOneRun } from '../../src/diagnosis/shared.ts';
import { report } from '../slack/views/world.ts';
import { isOfRecord } from '../tools/shapes.ts';

const away = { ok: false, why: 'away' } as const;

/** Looks once, and judges again with one thing after another taken away, and two. */
export async function forgotten(playbook: Judging, surroundings: Surroundings): Promise<string[]> {
  const around = forOneRun(surroundings);
  const entries = await Promise.all(
    playbook.probes.map(async (probe) => [probe.name, await seenBy(probe, around)] as const),
  );
  return forgottenIn(playbook, new Map(entries), around);
}

/** With what was seen told, by the names of probes. */
export async function forgottenIn(
  playbook: Judging,
  sights: ReadonlyMap<string, Seen<unknown>>,
  around: Surroundings,
): Promise<string[]> {
  const names = [...sights.keys()];
  const reportOf = (findings: Finding[], unseen: string[] = []): Report => ({
    ...report,
    at: around.now,
    findings,
    checks: names.map((name) => ({
      name,
      verdict: unseen.includes(name) ? 'unknown' : 'healthy',
      repeat: '',
      tookMs: 0,
    })),
    ...(unseen.includes(history) ? {} : historySince([{ ...ofLongAgo, at: around.now - leastHistoryMs }])),
  });
  const without = (taken: string[]): Promise<Finding[]> =>
    playbook.findings(
      new Map([...sights].map(([name, seen]) => [name, taken.includes(name) ? away : seen])),
      taken.includes(history) ? { ...around, samples: [] } : around,
    );
  const whole = reportOf(await without([]));
  const missed = async (taken: string[]): Promise<string[]> =>
    compare(whole, reportOf(await without(taken), taken))
      .list.filter(({ kind }) => kind === 'gone' || kind === 'better')
      .map(({ kind, rule, subject }) => `${rule} of ${subject} is ${kind} without ${taken.join(' and ')}`);
  return (await Promise.all((isOfRecord ? eachAndTwo : each)([...names, history]).map(missed))).flat();
}

const each = (names: string[]): string[][] => names.map((name) => [name]);

/** Each alone, and each two: what follows from either of two is still there without one of them. */
const eachAndTwo = (names: string[]): string[][] =>
  names.flatMap((one, n) => names.slice(n).map((other) => [...new Set([one, other])]));

const ofLongAgo = { namespace: '', pod: '', uid: '', container: '', restarts: 0 };

async function seenBy(probe: Probe<unknown>, around: Surroundings): Promise<Seen<unknown>> {
  try {
    return { ok: true, data: await probe.look(around) };
  } catch {
    return away;
  }
}
