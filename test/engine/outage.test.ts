/** The database is away: what is done for a declaration without it, and what becomes of it when it is back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, WithoutDatabase } from '../../src/engine/engine.ts';
import { incidentIdOf } from '../../src/engine/handle.ts';
import { merge } from '../../src/engine/merge.ts';
import type { Pager } from '../../src/engine/ports.ts';
import { SendFailed } from '../../src/errors.ts';
import type { Direct } from '../../src/incident/direct.ts';
import type { Declare, Incident } from '../../src/incident/incident.ts';
import { readIncident } from '../../src/store/incidents.ts';
import { type Journal, makeJournal } from '../../src/store/journal.ts';
import { readTimeline } from '../../src/store/timeline.ts';
import { type Away, type Setting, startAway } from './away.ts';
import { ana, type Bench, makeBench, start } from './bench.ts';

let bench: Bench;
let folder: string;
let journal: Journal;
const ends: (() => Promise<void>)[] = [];
beforeEach(async () => {
  bench = await makeBench();
  folder = mkdtempSync(join(tmpdir(), 'responder-outage-'));
  journal = makeJournal(folder);
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await bench.end();
  rmSync(folder, { recursive: true, force: true });
});

const key = 'command:1';
const id = incidentIdOf(key);
const command: Declare = { kind: 'declare', severity: 'p1', title: 'checkout returns 502' };
const announcement = { channel: 'C0OPS', ts: '7.7' };

async function incidentOf(): Promise<Incident> {
  const incident = await readIncident(bench.engine.pool, id);
  if (!incident) throw new Error('there is no such incident');
  return incident;
}

const count = async (): Promise<number> => (await bench.engine.pool.query('select from incidents')).rowCount ?? 0;
const askedFor = (what: string) => bench.asked.filter((one) => one.what === what).map(({ about }) => about);

/** A transaction has its input's key, and has not come to its end. */
const hasClaimed = async (): Promise<boolean> => {
  const { rows } = await bench.engine.pool.query(
    `select from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and relation = 'inputs'::regclass and mode = 'RowExclusiveLock'`,
  );
  return rows.length > 0;
};

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** An engine whose database is behind a line that refuses. */
async function away(setting: Partial<Setting> = {}): Promise<Away> {
  const house = await startAway(bench, { journal, key, command, announcement, ...setting });
  ends.push(house.end);
  return house;
}

const directOf = (answer: Answer | WithoutDatabase): Direct => {
  if (!('direct' in answer)) throw new Error('it was declared in the database');
  return answer.direct;
};

