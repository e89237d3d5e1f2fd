/** Looks, keeps what was seen, and says so by the one door: at once what is known, and later the whole. */
import { compare } from '../diagnosis/compare.ts';
import type { Report } from '../diagnosis/diagnosis.ts';
import type { Command, IncidentId, ReportReady } from '../incident/incident.ts';
import { earlierReport, saveReport } from '../store/reports.ts';
import type { Engine } from './engine.ts';
import { handle } from './handle.ts';
import { look, withHistory } from './look.ts';

export interface Investigation {
  incident: IncidentId;
  /** the outbox row: carried out again it is the same look, and has the same report */
  look: string;
  /** absent: nobody has said, every playbook looks */
  issueType?: string;
}

/** Starts at commit, not when the channel stands: the report waits for the thread, not the look. */
export async function investigate(engine: Engine, of: Investigation): Promise<Command | undefined> {
  const earlier = await earlierReport(engine.pool, { ...of, issueType: of.issueType ?? '' });
  const compared = (report: Report): Report => (earlier ? { ...report, changes: compare(earlier, report) } : report);
  let telling: Promise<void> | undefined;
  const report = await look(withHistory(engine), of.issueType, (first) => {
    telling = tellFirst(engine, of, compared(first));
  });
  await telling;
  if (report) return ready(engine, of, compared(report));
  return of.issueType === undefined ? undefined : { kind: 'no-playbook', issueType: of.issueType };
}

/** A nicety: where it fails, the whole comes all the same. Its key makes it one, however often the look is carried out. */
async function tellFirst(engine: Engine, of: Investigation, report: Report): Promise<void> {
  try {
    const command = { ...(await ready(engine, of, report)), isFirst: true as const };
    await handle(engine, { key: `outbox:${of.look}:first`, incident: of.incident, actor: 'responder', command });
  } catch (error) {
    engine.log.warn({ err: error, incident: of.incident }, 'the first findings of a look could not be told');
  }
}

async function ready(
  { pool }: Engine,
  of: Investigation,
  found: Report,
): Promise<{ kind: 'report-ready' } & ReportReady> {
  const { id, report, isKnown } = await saveReport(pool, { ...of, report: found });
  return {
    kind: 'report-ready',
    report: id,
    ...(of.issueType === undefined ? {} : { issueType: of.issueType }),
    verdict: report.verdict,
    ...(isKnown ? { isKnown } : {}),
    ...(report.findings.some(({ evidence = [] }) => evidence.length > 0) ? { hasEvidence: true as const } : {}),
  };
}
