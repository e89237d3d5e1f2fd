/** Whether Postgres answers, past any pooler, and whether it is the primary. */
import { z } from 'zod';
import type { Probe, Surroundings } from '../diagnosis/diagnosis.ts';
import { reasonOf } from '../diagnosis/words.ts';
import { CannotSee } from '../errors.ts';
import { connectionsStatement } from './connections.ts';
import { askOne } from './database.ts';
import { type NoAnswer, refusalOf } from './door.ts';
import { databaseTargets, execRight, psqlInPod, type TextRow } from './in-pod.ts';

export type PostgresAnswer =
  | { answers: true; isReplica: boolean /** why it could be asked in its pod alone */; notFromHere?: string }
  | NoAnswer;

const Row = z.object({ isReplica: z.boolean() });
const statement = 'select pg_is_in_recovery()';

export const postgresAnswer: Probe<PostgresAnswer> = {
  name: 'postgres',
  timeoutMs: 6_000,
  targets: databaseTargets,
  rights: [execRight],
  async look(surroundings) {
    if (!surroundings.clients.database) return inItsPod(surroundings);
    try {
      const { isReplica } = await askOne(surroundings, { row: Row, sql: `${statement} as "isReplica"` });
      return { answers: true, isReplica };
    } catch (error) {
      return inItsPod(surroundings, error);
    }
  },
  repeat: () => statement,
  gaps(answer) {
    if (!answer.answers) return [answer.why];
    return answer.notFromHere === undefined ? [] : [`not reached from here: ${answer.notFromHere}`];
  },
};

/** Without `direct` there is no connection of our own. */
async function inItsPod(surroundings: Surroundings, direct?: unknown): Promise<PostgresAnswer> {
  try {
    const [row] = await psqlInPod(surroundings, 'database', connectionsStatement);
    return {
      answers: true,
      isReplica: isReplicaIn(row),
      ...(direct === undefined ? {} : { notFromHere: reasonOf(direct) }),
    };
  } catch (inPod) {
    return refusalOf({ direct, inPod });
  }
}

function isReplicaIn(row: TextRow | undefined): boolean {
  const replica = row?.['replica'];
  if (replica === 't' || replica === 'f') return replica === 't';
  throw new CannotSee('unreadable', 'psql answered with something else than was asked for');
}
