/** Whether PgBouncer answers at all, and which version does. */
import { z } from 'zod';
import type { Probe, Surroundings } from '../diagnosis/diagnosis.ts';
import { reasonOf } from '../diagnosis/words.ts';
import { type NoAnswer, refusalOf } from './door.ts';
import { execRight, poolerTargets, psqlInPod } from './in-pod.ts';
import { number, parsed, show, text } from './pooler.ts';
import { poolsStatement } from './pooler-pools.ts';

export type PoolerAnswer =
  | { answers: true; version?: Version /** why it could be asked in its pod alone */; notFromHere?: string }
  | NoAnswer;

export interface Version {
  major: number;
  minor: number;
  patch: number;
}

const Row = z.object({ version: text });
const PoolOfSomebody = z.object({ database: z.string() });

/** Another pooler, or one behind a rewriting proxy, may say something else: then its version is not known. */
function versionIn(said = ''): { version?: Version } {
  const { major, minor, patch } = /PgBouncer (?<major>\d+)\.(?<minor>\d+)(?:\.(?<patch>\d+))?/.exec(said)?.groups ?? {};
  const version = z.object({ major: number, minor: number, patch: number }).parse({ major, minor, patch });
  if (version.major === undefined || version.minor === undefined) return {};
  return { version: { major: version.major, minor: version.minor, patch: version.patch ?? 0 } };
}

/** The only question it answers to everybody whom it lets in; a `select 1` it would refuse. */
export const poolerAnswer: Probe<PoolerAnswer> = {
  name: 'pgbouncer',
  timeoutMs: 6_000,
  targets: poolerTargets,
  rights: [execRight],
  async look(surroundings) {
    if (!surroundings.clients.pooler) return inItsPod(surroundings);
    try {
      const [row] = await show(surroundings, 'version', Row);
      return { answers: true, ...versionIn(row?.version) };
    } catch (error) {
      return inItsPod(surroundings, error);
    }
  },
  repeat: ({ targets }) => `psql -p ${targets['poolerPort'] ?? '6432'} pgbouncer -c "SHOW VERSION"`,
  gaps(answer) {
    if (!answer.answers) return [answer.why];
    return answer.notFromHere === undefined ? [] : [`not reached from here: ${answer.notFromHere}`];
  },
};

/** In its pod it may well answer: then it is the way from here that is broken, not the pooler. */
async function inItsPod(surroundings: Surroundings, direct?: unknown): Promise<PoolerAnswer> {
  try {
    parsed(await psqlInPod(surroundings, 'pooler', poolsStatement), PoolOfSomebody);
    return { answers: true, ...(direct === undefined ? {} : { notFromHere: reasonOf(direct) }) };
  } catch (inPod) {
    return refusalOf({ direct, inPod });
  }
}
