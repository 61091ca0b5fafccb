// What the console says, as the pages use it: the shapes of docs/openapi.json (generated/schema.d.ts is made of it by
// `npm run types`), narrowed where the document says only `string`. A shape that is renamed or removed there fails the type
// check here.

import type { components } from '../../generated/schema';

type Schemas = components['schemas'];

/** `T` with some of its keys narrowed; a key that `T` does not have is a mistake. */
type Narrow<T, N extends { [K in keyof N]: K extends keyof T ? unknown : never }> = Omit<T, keyof N> & N;

export type Lang = 'en' | 'fr';
export type Theme = 'light' | 'dark';
export type Standing = 'confirmed' | 'likely' | 'possible' | 'ruled-out';
export type AgentWord = 'none' | 'connected' | 'away' | 'left' | 'frozen';
export type Outcome = 'succeeded' | 'failed' | 'cancelled' | 'rolled-back' | 'reboot-needed' | 'unknown';
export type StepState = 'proposed' | 'said-done' | 'failed' | 'skipped' | 'verified';
export type Actor = 'customer' | 'technician' | 'agent';
export type View = 'waiting' | 'mine' | 'team' | 'resolved';

export type Session = Schemas['Session'];
export type Account = NonNullable<Session['account']>;

export type CaseRow = Narrow<
  Schemas['CaseInList'],
  {
    diagnosis?: Narrow<Schemas['DiagnosisInList'], { standing: Standing }> | null;
    attempt?: Narrow<Schemas['AttemptInList'], { outcome?: Outcome | null }> | null;
  }
>;

export type Seen = Schemas['SeenView'];
export type Step = Narrow<Schemas['StepView'], { actor: Actor }>;
export type Diagnosis = Narrow<
  Schemas['DiagnosisView'],
  { standing: Standing; steps: Step[]; explains: Diagnosis[] }
>;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type FactStanding = 'value' | 'unsupported' | 'denied' | 'timed-out' | 'not-collected' | 'redacted';
export type Fact = Narrow<Schemas['FactView'], { value?: Json; standing: FactStanding }>;
export type Attempt = Narrow<Schemas['AttemptView'], { outcome?: Outcome | null }>;
export type Agent = Narrow<Schemas['AgentView'], { standing: Exclude<AgentWord, 'none'> }>;
export type CodeStanding = Narrow<Schemas['CodeView'], { state: 'waiting' | 'used' | 'burnt' | 'expired' }>;
export type Note = Schemas['NoteView'];
export type StepDone = Narrow<Schemas['StepDoneView'], { state: StepState }>;
export type CaseView = Narrow<
  Omit<Schemas['CaseView'], 'steps'>,
  {
    code?: CodeStanding | null;
    agent?: Agent | null;
    diagnoses: Diagnosis[];
    facts: Fact[];
    attempts: Attempt[];
    step_states: StepDone[];
  }
>;

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
export type Row = Narrow<Schemas['LogRow'], { kind: RowKind; body?: Record<string, unknown> | null }>;
export type LogPage = Narrow<Schemas['Log'], { lines: Row[] }>;
export type Hits = Schemas['Hits'];

export type FaultInList = Schemas['FaultInList'];
export type FaultList = Schemas['FaultList'];
export type Fault = Narrow<Schemas['FaultView'], { steps: Narrow<Schemas['FaultStep'], { actor: Actor }>[] }>;
export type NewCaseAnswer = Schemas['Code'];
