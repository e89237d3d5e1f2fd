/** The state of a local Opsgenie: alerts under their alias, requests that are worked off a little later. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const most = { message: 130, alias: 512, description: 15_000, note: 25_000, user: 100, tags: 20 };
const text = (length: number) =>
  z.string().refine((value) => Array.from(value).length <= length, `longer than ${length}`);
const Responder = z.strictObject({
  type: z.enum(['team', 'schedule', 'escalation', 'user']),
  name: z.string().optional(),
  username: z.string().optional(),
  id: z.string().optional(),
});

export const CreateBody = z.strictObject({
  message: text(most.message).min(1),
  alias: text(most.alias).optional(),
  description: text(most.description).optional(),
  responders: z.array(Responder).optional(),
  priority: z.enum(['P1', 'P2', 'P3', 'P4', 'P5']).optional(),
  tags: z.array(text(50)).max(most.tags).optional(),
  entity: text(512).optional(),
  source: text(100).optional(),
  details: z.record(z.string(), z.string()).optional(),
  user: text(most.user).optional(),
  note: text(most.note).optional(),
});

export const ActionBody = z.strictObject({
  user: text(most.user).optional(),
  source: text(100).optional(),
  note: text(most.note).optional(),
});

export interface Alert {
  id: string;
  tinyId: string;
  alias: string;
  message: string;
  description: string;
  priority: string;
  responders: z.infer<typeof Responder>[];
  status: 'open' | 'closed';
  acknowledged: boolean;
  acknowledgedBy: string;
  count: number;
  notes: string[];
  createdAt: number;
  updatedAt: number;
}

export interface Requested {
  done: boolean;
  isSuccess: boolean;
  status: string;
  action: string;
  alertId: string;
  alias: string;
}

export interface Entry {
  at: number;
  order: number;
  kind: 'page' | 'repeat' | 'note' | 'acknowledge' | 'unacknowledge' | 'close' | 'refused';
  alias: string;
  text: string;
  responders: string[];
  by: string;
  via: 'api' | 'person';
}

export interface Rota {
  schedules: Record<string, { email: string; name: string }[]>;
  teams: string[];
  escalations: string[];
  users: string[];
}

/** Whoever exists in none of the lists is accepted and fails later, as the vendor's asynchronous API does. */
export function unknownResponder(responders: z.infer<typeof Responder>[], rota: Rota): string | undefined {
  const known = {
    team: rota.teams,
    escalation: rota.escalations,
    user: rota.users,
    schedule: Object.keys(rota.schedules),
  };
  const stranger = responders.find(({ type, name, username }) => !known[type].includes(name ?? username ?? ''));
  return stranger && `${stranger.type} ${stranger.name ?? stranger.username ?? '?'} does not exist`;
}

export const newAlert = (body: z.infer<typeof CreateBody>, { now, tiny }: { now: number; tiny: number }): Alert => ({
  id: randomUUID(),
  tinyId: String(tiny),
  alias: body.alias ?? randomUUID(),
  message: body.message,
  description: body.description ?? '',
  priority: body.priority ?? 'P3',
  responders: body.responders ?? [],
  status: 'open',
  acknowledged: false,
  acknowledgedBy: '',
  count: 1,
  notes: [],
  createdAt: now,
  updatedAt: now,
});

export const nameOf = ({ type, name, username }: z.infer<typeof Responder>): string =>
  `${type} ${name ?? username ?? '?'}`;
