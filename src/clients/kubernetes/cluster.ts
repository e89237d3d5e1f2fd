/** The client of the cluster that is diagnosed: it reads, each call within its limit, and says why it cannot. */
import type { Cluster } from '../../diagnosis/cluster.ts';
import { within } from '../within.ts';
import { type Ask, asking } from './ask.ts';
import { exec } from './exec.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { may } from './may.ts';
import { unreached } from './refusal.ts';
import type { Session } from './session.ts';
import type { Where } from './where.ts';

export interface TargetCluster extends Cluster {
  end(): Promise<void>;
}

export interface Limits {
  readMs: number;
  execMs: number;
}

const usual: Limits = { readMs: 10_000, execMs: 10_000 };

/**
 * What speaks to the cluster is loaded at the first call: unbundled that takes a second and 80 MB. A configuration that
 * cannot be used is read again at the next call, since it may have been mended.
 */
export function makeTargetCluster(where: Where, { readMs, execMs }: Limits = usual): TargetCluster {
  let opening: Promise<Session> | undefined;
  const session = (): Promise<Session> => {
    opening ??= open(where).catch((error: unknown) => {
      opening = undefined;
      throw unreached(error);
    });
    return opening;
  };
  const reading = <Read>(read: (ask: Ask) => Promise<Read>): Promise<Read> =>
    within(readMs, async (signal) => read(asking(await session(), signal)));
  return {
    list: (listing) => reading((ask) => list(ask, listing)),
    logs: (asked) => reading((ask) => logs(ask, asked)),
    may: (right, namespace) => reading((ask) => may(ask, right, namespace)),
    exec: (asked) => within(execMs, async (signal) => exec(await session(), asked, signal)),
    async end() {
      await (await opening?.catch(() => undefined))?.end();
    },
  };
}

async function open(where: Where): Promise<Session> {
  const { openSession } = await import('./session.ts');
  return openSession(where);
}
