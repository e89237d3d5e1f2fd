/** The records of a good night, made by hand: a P1 declared, paged, acknowledged, and somebody in the lead. */
import { hashOf } from '../../../src/sandbox/history/chain.ts';
import { readLadders } from '../../../src/sandbox/history/ladders.ts';
import type { Records } from '../../../src/sandbox/history/records.ts';
import type { DutyRow, InputRow, OutboxRow, TimelineRow } from '../../../src/sandbox/history/rows.ts';
import type { Alert, Entry as Call } from '../../../src/sandbox/pager/alerts.ts';
import type { Entry, Message } from '../../../src/sandbox/slack/workspace.ts';

export const start = Date.UTC(2026, 2, 2, 3, 0);
export const minutes = (n: number): number => n * 60_000;
export const id = 'inc0';
export const page = 'inc0:1.0';
export const home = 'C1';
export const incidents = 'C0INCIDENTS';
export const bot = 'U0RESPONDER';
export const ana = { slack: 'U0ANA' };
export const dana = { slack: 'U0DANA' };

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const buttons = (...labels: string[]) => ({
  type: 'actions',
  elements: labels.map((text) => ({ type: 'button', text: { type: 'plain_text', text } })),
});

export const entry = (
  kind: Entry['kind'],
  given: Partial<Entry> & Pick<Entry, 'channel' | 'user' | 'text'>,
): Entry => ({ at: start, order: 0, kind, ...given });

export const message = (
  outbox: string,
  given: Pick<Message, 'channel' | 'ts' | 'text'> & Partial<Message>,
): Message => ({
  user: bot,
  blocks: [section(given.text)],
  metadata: { event_type: 'responder', event_payload: { outbox } },
  edited: false,
  ...given,
});

export const row = (rowId: string, effect: OutboxRow['effect'], state = 'sent'): OutboxRow => ({
  id: rowId,
  incident: id,
  effect,
  key: `${id}:${rowId}`,
  state,
});

export const said = (at: number, actor: unknown, body: TimelineRow['body']): TimelineRow => ({
  incident: id,
  seq: 0,
  at: start + at,
  actor,
  kind: String(body['kind']),
  body,
  previous: '',
  hash: '',
});

/** Numbers and hashes of a timeline whose entries were chosen freely. */
export function chain({ database }: Records): void {
  let previous = '';
  for (const [n, one] of database.timeline.entries()) {
    Object.assign(one, { seq: n + 1, previous });
    one.hash = hashOf(one);
    previous = one.hash;
  }
  for (const incident of database.incidents)
    Object.assign(incident, { head: previous, length: database.timeline.length });
}

export const duty = (key: string, due: number, more: Partial<DutyRow> = {}): DutyRow => ({
  incident: id,
  key,
  kind: key.split(':')[0] ?? '',
  dueAt: start + due,
  state: 'paid',
  firedAt: start + due,
  lateMs: 0,
  outcome: '',
  ...more,
});

export const input = (key: string, at: number, actor: unknown, ...entries: object[]): InputRow => ({
  key,
  actor,
  at: start + at,
  answer: { incident: id, entries },
});

export const call = (kind: Call['kind'], at: number, more: Partial<Call> = {}): Call => ({
  at: start + at,
  order: 0,
  kind,
  alias: page,
  text: '',
  responders: [],
  by: '',
  via: 'api',
  ...more,
});

export const alert = (more: Partial<Alert> = {}): Alert => ({
  id: 'a1',
  tinyId: '1',
  alias: page,
  message: 'P1 #1 checkout returns 502',
  description: '',
  priority: 'P1',
  responders: [],
  status: 'open',
  acknowledged: true,
  acknowledgedBy: 'Slack U0DANA',
  count: 1,
  notes: [],
  createdAt: start,
  updatedAt: start,
  ...more,
});

const declared = { kind: 'declared', severity: 'p1', title: 'checkout returns 502' };
const ladder = { kind: 'ladder', step: 0, page: ['on-call'], mention: [], breach: false, lateMs: 0, missed: 0 };
const acknowledged = { kind: 'acknowledged', by: dana, via: 'slack', afterMs: minutes(1) };
const reminder = { kind: 'reminder', duty: 'lead', occurrence: 0, of: 1, dueAt: start + minutes(3), missed: 0 };
const lead = { kind: 'lead', to: dana };
const head = ':red_circle: P1 #1: checkout returns 502 — open';