describe('while the database is away', () => {
  it('a declaration is written down, paged under the key that its incident will use, and announced', async () => {
    const { declare, said } = await away();

    const direct = directOf(await declare());
    await until(() => said.length > 0);

    expect(direct).toMatchObject({ id, recorded: true, page: { key: `${id}:1.0`, state: 'accepted' } });
    expect((await journal.unmerged()).entries).toMatchObject([{ key, command }]);
    expect(askedFor('page')).toEqual(['1.0 P1 checkout returns 502']);
    expect(said[0]).toMatchObject({ what: 'announcement', direct: { id, recorded: true } });
  });

  it('what stands in the journal while it is still being written is not attended to twice', async () => {
    const disk = Promise.withResolvers<void>();
    let looks = 0;
    const slow: Journal = {
      ...journal,
      declare: (declared) => journal.declare(declared).then(() => disk.promise),
      unmerged: () => {
        looks += 1;
        return journal.unmerged();
      },
    };
    const { declare, said, look } = await away({ journal: slow });

    const declaring = declare();
    await until(async () => (await journal.unmerged()).entries.length > 0);
    const before = looks;
    await until(() => {
      look();
      return looks > before + 2;
    });
    disk.resolve();
    await declaring;
    await until(() => said.length > 0);

    expect(askedFor('page')).toHaveLength(1);
  });

  it('a P3 is announced and pages nobody', async () => {
    const { declare, said } = await away();

    const direct = directOf(await declare({ command: { ...command, severity: 'p3' } }));
    await until(() => said.length > 0);

    expect(direct.page).toBeUndefined();
    expect(said[0]?.direct.tell).toEqual(['team-lead']);
    expect(askedFor('page')).toEqual([]);
  });

  it('the same delivery again is neither written nor announced again', async () => {
    const { declare, said } = await away();
    await declare();
    await until(() => said.length > 0);

    await declare();
    await Promise.all([declare(), declare()]);

    expect(said.filter(({ what }) => what === 'announcement')).toHaveLength(1);
    expect(askedFor('page')).toHaveLength(1);
  });

  it('the time of a declaration goes on from the database’s own, not from this machine’s', async () => {
    const { declare } = await away();

    const { at } = directOf(await declare());

    // the database of this test lives in another year
    expect(at - start).toBeGreaterThanOrEqual(0);
    expect(at - start).toBeLessThan(60_000);
  });

  it('a page that is refused takes the second route, and is tried on until it is taken', async () => {
    let tries = 0;
    const page: Pager['page'] = async ({ key }) => {
      tries += 1;
      if (tries < 3) throw new SendFailed('http-503', 'The pager answered 503.', { retry: 'later' });
      return { request: key };
    };
    const { declare, said } = await away({ pager: { page } });

    const direct = directOf(await declare());
    await until(async () => (await journal.unmerged()).entries[0]?.page?.state === 'confirmed');

    expect(direct.page).toMatchObject({ state: 'failed', why: 'The pager answered 503.' });
    const ways = said.map(({ what }) => what).filter((what) => what !== 'edit');
    expect(ways.toSorted()).toEqual(['announcement', 'mention', 'tell U0LEO']);
    expect((await journal.unmerged()).entries[0]?.page?.rerouted).toBe(true);
  });

  it('a page that is refused after it was taken is asked for again, under the same key', async () => {
    const { declare } = await away({
      pager: { requestStatus: async () => ({ state: 'refused', why: 'nobody of that name' }) },
    });

    await declare();
    await until(() => askedFor('page').length > 1);

    expect(new Set(askedFor('page'))).toEqual(new Set(['1.0 P1 checkout returns 502']));
  });

  it('a page that is taken but not confirmed takes the second route too', async () => {
    const { declare, said } = await away({
      pager: { requestStatus: async () => ({ state: 'pending' }) },
      confirmWithin: 50,
    });

    await declare();
    await until(() => said.some(({ what }) => what === 'mention'));

    expect(said.find(({ what }) => what === 'mention')?.direct.page?.state).toBe('accepted');
  });

  it('an announcement that Slack does not take is tried on', async () => {
    let tries = 0;
    const { declare, said } = await away({
      chat: () => {
        tries += 1;
        if (tries < 3) throw new SendFailed('http-503', 'Slack answered 503.', { retry: 'later' });
      },
    });

    await declare();
    await until(() => said.some(({ what }) => what === 'announcement'));

    expect((await journal.unmerged()).entries).toHaveLength(1);
  });

  it('more announcements than Slack takes at once are all made, each once', async () => {
    let freeAt = 0;
    const { declare, said } = await away({
      chat: () => {
        const now = performance.now();
        const afterMs = freeAt - now;
        if (afterMs > 0) throw new SendFailed('ratelimited', 'Slack asks to wait.', { retry: 'later', afterMs });
        freeAt = now + 50;
      },
    });
    const keys = Array.from({ length: 20 }, (_, n) => `command:${n}`);

    await Promise.all(keys.map((one) => declare({ key: one })));
    const announced = () => said.filter(({ what }) => what === 'announcement').map(({ direct }) => direct.id);
    await until(() => announced().length >= keys.length);

    expect(announced().toSorted()).toEqual(keys.map(incidentIdOf).toSorted());
  });

  it('a second route that has reached nobody is left to the incident', async () => {
    const refused = new SendFailed('http-401', 'The pager answered 401.', { retry: 'never' });
    const { declare, line } = await away({
      pager: { page: () => Promise.reject(refused) },
      chat: () => {
        throw new SendFailed('http-503', 'Slack answered 503.', { retry: 'later' });
      },
    });

    await declare();
    line.set({ kind: 'pass' });
    await until(async () => (await count()) === 1);

    expect((await incidentOf()).pages).toMatchObject([{ state: 'failed', rerouted: false }]);
  });

  it.each([
    ['there is no journal', () => undefined],
    ['the journal cannot be written', () => makeJournal(process.execPath)],
  ])('where %s, it is paged and announced all the same, and that is said', async (_, broken) => {
    const { declare, said } = await away({ journal: broken() });

    const direct = directOf(await declare());
    await until(() => said.length > 0);

    expect(direct).toMatchObject({ recorded: false, page: { state: 'accepted' } });
    expect(said[0]?.direct.recorded).toBe(false);
  });
});

