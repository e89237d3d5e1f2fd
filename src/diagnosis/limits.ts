/** What keeps pods from being put out, and from being made. */
export interface Budget {
  name: string;
  namespace: string;
  uid: string;
  allowed: number;
  /** pods it counts; none: it guards nothing */
  expected: number;
}

export interface Quota {
  name: string;
  namespace: string;
  /** quantities as they are written */
  hard: Record<string, string>;
  used: Record<string, string>;
}

export interface Limits {
  budgets: Budget[];
  quotas: Quota[];
  gaps: string[];
}
