/** Diagnoses with their evidence, as they were. */
import { z } from 'zod';
import type { Report } from '../diagnosis/diagnosis.ts';
import type { IncidentId } from '../incident/incident.ts';
import type { Queries } from './db.ts';
import { toJson } from './json.ts';

const Id = z.object({ id: z.string() });

export async function saveReport(db: Queries, incident: IncidentId, report: Report): Promise<string> {
  const { rows } = await db.query('insert into reports (incident, report) values ($1, $2) returning id', [
    incident,
    toJson(report),
  ]);
  return Id.parse(rows[0]).id;
}

export async function readReport(db: Queries, id: string): Promise<Report | undefined> {
  const { rows } = await db.query<{ report: Report }>('select report from reports where id = $1', [id]);
  return rows[0]?.report;
}
