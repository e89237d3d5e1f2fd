/** Opsgenie's alert API as a pager. Our page key is its alias: one open alert per key, however often it is sent. */
import { z } from 'zod';
import type { OnCall, PageRequest, Pager, PageStatus } from '../../engine/ports.ts';
import { SendFailed } from '../../errors.ts';
import type { PagerTarget } from '../../incident/policy.ts';
import { call, type Reply } from '../http.ts';
import { remembering } from '../memory.ts';

export interface OpsgenieSettings {
  apiUrl: string;
  /** an integration key: alerts are refused to others */
  alertKey: string;
  /** an API key: schedules are refused to integration keys of a team */
  readKey: string;
}

const service = 'Opsgenie';
const freshMs = 60_000;
// who was on call within the hour is a better answer than nobody
const staleMs = 3_600_000;

const Accepted = z.object({ requestId: z.string() });
const RequestStatus = z.object({ data: z.object({ isSuccess: z.boolean(), status: z.string().default('') }) });
const Alert = z.object({
  data: z.object({
    status: z.string(),
    acknowledged: z.boolean().default(false),
    owner: z.string().default(''),
    report: z.object({ acknowledgedBy: z.string().optional() }).default({}),
  }),
});
const Recipients = z.object({ data: z.object({ onCallRecipients: z.array(z.string()).default([]) }) });

const alert = (key: string, action = ''): string =>
  `/v2/alerts/${encodeURIComponent(key)}${action}?identifierType=alias`;

const cut = (text: string, most: number): string => Array.from(text).slice(0, most).join('');

const responder = ({ type, name }: PagerTarget) => (type === 'user' ? { type, username: name } : { type, name });

export function makeOpsgenie({ apiUrl, alertKey, readKey }: OpsgenieSettings): Pager {
  const base = apiUrl.replace(/\/+$/, '');
  const ask = (method: 'GET' | 'POST', path: string, options: { key: string; body?: unknown }): Promise<Reply> =>
    call({
      service,
      method,
      url: `${base}${path}`,
      headers: { authorization: `GenieKey ${options.key}` },
      body: options.body,
    });
  const act = async (key: string, action: string, body: Record<string, string>): Promise<void> => {
    await ask('POST', alert(key, action), { key: alertKey, body: { source: 'Responder', ...body } });
  };
  const readOnCall = async (schedule: string): Promise<OnCall[]> => {
    const path = `/v2/schedules/${encodeURIComponent(schedule)}/on-calls?scheduleIdentifierType=name&flat=true`;
    return peopleOf(await ask('GET', path, { key: readKey }), schedule);
  };

  return {
    name: service,
    capabilities: { status: true, webhook: true, onCall: true, note: true },
    page: async (request) => {
      const { body } = await ask('POST', '/v2/alerts', { key: alertKey, body: alertOf(request) });
      return { request: understood(Accepted, body).requestId };
    },
    requestStatus: async (request) => {
      const reply = await ask('GET', `/v2/alerts/requests/${encodeURIComponent(request)}`, { key: alertKey });
      if (reply.status === 404) return { state: 'pending' };
      const { isSuccess, status } = understood(RequestStatus, reply.body).data;
      return isSuccess
        ? { state: 'delivered' }
        : { state: 'refused', why: `Opsgenie refused the alert: ${cut(status, 200)}` };
    },
    status: async (key) => {
      const reply = await ask('GET', alert(key), { key: alertKey });
      return reply.status === 404 ? { state: 'pending' } : statusOf(understood(Alert, reply.body).data);
    },
    note: (key, text) => act(key, '/notes', { note: cut(text, 25_000), user: 'Responder' }),
    acknowledge: (key, by) => act(key, '/acknowledge', { user: cut(by, 100) }),
    resolve: (key, by) => act(key, '/close', { user: cut(by, 100) }),
    onCall: remembering(readOnCall, { freshMs, staleMs }),
  };
}

const alertOf = ({ key, severity, message, description, targets }: PageRequest) => ({
  alias: key,
  message: cut(message, 130),
  description: cut(description, 15_000),
  priority: severity.toUpperCase(),
  responders: targets.map(responder),
  tags: ['responder', severity],
  entity: 'incident',
  source: 'Responder',
});

function understood<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new SendFailed('unexpected-reply', 'Opsgenie answered in a shape that is not understood.', { retry: 'later' });
}

function statusOf({ status, acknowledged, owner, report }: z.infer<typeof Alert>['data']): PageStatus {
  if (status === 'closed') return { state: 'closed' };
  if (!acknowledged) return { state: 'delivered' };
  const who = report.acknowledgedBy ?? owner;
  return { state: 'acknowledged', by: { pager: who, name: who } };
}

function peopleOf({ status, body }: Reply, schedule: string): OnCall[] {
  if (status === 404)
    throw new SendFailed('no-such-schedule', `Opsgenie has no schedule named ${schedule}.`, { retry: 'never' });
  return understood(Recipients, body).data.onCallRecipients.map((email) => ({ pager: email, name: email, email }));
}