function slack(): Records['slack'] {
  const cardBlocks = [
    section(`*${head}*`),
    section('*Acknowledged* by <@U0DANA> at 03:01.\nLead: <@U0DANA>.'),
    buttons('Escalate', 'Resolve'),
  ];
  const announced = [section(`*${head}*\n<#C1> · acknowledged by <@U0DANA>`), buttons('Join')];
  return {
    transcript: [
      entry('command', {
        channel: 'C0GENERAL',
        user: 'U0ANA',
        text: '/incident declare p1 checkout <@U0BEN> returns 502',
      }),
      entry('reply', { channel: 'C0GENERAL', user: 'U0ANA', text: 'P1 #1 declared' }),
      entry('message', { channel: incidents, user: bot, text: head, ts: '1.1', pings: ['U0ANA'] }),
      entry('channel', { channel: home, user: bot, text: 'inc-1-checkout-returns-502' }),
      entry('topic', { channel: home, user: bot, text: 'P1 #1 · open · has a lead · checkout returns 502' }),
      entry('invite', { channel: home, user: 'U0ANA', text: '' }),
      entry('message', { channel: home, user: bot, text: head, ts: '1.2' }),
      entry('click', { channel: home, user: 'U0DANA', text: 'Acknowledge' }),
      entry('edit', { channel: home, user: bot, text: head, ts: '1.2', blocks: cardBlocks }),
      entry('edit', { channel: incidents, user: bot, text: head, ts: '1.1', blocks: announced }),
    ],
    channels: [
      { id: incidents, name: 'incidents', topic: '', creator: 'U0ADMIN', direct: false },
      {
        id: home,
        name: 'inc-1-checkout-returns-502',
        topic: 'P1 #1 · open · has a lead · checkout returns 502',
        creator: bot,
        direct: false,
      },
    ],
    messages: [
      message('1', { channel: incidents, ts: '1.1', text: head, blocks: announced }),
      message('3', { channel: home, ts: '1.2', text: head, blocks: cardBlocks }),
      message('6', { channel: home, ts: '1.3', text: 'P1 #1: paging on-call' }),
      message('12', { channel: home, ts: '1.4', text: 'P1 #1: acknowledged by <@U0DANA>' }),
      message('13', { channel: home, ts: '1.5', text: 'P1 #1: <@U0DANA> has the lead' }),
      message('14', { channel: home, ts: '1.6', text: 'P1 #1: nobody has the lead' }),
    ],
    violations: [],
    acknowledgements: [
      { at: start, what: '/incident declare p1 checkout returns 502', who: 'U0ANA', ackMs: 40, status: 200 },
      { at: start + minutes(1), what: 'block_actions acknowledge', who: 'U0DANA', ackMs: 20, status: 200 },
    ],
  };
}

const database = (): Records['database'] => ({
  incidents: [
    {
      id,
      number: 1,
      severity: 'p1',
      phase: 'open',
      channel: home,
      head: '',
      length: 0,
      state: {
        declaredAt: start,
        home: { kind: 'channel', channel: home, card: '1.2' },
        announcement: { channel: incidents, ts: '1.1' },
        acknowledged: { by: dana },
        lead: dana,
        pages: [{ key: page, state: 'acknowledged' }],
      },
    },
  ],
  timeline: [
    said(0, ana, declared),
    said(0, 'responder', ladder),
    said(0, 'responder', { kind: 'channel-opened', channel: home, name: 'inc-1-checkout-returns-502' }),
    said(minutes(1), dana, acknowledged),
    said(minutes(3), 'responder', reminder),
    said(minutes(4), dana, lead),
  ],
  duties: [
    duty('page:1.0', 0, { outcome: 'paged on-call' }),
    duty('page:1.1', minutes(2), { state: 'cancelled', firedAt: null, lateMs: null, outcome: 'acknowledged' }),
    duty('lead:1.0', minutes(3), { outcome: 'reminded' }),
    duty('update:1.0', minutes(30), { state: 'owed', firedAt: null, lateMs: null, outcome: null }),
  ],
  outbox: [
    row('1', { kind: 'announce' }),
    row('2', { kind: 'open-channel' }),
    row('3', { kind: 'card' }),
    row('4', { kind: 'invite', people: [ana], onCall: true }),
    row('5', { kind: 'page', page }),
    row('6', { kind: 'post', entry: ladder, pings: [{ level: 'on-call' }], thread: false }),
    row('7', { kind: 'redraw', what: 'card' }),
    row('8', { kind: 'redraw', what: 'announcement' }),
    row('9', { kind: 'topic' }),
    row('11', { kind: 'acknowledge-page', page, by: dana }),
    row('12', { kind: 'post', entry: acknowledged, pings: [], thread: false }),
    row('13', { kind: 'post', entry: lead, pings: [], thread: false }),
    row('14', { kind: 'post', entry: reminder, pings: [], thread: false }),
  ],
  inputs: [
    input('command:1.a', 0, ana, declared, ladder),
    input('outbox:2:channel-opened', 0, 'responder', { kind: 'channel-opened' }),
    input('click:C1:acknowledge:inc0::2', minutes(1), dana, acknowledged),
    input('click:C1:lead:inc0::3', minutes(4), dana, lead),
  ],
});

export function goodNight(): Records {
  const records: Records = {
    at: start + minutes(20),
    ladders: readLadders('runbook.yaml'),
    secrets: ['the-secret-of-the-house'],
    slack: slack(),
    pager: {
      transcript: [call('page', 0), call('acknowledge', minutes(1), { by: 'Slack U0DANA' })],
      alerts: [alert()],
    },
    journal: [],
    database: database(),
  };
  chain(records);
  return structuredClone(records);
}
