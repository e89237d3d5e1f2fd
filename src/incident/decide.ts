/** The one decision: an incident, a command and the circumstances give the next incident, or a refusal with its reason. */
import { aftermath } from './aftermath.ts';
import { changed, isPerson, refuse } from './changes.ts';
import type { Circumstances, Decision } from './decision.ts';
import { type Declaration, declare } from './declare.ts';
import { doneDirectly } from './direct.ts';
import { fallDue } from './due.ts';
import type { Actor, Command, CommandKind, Declare, Incident, Phase, Press, Refusal } from './incident.ts';
import type { Person } from './policy.ts';
import { respond } from './respond.ts';
import { fromWorld } from './world.ts';

export type Order = Press & { command: Exclude<Command, Declare> };

const live: Phase[] = ['open', 'mitigated'];
const untilClosed: Phase[] = [...live, 'resolved'];

/** In which phases a person may give a command; kinds that are absent are the world's and always heard. */
const allowedIn: Partial<Record<CommandKind, Phase[]>> = {
  acknowledge: live,
  unack: live,
  lead: untilClosed,
  role: untilClosed,
  severity: live,
  'issue-type': untilClosed,
  title: untilClosed,
  update: live,
  escalate: live,
  mitigate: live,
  resolve: live,
  reopen: ['resolved', 'closed'],
  close: ['resolved'],
  cancel: live,
  diagnose: untilClosed,
  done: untilClosed,
  waive: untilClosed,
  snooze: untilClosed,
};

/** Commands that mean something else than the button said, once somebody has given one since it was drawn. */
const oncePerDrawing = new Set<CommandKind>([
  'lead',
  'issue-type',
  'escalate',
  'mitigate',
  'resolve',
  'reopen',
  'close',
  'cancel',
]);

/** Decides on an incident that exists. What falls due by the change itself is done in the same decision. */
export function decide(incident: Incident, order: Order, at: Circumstances): Decision {
  const refusal = outOfOrder(incident, order);
  if (refusal) return refuse(refusal);
  const decision = judge(incident, order, at);
  return decision.ok ? settle(decision, { ...at, order, version: incident.version + 1 }) : decision;
}

/** Decides on a declaration; its first page falls due at once. */
export function decideDeclaration(command: Declare, at: Declaration): Decision {
  const decision = declare(command, at);
  return decision.ok ? settle(decision, { ...at, version: 1 }) : decision;
}

function outOfOrder(i: Incident, { command, drawnFor }: Order): Refusal | undefined {
  const touched = i.touched[command.kind];
  if (oncePerDrawing.has(command.kind) && touched && drawnFor !== undefined && touched.version > drawnFor)
    return { code: 'overtaken', what: command.kind, by: touched.by, at: touched.at };
  return wrongPhase(i, command.kind);
}

function wrongPhase(i: Incident, kind: CommandKind): Refusal | undefined {
  if (allowedIn[kind]?.includes(i.phase) ?? true) return undefined;
  if (kind === 'resolve' && i.phase === 'resolved')
    return {
      code: 'already',
      what: 'resolved',
      ...(i.resolved.by ? { by: i.resolved.by } : {}),
      ...(i.resolved.at ? { at: i.resolved.at } : {}),
    };
  return { code: 'not-now', phase: i.phase, command: kind };
}

function judge(i: Incident, { command, actor }: Order, at: Circumstances): Decision {
  switch (command.kind) {
    case 'duties-due':
      return changed({ next: i, reason: 'duties due' });
    case 'announced':
    case 'channel-opened':
    case 'channel-impossible':
    case 'channel-lost':
    case 'card-posted':
    case 'page-accepted':
    case 'page-confirmed':
    case 'page-failed':
    case 'page-dropped':
    case 'acknowledged-at-pager':
    case 'report-ready':
    case 'not-attached':
    case 'no-playbook':
    case 'undeliverable':
      return fromWorld(i, command, at);
    case 'done-directly':
      return doneDirectly(i, command, at);
    case 'resolve':
    case 'reopen':
    case 'close':
    case 'cancel':
    case 'done':
    case 'waive':
    case 'snooze':
      return aftermath(i, command, { ...at, by: personOf(actor) });
    default:
      return respond(i, command, { ...at, by: personOf(actor) });
  }
}

function personOf(actor: Actor): Person {
  if (isPerson(actor)) return actor;
  throw new Error('a command that only a person may give came from the bot itself');
}

/** Numbers the new version, remembers who did it, and does what is due by now. */
function settle(decision: Decision & { ok: true }, at: Circumstances & { version: number; order?: Order }): Decision {
  const touched =
    at.order && oncePerDrawing.has(at.order.command.kind)
      ? { [at.order.command.kind]: { by: at.order.actor, at: at.now, version: at.version } }
      : {};
  // an older release did not remember: what it decided is not judged by these rules either
  const { decidedUnder = ['not known'] } = decision.next;
  const { fingerprint } = at.policy;
  const next = {
    ...decision.next,
    version: at.version,
    decidedUnder: [...decidedUnder.filter((one) => one !== fingerprint), fingerprint],
    touched: { ...decision.next.touched, ...touched },
  };
  const due = fallDue(next, at);
  return {
    ...decision,
    next: due.next,
    entries: [...decision.entries, ...due.entries],
    effects: [...decision.effects, ...due.effects],
    paid: [...decision.paid, ...due.paid],
  };
}
