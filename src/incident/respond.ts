/** What people do while an incident runs: acknowledge, lead, roles, severity, words, update, escalate, mitigate, look. */
import { changed, newPage, refuse, said, samePerson, saysNothing } from './changes.ts';
import { levelAfter } from './clocks.ts';
import type { Circumstances, Decision } from './decision.ts';
import type { Effect } from './effect.ts';
import type { Entry } from './entry.ts';
import type { Command, Incident } from './incident.ts';
import { type Person, severities } from './policy.ts';
import { acknowledge } from './world.ts';

export type Response = Extract<
  Command,
  {
    kind:
      | 'acknowledge'
      | 'unack'
      | 'lead'
      | 'role'
      | 'severity'
      | 'issue-type'
      | 'title'
      | 'update'
      | 'escalate'
      | 'mitigate'
      | 'diagnose'
      | 'join';
  }
>;
type Of<K extends Response['kind']> = Extract<Response, { kind: K }>;
type At = Circumstances & { by: Person };

export function respond(i: Incident, command: Response, at: At): Decision {
  switch (command.kind) {
    case 'acknowledge':
      return acknowledgeHere(i, at);
    case 'unack':
      return unack(i, at);
    case 'lead':
      return lead(i, command, at);
    case 'role':
      return role(i, command, at);
    case 'severity':
      return setSeverity(i, command, at);
    case 'issue-type':
      return setIssueType(i, command, at);
    case 'title':
      return setTitle(i, command);
    case 'update':
      return update(i, command, at);
    case 'escalate':
      return escalate(i, at);
    case 'mitigate':
      return mitigate(i, at);
    case 'diagnose':
      return diagnose(i, command, at);
    case 'join':
      return changed({ next: i, effects: [{ kind: 'invite', people: [at.by], onCall: false }], reason: 'joined' });
  }
}

function acknowledgeHere(i: Incident, { by, now }: At): Decision {
  if (i.acknowledged)
    return refuse({ code: 'already', what: 'acknowledged', by: i.acknowledged.by, at: i.acknowledged.at });
  return acknowledge(i, { by, via: 'slack', now });
}

const newLadder = (i: Incident, now: number): Incident['ladder'] => ({
  run: i.ladder.run + 1,
  startedAt: now,
  next: 0,
});

function withoutAcknowledgement(i: Incident): Incident {
  const { acknowledged: _, ...rest } = i;
  return rest;
}

function unack(i: Incident, { by, now }: At): Decision {
  if (!i.acknowledged) return refuse({ code: 'not-acknowledged' });
  const next = { ...withoutAcknowledgement(i), ladder: newLadder(i, now) };
  return said(next, { kind: 'unacknowledged', by }, { effects: [{ kind: 'topic' }] });
}

function lead(i: Incident, { to }: Of<'lead'>, { by }: At): Decision {
  const person = to ?? by;
  if (samePerson(i.lead, person)) return refuse({ code: 'already', what: 'lead', by: person });
  const entry: Entry = { kind: 'lead', to: person, ...(i.lead ? { from: i.lead } : {}) };
  return said({ ...i, lead: person }, entry, {
    pings: samePerson(person, by) ? [] : [{ person }],
    effects: [{ kind: 'topic' }],
  });
}

function role(i: Incident, { role, to }: Of<'role'>, { by, policy }: At): Decision {
  const known = policy.roles.map(({ id }) => id);
  if (!known.includes(role)) return refuse({ code: 'unknown-role', role, known });
  const person = to ?? by;
  const from = i.roles[role];
  if (samePerson(from, person)) return refuse({ code: 'already', what: 'role', by: person });
  const entry: Entry = { kind: 'role', role, to: person, ...(from ? { from } : {}) };
  return said({ ...i, roles: { ...i.roles, [role]: person } }, entry, {
    pings: samePerson(person, by) ? [] : [{ person }],
  });
}

/** Raising asks for a new acknowledgement; lowering keeps the one there is. The ladder counts from the new severity. */
function setSeverity(i: Incident, { severity }: Of<'severity'>, { now }: At): Decision {
  if (severity === i.severity) return refuse({ code: 'already', what: 'severity', at: i.severitySetAt });
  const raised = severities.indexOf(severity) < severities.indexOf(i.severity);
  const kept = raised ? withoutAcknowledgement(i) : i;
  const ladder = kept.acknowledged ? i.ladder : newLadder(i, now);
  const next = { ...kept, severity, severitySetAt: now, ladder };
  return said(next, { kind: 'severity', from: i.severity, to: severity }, { effects: [{ kind: 'topic' }] });
}

function unknownIssueType(issueType: string, { policy }: At): Decision | undefined {
  const known = policy.issueTypes.map(({ id }) => id);
  return known.includes(issueType) ? undefined : refuse({ code: 'unknown-issue-type', issueType, known });
}

/** An incident without words takes the type's name for a title. */
function setIssueType(i: Incident, { issueType }: Of<'issue-type'>, at: At): Decision {
  const refusal = unknownIssueType(issueType, at);
  if (refusal) return refusal;
  const type = at.policy.issueTypes.find(({ id }) => id === issueType);
  const title = i.title === '' ? (type?.title ?? '') : i.title;
  const effects: Effect[] = [
    { kind: 'investigate', issueType },
    ...(title === i.title ? [] : [{ kind: 'topic' } satisfies Effect]),
  ];
  return said({ ...i, issueType, title }, { kind: 'issue-type', issueType }, { effects });
}

function setTitle(i: Incident, { title }: Of<'title'>): Decision {
  if (saysNothing(title)) return refuse({ code: 'empty', field: 'title' });
  return said({ ...i, title }, { kind: 'title', from: i.title, to: title }, { effects: [{ kind: 'topic' }] });
}

function update(i: Incident, { text }: Of<'update'>, { by, now }: At): Decision {
  if (saysNothing(text)) return refuse({ code: 'empty', field: 'text' });
  return said({ ...i, update: { count: i.update.count + 1, at: now, text, by } }, { kind: 'update', text });
}

/** Climbs one level above whoever was reached so far; on the last rung it pages that again. */
function escalate(i: Incident, { now }: At): Decision {
  const level = levelAfter(i.ladder.reached);
  const escalations = i.escalations + 1;
  const page = newPage(`${i.id}:e${escalations}`, [level], now);
  const next = { ...i, escalations, ladder: { ...i.ladder, reached: level }, pages: [...i.pages, page] };
  const effects: Effect[] = [{ kind: 'page', page: page.key }];
  return said(next, { kind: 'escalated', to: [level] }, { effects, pings: [{ level }] });
}

function mitigate(i: Incident, { now }: At): Decision {
  if (i.phase === 'mitigated')
    return refuse({ code: 'already', what: 'mitigated', ...(i.mitigatedAt ? { at: i.mitigatedAt } : {}) });
  const next: Incident = { ...i, phase: 'mitigated', mitigatedAt: now };
  return said(next, { kind: 'mitigated' }, { effects: [{ kind: 'topic' }] });
}

function diagnose(i: Incident, command: Of<'diagnose'>, at: At): Decision {
  const issueType = command.issueType ?? i.issueType;
  const reason = 'a look was asked for';
  if (issueType === undefined)
    return changed({ next: i, entries: [{ kind: 'diagnosis-asked' }], effects: [{ kind: 'triage' }], reason });
  const refusal = unknownIssueType(issueType, at);
  if (refusal) return refusal;
  const entry: Entry = { kind: 'diagnosis-asked', issueType };
  return changed({ next: i, entries: [entry], effects: [{ kind: 'investigate', issueType }], reason });
}
