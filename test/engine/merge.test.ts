/** What stands in the journal becomes the incident that it would have been. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditIncident } from '../../src/engine/audit.ts';
import { handle, incidentIdOf } from '../../src/engine/handle.ts';
import { merge } from '../../src/engine/merge.ts';
import type { Pager } from '../../src/engine/ports.ts';
import type { Declare, Incident, Page } from '../../src/incident/incident.ts';
import { dutiesOf } from '../../src/store/duties.ts';
import { readIncident } from '../../src/store/incidents.ts';
import type { Written } from '../../src/store/journal.ts';
import { readTimeline } from '../../src/store/timeline.ts';
import { ana, type Bench, makeBench, minutes, start } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(() => bench.end());

const key = 'command:1';
const id = incidentIdOf(key);
const command: Declare = { kind: 'declare', severity: 'p1', title: 'checkout returns 502' };
const entry = (more: Partial<Written> = {}): Written => ({
  key,
  by: ana,
  command,
  at: start - 90_000,
  ...more,
});
const sent = (more: Partial<Page> = {}): Page => ({
  key: `${id}:1.0`,
  levels: ['on-call'],
  at: start - 90_000,
  state: 'confirmed',
  rerouted: false,
  ...more,
});
const announcement = { channel: 'C0OPS', ts: '7.7' };

async function incidentOf(which = id): Promise<Incident> {
  const incident = await readIncident(bench.engine.pool, which);
  if (!incident) throw new Error('there is no such incident');
  return incident;
}

const kindsOf = async (which = id) => (await readTimeline(bench.engine.pool, which)).map(({ kind }) => kind);
const count = async (): Promise<number> => (await bench.engine.pool.query('select from incidents')).rowCount ?? 0;
const askedFor = (what: string) => bench.asked.filter((one) => one.what === what).map(({ about }) => about);

const pagerOf = ({ world: { pager } }: Bench): Pager => {
  if (!pager) throw new Error('the bench has a pager');
  return pager;
};

describe('a journalled declaration', () => {
  it('becomes the incident that it would have been: id, page key, clocks from its own time, the next number', async () => {
    await bench.declare('p3', 'something else');

    await merge(bench.engine, undefined, entry({ page: sent(), announcement }));

    const incident = await incidentOf();
    expect(incident).toMatchObject({ number: 2, declaredAt: start - 90_000, recordedAt: start, announcement });
    expect(incident.pages).toEqual([sent()]);
    const duties = await dutiesOf(bench.engine.pool, id);
    expect(duties.find(({ key }) => key === 'page:1.1')?.dueAt).toBe(start - 90_000 + minutes(2));
    expect(duties.find(({ key }) => key === 'channel:1')?.dueAt).toBe(start + bench.engine.policy.channelWithin);
  });

  it('is merged once, whoever merges it and however often', async () => {
    const both = await Promise.all([merge(bench.engine, undefined, entry()), merge(bench.engine, undefined, entry())]);
    const again = await merge(bench.engine, undefined, entry());

    expect([...both, again]).toEqual([id, id, id]);
    expect(await count()).toBe(1);
    expect((await kindsOf()).filter((kind) => kind === 'done-directly')).toHaveLength(1);
  });

  it('is never decided later than now, whatever the clock said that it was written by', async () => {
    await merge(bench.engine, undefined, entry({ at: start + minutes(60) }));

    expect((await incidentOf()).declaredAt).toBe(start);
  });

  it('is no twin of an open one: somebody was paged for it', async () => {
    await bench.declare('p1', command.title);

    await merge(bench.engine, undefined, entry());

    expect(await count()).toBe(2);
  });

  it.each(['confirmed', 'requested'] as const)(
    'keeps its id and its page, %s, where its first way in ended in a refusal after all',
    async (state) => {
      await bench.declare('p1', command.title);
      expect(await handle(bench.engine, { key, actor: ana, command })).toMatchObject({ ok: false });

      await merge(bench.engine, undefined, entry({ page: sent({ state }) }));

      expect((await incidentOf()).pages).toMatchObject([{ key: `${id}:1.0`, state }]);
    },
  );

  it('whose person was refused in time, and for which nobody was paged, makes no incident', async () => {
    await bench.order(command);
    const refused = await handle(bench.engine, { key, actor: ana, command });
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'looks-declared' } });

    await merge(bench.engine, undefined, entry());

    expect(await count()).toBe(1);
  });

  it('that was answered at the pager, however late it is merged, is proved by its timeline', async () => {
    const by = { pager: 'dana@example.com', name: 'Dana' };
    const pager = { ...pagerOf(bench), status: async () => ({ state: 'acknowledged' as const, by }) };
    await bench.at(minutes(30));

    await merge(bench.engine, pager, entry({ page: sent(), announcement }));

    expect(await auditIncident(bench.engine, id)).toMatchObject({ whole: true, faults: [], missed: [] });
  });

  it('that was saved after all learns what was done directly, and nothing is done twice', async () => {
    await handle(bench.engine, { key, actor: ana, command });

    await merge(bench.engine, undefined, entry({ page: sent(), announcement }));
    await bench.deliver();

    expect(await incidentOf()).toMatchObject({ announcement, pages: [{ key: `${id}:1.0`, state: 'confirmed' }] });
    expect(askedFor('announce')).toEqual([]);
    expect(await count()).toBe(1);
  });

  it('that was saved after all, before anything was done directly, is told nothing of an outage', async () => {
    await handle(bench.engine, { key, actor: ana, command });

    await merge(bench.engine, undefined, entry());

    expect(await kindsOf()).not.toContain('done-directly');
  });

  it('drops an issue type that the runbook has lost since', async () => {
    await merge(bench.engine, undefined, entry({ command: { ...command, issueType: 'gone' } }));

    expect((await incidentOf()).issueType).toBeUndefined();
  });

  it('says once, late, what fell due while the database was away', async () => {
    await merge(bench.engine, undefined, entry({ at: start - minutes(6), page: sent({ at: start - minutes(6) }) }));

    const ladder = (await readTimeline(bench.engine.pool, id)).filter(({ kind }) => kind === 'ladder');
    expect(ladder.map(({ body }) => body)).toMatchObject([
      { step: 0, page: ['on-call'], lateMs: 0 },
      { step: 2, page: ['on-call'], lateMs: minutes(4), missed: 1, breach: true },
    ]);
  });

  it('is acknowledged by whoever answered the page at the pager meanwhile, and pages nobody again', async () => {
    const answered: Pager = {
      ...pagerOf(bench),
      status: async () => ({ state: 'acknowledged', by: { pager: 'dana@example.com', name: 'Dana' } }),
    };

    await merge(bench.engine, answered, entry({ at: start - minutes(6), page: sent({ at: start - minutes(6) }) }));

    expect(await incidentOf()).toMatchObject({ acknowledged: { by: { name: 'Dana' }, via: 'pager' } });
    expect((await kindsOf()).filter((kind) => kind === 'ladder')).toHaveLength(1);
  });

  it('whose page took the second route already does not take it again', async () => {
    await merge(bench.engine, undefined, entry({ page: sent({ state: 'failed', why: 'refused', rerouted: true }) }));
    await bench.due();

    expect(await kindsOf()).not.toContain('page-unconfirmed');
  });

  it('whose page nobody has confirmed is asked about', async () => {
    const page = sent({ state: 'accepted', request: 'r1', at: start });
    await merge(bench.engine, undefined, entry({ at: start, page }));
    await bench.deliver();

    expect(askedFor('request-status')).toContain('r1');
  });

  it('that was never announced is announced as every other', async () => {
    await merge(bench.engine, undefined, entry());
    await bench.deliver();

    expect(askedFor('announce')).toEqual([id]);
  });
});

describe('a P2, which is paged at once although no step of its ladder is due', () => {
  const p2 = entry({ command: { ...command, severity: 'p2' }, at: start, page: sent({ key: `${id}:1.2`, at: start }) });

  it('has its page among those that an acknowledgement covers', async () => {
    await merge(bench.engine, undefined, p2);

    await bench.order({ kind: 'acknowledge' }, { incident: id });
    await bench.deliver();

    expect(askedFor('acknowledge')).toEqual([`${id}:1.2`]);
  });

  it('has one page of that key when its step falls due', async () => {
    await merge(bench.engine, undefined, p2);

    await bench.at(minutes(10));
    await bench.due();

    expect((await incidentOf()).pages.map(({ key }) => key)).toEqual([`${id}:1.2`]);
  });

  it.each([
    ['acknowledged', { kind: 'acknowledge' } as const, 'acknowledge'],
    ['resolved', { kind: 'resolve' } as const, 'resolve'],
  ])('leaves no page open where it was saved after all and is %s already', async (_, order, ended) => {
    await handle(bench.engine, { key, actor: ana, command: p2.command });
    await bench.order(order, { incident: id });

    await merge(bench.engine, undefined, p2);
    await bench.deliver();

    expect(askedFor(ended)).toEqual([`${id}:1.2`]);
  });
});
