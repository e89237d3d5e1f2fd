/** What the engine asks of the world. Owned here because it is called here; slack/ and integrations/ implement it. */
import type { Report } from '../diagnosis/diagnosis.ts';
import type { Direct } from '../incident/direct.ts';
import type { Effect } from '../incident/effect.ts';
import type { Entry } from '../incident/entry.ts';
import type { Incident, Instant } from '../incident/incident.ts';
import type { PagerTarget, Severity } from '../incident/policy.ts';

/** One call to the world. */
export const callLimitMs = 5_000;
/** One send, with all that is looked up for it; in its last `callLimitMs` no call that changes something begins. */
export const sendLimitMs = 12_000;

/** What every delivery carries: which outbox row it is, whether it may have been sent before, the state to draw. */
export interface Sending {
  /** outbox id; travels in the message's metadata so that a second try can find the first */
  id: string;
  /** an earlier attempt may have taken effect: look before sending */
  again: boolean;
  incident: Incident;
  now: Instant;
  /**
   * Awaited right before each call that changes something, with nothing else awaited in between: the lease then outlasts
   * the call, renewed where what was looked up before has taken its time. Throws when another process may have the row:
   * one that stood still must not carry out what may have been done by now.
   */
  keepLease: () => Promise<void>;
  /** when the words were decided, where they are words; what lands late must not read as if it were now */
  at: Instant;
  /** when the outbox row was written: ids come again after a restored backup, and this tells them apart */
  queuedAt: number;
  /** how long the outbox row has waited, by the real clock */
  waitedMs: number;
}

export interface ReportDrawing {
  place: MessageRef;
  report: Report;
  /** what could not be done with it, as a sentence */
  note: string | undefined;
}

export interface EvidenceFile {
  name: string;
  text: string;
}

export interface MessageRef {
  channel: string;
  ts: string;
}

type PostEffect = Extract<Effect, { kind: 'post' }>;
type InviteEffect = Extract<Effect, { kind: 'invite' }>;

/**
 * The chat. Every method makes state-changing remote calls one after the other, each limited to 5 s; it throws `SendFailed`
 * (errors.ts) with whether a later try can help.
 */
export interface Chat {
  openChannel(sending: Sending, takenByOthers: string[]): Promise<{ channel: string; name: string }>;
  topic(sending: Sending): Promise<void>;
  invite(sending: Sending, effect: InviteEffect): Promise<void>;
  announce(sending: Sending): Promise<MessageRef>;
  card(sending: Sending): Promise<MessageRef>;
  /** the card in the incident's own channel */
  pin(sending: Sending): Promise<void>;
  redraw(sending: Sending, what: 'card' | 'announcement'): Promise<void>;
  post(sending: Sending, effect: PostEffect, report?: Report): Promise<MessageRef>;
  /** the message of a report, to what is known by now */
  redrawReport(sending: Sending, drawing: ReportDrawing): Promise<void>;
  /** a file that nobody sees yet; answers its id */
  upload(file: EvidenceFile): Promise<string>;
  /** an uploaded file, below the card: perhaps twice where it is asked for twice */
  share(sending: Sending, file: string): Promise<void>;
  tell(sending: Sending, entry: Entry, person: { slack: string }): Promise<MessageRef>;
  /** what the bot itself fails at, past the outbox, to one person: at least once */
  alarm(sentences: string[], person: { slack: string }): Promise<void>;
}

/** The chat for what is declared while the database is away: the same limits and errors. */
export interface DirectChat {
  /** posted, or drawn again where it stands; `again`: it may have been posted by an earlier try */
  announce(direct: Direct, again: boolean): Promise<MessageRef>;
  /** the second route: the fallback people mentioned beside the announcement, or one person told */
  warn(direct: Direct, person?: { slack: string }): Promise<void>;
}

/** A channel that the bot has opened for an incident, whichever database knows of it. */
export interface OwnChannel {
  channel: string;
  name: string;
  number: number;
  /** as the channel's purpose says it */
  incident?: string | undefined;
}

/** What Slack itself shows of the bot's doings, for a database that may have lost some of them. */
export interface Lookout {
  ownChannels(): Promise<OwnChannel[]>;
  /** one sentence where incidents are announced */
  sayRestored(strangers: Pick<OwnChannel, 'channel' | 'name' | 'number'>[]): Promise<void>;
}

export interface PageRequest {
  /** dedup key at the pager: the same for every retry */
  key: string;
  severity: Severity;
  /** first line on the phone: severity, title */
  message: string;
  /** how to acknowledge, what is known */
  description: string;
  targets: PagerTarget[];
}

export type PageStatus =
  | { state: 'pending' }
  | { state: 'delivered' }
  | { state: 'refused'; why: string }
  | { state: 'acknowledged'; by: { pager: string; name: string } }
  | { state: 'closed' };

export interface OnCall {
  pager: string;
  name: string;
  email?: string;
}

export interface PagerCapabilities {
  /** can say what became of a page; without it "accepted" is all we ever know */
  status: boolean;
  /** tells us of acknowledgements by itself; without it they are polled */
  webhook: boolean;
  onCall: boolean;
  note: boolean;
}

/** A pager. Keys are dedup keys of ours. Throws `SendFailed`; every call is limited to 5 s. */
export interface Pager {
  name: string;
  capabilities: PagerCapabilities;
  /** "Accepted" is not "delivered": the returned request is what `requestStatus` asks about */
  page(request: PageRequest): Promise<{ request?: string }>;
  requestStatus(request: string): Promise<PageStatus>;
  /** the alert itself, by our key: acknowledged, closed, or neither */
  status(key: string): Promise<PageStatus>;
  note(key: string, text: string): Promise<void>;
  acknowledge(key: string, by: string): Promise<void>;
  resolve(key: string, by: string): Promise<void>;
  onCall(schedule: string): Promise<OnCall[]>;
}

/** An incident, which has no number yet where the database is away. */
export type Alarmed = Pick<Incident, 'id' | 'severity' | 'title'> & { number?: number };

/** A signed HTTP call to the runbook's fallback address. */
export interface Webhook {
  send(body: { incident: Alarmed; entry: Entry }): Promise<void>;
  alarm(sentences: string[]): Promise<void>;
}
