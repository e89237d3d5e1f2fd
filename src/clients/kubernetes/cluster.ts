/** The client of the cluster that is diagnosed: it reads, each call within its limit, and says why it cannot. */
import type { Cluster } from '../../diagnosis/cluster.ts';
import { within } from '../within.ts';
import { type Ask, asking } from './ask.ts';
import { exec } from './exec.ts';
import { list } from './list.ts';
import { loadSession } from './load.ts';
import { logs } from './logs.ts';
import { may } from './may.ts';
import { unreached } from './refusal.ts';
import type { Session } from './session.ts';
import type { Where } from './where.ts';

export interface TargetCluster extends Cluster {
  /** what is large is there once this has ended; of what cannot be used the next call tells */
  load(): Promise<void>;
  end(): Promise<void>;
}

export interface Around {
  limits?: { readMs: number; execMs: number };
  /** hears once, some time after the start, of a configuration that cannot be used */
  lost?: (error: Error) => void;
}

const usual = { readMs: 10_000, execMs: 10_000 };

/** What answers Slack is loaded by then. */
const loadAfterMs = 3_000;

/**
 * What speaks to the cluster is loaded after the start, for it is large, and yet before it is needed: unbundled that blocks
 * the bot for a second. A configuration that cannot be used is read again at the next call, since it may have been mended.
 */
export function makeTargetCluster(where: Where, { limits = usual, lost = () => {} }: Around = {}): TargetCluster {
  const { readMs, execMs } = limits;
  let opening: Promise<Session> | undefined;
  const session = (): Promise<Session> => {
    opening ??= open(where).catch((error: unknown) => {
      opening = undefined;
      throw unreached(error);
    });
    return opening;
  };
  const loading = setTimeout(() => void session().catch(lost), loadAfterMs).unref();
  const reading = <Read>(read: (ask: Ask) => Promise<Read>): Promise<Read> =>
    within(readMs, async (signal) => read(asking(await session(), signal)));
  return {
    list: (listing) => reading((ask) => list(ask, listing)),
    logs: (asked) => reading((ask) => logs(ask, asked)),
    may: (right, namespace) => reading((ask) => may(ask, right, namespace)),
    exec: (asked) => within(execMs, async (signal) => exec(await session(), asked, signal)),
    async load() {
      await session().catch(() => {});
    },
    async end() {
      clearTimeout(loading);
      await (await opening?.catch(() => undefined))?.end();
    },
  };
}

async function open(where: Where): Promise<Session> {
  const openSession = await loadSession();
  return openSession(where);
}
