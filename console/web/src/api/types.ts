// What the console says, as the pages use it. Where the OpenAPI document leaves a shape open, it is narrowed here.

export type Lang = 'en' | 'fr';
export type Theme = 'light' | 'dark';
export type Standing = 'confirmed' | 'likely' | 'possible' | 'ruled-out';
export type AgentWord = 'none' | 'connected' | 'away' | 'left' | 'frozen';
export type Outcome = 'succeeded' | 'failed' | 'cancelled' | 'rolled-back' | 'reboot-needed' | 'unknown';
export type StepState = 'proposed' | 'said-done' | 'failed' | 'skipped' | 'verified';
export type Actor = 'customer' | 'technician' | 'agent';
export type View = 'waiting' | 'mine' | 'team' | 'resolved';

export interface Account {
  name: string;
  role: string;
  lang: Lang | null;
  theme: Theme | null;
}
export interface Session {
  account: Account | null;
  first_account: boolean;
  team: string;
}

export interface CaseRow {
  case: string;
  opened_at?: string | null;
  closed_at?: string | null;
  updated_at: string;
  status: string;
  note: string;
  agent: string;
  platform?: string | null;
  diagnosis?: { fault: string; cause: string; standing: Standing; title: string } | null;
  claimed_by?: string | null;
  product?: string | null;
  customer_waits_since?: string | null;
  agentless?: boolean;
  resolved?: boolean;
  code?: { state: string; expires_at: string } | null;
  attempt?: { program: string; outcome?: Outcome | null } | null;
}

export interface Seen {
  name: string;
  source: string;
  line?: number | null;
  text: string;
  /** Ordinal of the line in the case, where it is one. */
  n?: number | null;
}
export interface Step {
  id: string;
  actor: Actor;
  text: string;
  say?: string | null;
  action?: string | null;
  fault?: string;
  state?: StepState;
}
export interface Diagnosis {
  fault: string;
  number: number;
  cause: string;
  cause_label?: string | null;
  standing: Standing;
  score: number;
  severity?: string | null;
  title: string;
  explain: string;
  say: string;
  evidence: Seen[];
  missing: string[];
  ruled_out_by?: string | null;
  steps: Step[];
  verify?: string | null;
  explains: Diagnosis[];
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type FactStanding = 'value' | 'unsupported' | 'denied' | 'timed-out' | 'not-collected' | 'redacted';
export interface Fact {
  path: string;
  value?: Json;
  observed_at: string;
  standing: FactStanding;
}
export interface Attempt {
  id: number;
  program: string;
  args: string[];
  started_at?: string | null;
  ended_at?: string | null;
  outcome?: Outcome | null;
  exit?: { code?: number | null; signal?: number | null } | null;
  first_row: number;
  told: number;
}
export interface Agent {
  standing: Exclude<AgentWord, 'none'>;
  version: string;
  platform: string;
  address: string;
  paired_at: string;
  since: string;
  lease_until: string;
}
export interface CodeStanding {
  state: 'waiting' | 'used' | 'burnt' | 'expired';
  tries: number;
  expires_at: string;
}
export interface Note {
  at: string;
  by: string;
  text: string;
}
export interface Question {
  fault: string;
  evidence: string;
  text: string;
  gain: number;
}
export interface Answered {
  fault: string;
  evidence: string;
  yes: boolean;
  by: string;
  at: string;
}
export interface StepDone {
  fault: string;
  step: string;
  state: StepState;
  by: string;
  at: string;
}
export interface Resolved {
  fault?: string | null;
  how: string;
  by: string;
  at: string;
}
export interface CaseView {
  case: string;
  opened_at?: string | null;
  closed_at?: string | null;
  updated_at: string;
  status: string;
  note: string;
  code?: CodeStanding | null;
  agent?: Agent | null;
  consent: string[];
  interceptions: number;
  diagnoses: Diagnosis[];
  catalogue: string;
  facts: Fact[];
  attempts: Attempt[];
  steps: Step[];
  journal: { first: number; last: number; records: number; gaps: number; dropped: number; rows: number };
  agentless: boolean;
  claimed_by?: string | null;
  customer_waits_since?: string | null;
  product?: string | null;
  notes: Note[];
  answers: Answered[];
  questions: Question[];
  step_states: StepDone[];
  resolved?: Resolved | null;
}

/** One item of an entry: an event, a fact or a decision. */
export interface Item {
  kind: string;
  position: number;
  at?: string;
  [key: string]: unknown;
}

/** The kinds of items that are rows of the log: lines, and what happened between them, in one count of ordinals from 0. */
export const ROW_KINDS = [
  'line',
  'gap',
  'attempt-started',
  'attempt-ended',
  'agent-left',
  'agent-resumed',
  'stopped',
] as const;
export type RowKind = (typeof ROW_KINDS)[number];
export interface Row {
  n: number;
  position: number;
  kind: RowKind;
  at: string;
  source?: string | null;
  line?: number | null;
  text?: string | null;
  cut_bytes?: number | null;
  attempt?: number | null;
  reason?: string | null;
  body?: Record<string, unknown> | null;
}
export interface LogPage {
  total: number;
  lines: Row[];
}

export interface FaultInList {
  id: string;
  number: number;
  cause: string;
  status: string;
  title: { en: string; fr: string };
}
export interface Fault {
  id: string;
  title: string;
  cause_label?: string | null;
  explain: string;
  say: string;
  steps: Step[];
}
export interface NewCaseAnswer {
  case: string;
  code?: string | null;
  expires_at?: string | null;
}
