/** Sessions that keep others from the rows of executions. */
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { limitOf } from '../../diagnosis/thresholds.ts';
import { count, duration, oneLine } from '../../diagnosis/words.ts';
import type { IssueType } from '../../incident/policy.ts';
import { minutes, seconds } from '../../incident/times.ts';
import { executionLocks, type Holder } from '../../probes/execution-locks.ts';

/** what a busy table shows at any moment: others wait for less, and a writer may rest for a little */
const waitAtLeastMs = seconds(1);
const crowdAtLeast = 5;
const restsAtLeastMs = minutes(1);

/** Of a chain only its end is named: whoever waits as well goes on by itself once that is gone. */
export function locked(holders: Holder[], issueType: IssueType): Finding[] {
  const limits = limitsOf(issueType);
  return holders.flatMap((holder) => {
    const level = holder.isWaiting ? undefined : levelOf(holder, limits);
    return level === undefined ? [] : [lockedBy(holder, level, limits)];
  });
}

const limitsOf = (issueType: IssueType) => ({
  warning: limitOf(issueType, 'blockedWarning'),
  critical: limitOf(issueType, 'blockedCritical'),
});
type Limits = ReturnType<typeof limitsOf>;

function levelOf(holder: Holder, { warning, critical }: Limits): 'warning' | 'critical' | undefined {
  const { blocked, longestWaitMs, isExclusive, heldMs, state } = holder;
  const isCrowd = blocked >= crowdAtLeast && longestWaitMs >= waitAtLeastMs;
  if (isCrowd || longestWaitMs >= critical) return 'critical';
  const keepsReadersOut = isExclusive && heldMs >= waitAtLeastMs;
  const rests = state.startsWith('idle in transaction') && heldMs >= restsAtLeastMs;
  return longestWaitMs >= warning || keepsReadersOut || rests ? 'warning' : undefined;
}

const lockedBy = (
  { pid, application, state, heldMs, blocked, longestWaitMs, isExclusive }: Holder,
  level: 'warning' | 'critical',
  { warning, critical }: Limits,
): Finding => ({
  rule: 'executions.locked',
  level,
  check: executionLocks.name,
  subject: `pid ${pid}`,
  summary: [
    `Session ${pid} (${oneLine(application, 80)}, ${state}) has held ${isExclusive ? 'the whole table of' : 'locks on'} executions for ${duration(heldMs)}`,
    blocked > 0
      ? `${count(blocked, 'session')} waiting behind it, the longest for ${duration(longestWaitMs)}.`
      : 'nobody is waiting for it yet.',
  ].join('; '),
  observed: `${blocked} waiting, held for ${duration(heldMs)}`,
  threshold: `warning from a wait of ${duration(warning)} or idle in transaction for ${duration(restsAtLeastMs)}, critical from ${duration(critical)} or ${crowdAtLeast} waiting`,
});

export const nobodyInTheWay = (holders: Holder[], issueType: IssueType): string[] =>
  holders.some(({ blocked }) => blocked > 0) || locked(holders, issueType).length > 0
    ? []
    : ['No session is in the way of others at the executions.'];