describe('a database that is only slow', () => {
  it('is waited for once the declaration is written down, and then it is an incident like every other', async () => {
    const { declare, said } = await away({ mode: 'pass' });
    const holding = await bench.engine.pool.connect();
    await holding.query('begin; select pg_advisory_xact_lock(7301102)');

    const declaring = declare();
    await until(async () => (await journal.unmerged()).entries.length > 0);
    await holding.query('commit');
    holding.release();

    expect(await declaring).toMatchObject({ ok: true, incident: { id } });
    expect(said).toEqual([]);
    await until(async () => (await journal.unmerged()).entries.length === 0);
    const late = (await readTimeline(bench.engine.pool, id)).filter(({ kind }) => kind === 'done-directly');
    expect(late).toEqual([]);
  });
});

describe('what was said to be not recorded, and was saved after all', () => {
  it('is an incident that knows of its page and its announcement, and the same input again hears of it', async () => {
    const { declare, line, said } = await away({ mode: 'pass', journal: undefined });
    line.set({ kind: 'slow', ms: 700 });

    const direct = directOf(await declare());
    line.set({ kind: 'pass' });
    await until(async () => !('direct' in (await declare())));

    expect(direct.recorded).toBe(false);
    expect(await declare()).toMatchObject({ ok: true, incident: { id, number: 1, announcement } });
    expect(said.filter(({ what }) => what === 'announcement')).toHaveLength(1);
    expect((await incidentOf()).pages).toMatchObject([{ key: `${id}:1.0`, state: 'confirmed' }]);
    expect(await bench.states()).toMatchObject({ redraw: 'waiting' });
  });
});

describe('when the database is back', () => {
  it('every declaration is merged in its order, and the journal is empty', async () => {
    const { declare, line } = await away();
    for (const n of [1, 2, 3]) await declare({ key: `k${n}`, command: { ...command, title: `thing ${n}` } });

    line.set({ kind: 'pass' });
    await until(async () => (await journal.unmerged()).entries.length === 0);

    const { rows } = await bench.engine.pool.query('select title from incidents order by number');
    expect(rows).toEqual([{ title: 'thing 1' }, { title: 'thing 2' }, { title: 'thing 3' }]);
  });

  it('one that cannot be merged holds up no other', async () => {
    const { declare, line } = await away();
    // a title that is none: only a fault of our own writes such a line
    await journal.declare({ key: 'poison', by: ana, command: { ...command, severity: JSON.parse('"p9"') }, at: 0 });
    await declare();

    line.set({ kind: 'pass' });
    await until(async () => (await count()) === 1);

    await until(async () => (await journal.unmerged()).entries.length === 1);
    expect((await journal.unmerged()).entries.map(({ key }) => key)).toEqual(['poison']);
  });

  it('one whose journal was lost meanwhile is paged and merged all the same', async () => {
    const { declare, line } = await away();
    bench.fail.set('page', new SendFailed('unreachable', 'The pager does not answer.', { retry: 'later' }));
    await declare();
    rmSync(folder, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const before = askedFor('page').length;

    await until(() => askedFor('page').length > before);
    bench.fail.clear();
    line.set({ kind: 'pass' });
    await until(async () => (await count()) === 1);

    expect((await incidentOf()).title).toBe(command.title);
  });

  it('row 3, row 4: a slow transaction that was given up saves nothing by itself', async () => {
    const { declare, line } = await away({ mode: 'pass' });
    line.set({ kind: 'slow', ms: 200 });

    const direct = directOf(await declare());
    await until(hasClaimed);
    line.set({ kind: 'pass' });
    await until(async () => (await count()) === 1);

    expect(direct.recorded).toBe(true);
    const { rows } = await bench.engine.pool.query(
      `select answer -> 'command' ->> 'anyway' as merged from inputs where key = $1`,
      [key],
    );
    expect(rows).toEqual([{ merged: 'true' }]);
    await bench.deliver();
    expect(askedFor('announce')).toEqual([]);
    expect((await incidentOf()).announcement).toEqual(announcement);
  });
});

describe('a journal that another process left', () => {
  it('is attended to while the database is still away', async () => {
    await journal.declare({ key, by: ana, command, at: start });
    journal = makeJournal(folder);

    const { said } = await away();
    await until(() => said.length > 0);

    expect(askedFor('page')).toEqual(['1.0 P1 checkout returns 502']);
  });

  it('is merged where its process ended between the commit and the note of it', async () => {
    await journal.declare({ key, by: ana, command, at: start });
    await merge(bench.engine, undefined, { key, by: ana, command, at: start });
    journal = makeJournal(folder);

    const { line } = await away();
    line.set({ kind: 'pass' });
    await until(async () => (await journal.unmerged()).entries.length === 0);

    expect(await count()).toBe(1);
    const late = (await readTimeline(bench.engine.pool, id)).filter(({ kind }) => kind === 'done-directly');
    expect(late).toHaveLength(1);
  });
});
