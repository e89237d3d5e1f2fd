/** Reads: what is known of an incident, outside any decision. */
import type { Incident, IncidentId } from '../incident/incident.ts';
import { incidentByChannel, incidentByNumber, openIncidents, readIncident } from '../store/incidents.ts';
import type { Engine } from './engine.ts';

const mostListed = 50;

export const incidentById = ({ pool }: Engine, id: IncidentId): Promise<Incident | undefined> => readIncident(pool, id);
export const incidentOfNumber = ({ pool }: Engine, number: number): Promise<Incident | undefined> =>
  incidentByNumber(pool, number);
export const incidentOfChannel = ({ pool }: Engine, channel: string): Promise<Incident | undefined> =>
  incidentByChannel(pool, channel);

/** Neither closed nor cancelled, newest first, at most 50. */
export const allOpen = ({ pool }: Engine): Promise<Incident[]> => openIncidents(pool, mostListed);
