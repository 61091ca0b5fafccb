// The state of a case page, as a pure fold over entries: the same entries give the same state in any batching.
//
// The page begins with what GET /cases/{id} says (everything up to `journal.last`) and applies the entries of the live
// stream with later positions. What is derived elsewhere (questions, states of steps) comes with `case` events and
// replaces what is here.

import type {
  Agent,
  Attempt,
  CaseView,
  Diagnosis,
  Fact,
  Item,
  Json,
  Lang,
  Note,
  Outcome,
  Row,
  RowKind,
} from '../api/types';
import { ROW_KINDS } from '../api/types';
import { GAUGES, type History, extend } from './gauges';

export interface CaseModel {
  view: CaseView;
  facts: ReadonlyMap<string, Fact>;
  /** Last position of a decision or an event that is in here. Facts stand by themselves: the newest reading of a path wins. */
  position: number;
  /** Rows of the log so far. */
  rows: number;
  /** Curves of gauges, by path. */
  history: ReadonlyMap<string, History>;
}

/** What one event of the stream brings: the items of an entry, and readings that were held back. */
export type Entry = readonly Item[];

/** What applying gave beside the new state: rows for the log. */
export interface Applied {
  model: CaseModel;
  rows: Row[];
}

const ROWS: ReadonlySet<string> = new Set(ROW_KINDS);

export function begin(view: CaseView): CaseModel {
  const facts = new Map(view.facts.map((fact) => [fact.path, fact]));
  const history = new Map<string, History>();
  for (const fact of view.facts) if (GAUGES.has(fact.path)) history.set(fact.path, extend(undefined, fact));
  return {
    view,
    facts,
    position: view.journal.last,
    rows: view.journal.rows,
    history,
  };
}

/** Replaces the parts that a `case` event brings. Facts never come that way. */
export function replace(model: CaseModel, part: Partial<CaseView>): CaseModel {
  const { facts, journal } = model.view;
  return { ...model, view: { ...model.view, ...part, facts, journal } };
}

/** Applies entries as they come; what is known already changes nothing. */
export function apply(model: CaseModel, entries: readonly Entry[], lang: Lang): Applied {
  const draft = new Draft(model, lang);
  for (const entry of entries) draft.entry(entry);
  return draft.done();
}

class Draft {
  private view: CaseView;
  private facts: Map<string, Fact> | null = null;
  private history: Map<string, History> | null = null;
  private total: number;
  private position: number;
  private changed = false;
  private readonly rows: Row[] = [];

  constructor(
    private readonly before: CaseModel,
    private readonly lang: Lang,
  ) {
    this.view = before.view;
    this.total = before.rows;
    this.position = before.position;
  }

  entry(items: Entry): void {
    let last = this.position;
    for (const item of items) {
      if (item.kind === 'fact') this.fact(item);
      else if (item.position > this.position) {
        last = Math.max(last, item.position);
        this.item(item);
      }
    }
    this.changed ||= last > this.position;
    this.position = last;
  }

  done(): Applied {
    if (!this.changed) return { model: this.before, rows: [] };
    const model: CaseModel = {
      view: this.view,
      facts: this.facts ?? this.before.facts,
      position: this.position,
      rows: this.total,
      history: this.history ?? this.before.history,
    };
    return { model, rows: this.rows };
  }

  private item(item: Item): void {
    if (item.kind !== 'line') this.view = decided(this.view, item, this.lang, this.total);
    if (ROWS.has(item.kind)) {
      this.rows.push(row(item, this.total));
      this.total += 1;
    }
  }

  private fact(item: Item): void {
    const fact: Fact = {
      path: String(item['path']),
      value: (item['value'] ?? null) as Json,
      observed_at: String(item['observed_at']),
      standing: item['standing'] as Fact['standing'],
    };
    const known = (this.facts ?? this.before.facts).get(fact.path);
    // Readings are held back and may come late, after a newer one or a second time.
    if (known !== undefined && (known.observed_at > fact.observed_at || same(known, fact))) return;
    this.changed = true;
    this.facts ??= new Map(this.before.facts);
    this.facts.set(fact.path, fact);
    if (GAUGES.has(fact.path)) {
      this.history ??= new Map(this.before.history);
      this.history.set(fact.path, extend(this.history.get(fact.path), fact));
    }
  }
}

function same(a: Fact, b: Fact): boolean {
  return (
    a.observed_at === b.observed_at &&
    a.standing === b.standing &&
    JSON.stringify(a.value) === JSON.stringify(b.value)
  );
}

/** An item as a row: its own keys, and its ordinal. */
function row(item: Item, n: number): Row {
  return { ...item, kind: item.kind as RowKind, at: item.at ?? '', n };
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** What a decision or an event of an attempt changes of the view. */
function decided(view: CaseView, item: Item, lang: Lang, rows: number): CaseView {
  const at = item.at ?? '';
  switch (item.kind) {
    case 'code-issued':
      return { ...view, code: { state: 'waiting', tries: 0, expires_at: text(item['expires_at']) } };
    case 'code-tried': {
      const burnt = item['tries_left'] === 0;
      const code = view.code;
      return code
        ? { ...view, code: { ...code, tries: code.tries + 1, state: burnt ? 'burnt' : code.state } }
        : view;
    }
    case 'intercepted':
      return { ...view, interceptions: view.interceptions + 1 };
    case 'agent-paired':
      return { ...view, agent: paired(item, at), code: view.code ? { ...view.code, state: 'used' } : null };
    case 'agent-resumed':
      return view.agent
        ? {
            ...view,
            agent: { ...view.agent, standing: 'connected', since: at, address: text(item['address']) },
          }
        : view;
    case 'agent-left':
      return standing(
        view,
        item['reason'] === 'customer-left' ||
          item['reason'] === 'finished' ||
          item['reason'] === 'case-closed'
          ? 'left'
          : item['reason'] === 'frozen'
            ? 'frozen'
            : 'away',
        at,
      );
    case 'agent-stopped':
      return standing(view, 'left', at);
    case 'link-frozen':
      return standing(view, 'frozen', at);
    case 'consent-changed': {
      const granted = item['granted'];
      return Array.isArray(granted) ? { ...view, consent: granted.map(String) } : view;
    }
    case 'attempt-started':
      return started(view, item, at, rows);
    case 'attempt-ended':
      return ended(view, item, at);
    case 'diagnoses-changed': {
      const diagnoses = item[lang];
      return Array.isArray(diagnoses)
        ? { ...view, diagnoses: diagnoses as Diagnosis[], catalogue: text(item['catalogue']) }
        : view;
    }
    case 'claimed':
      return { ...view, claimed_by: text(item['by']), customer_waits_since: null };
    case 'released':
      return { ...view, claimed_by: null };
    case 'transferred':
      return { ...view, claimed_by: text(item['to']) };
    case 'noted': {
      const note: Note = { at, by: text(item['by']), text: text(item['text']) };
      return { ...view, notes: [...view.notes, note] };
    }
    case 'case-closed':
      return { ...view, status: 'closed', closed_at: at };
    case 'case-resolved':
      return {
        ...view,
        status: 'closed',
        closed_at: at,
        resolved: { fault: text(item['fault']) || null, how: text(item['how']), by: text(item['by']), at },
      };
    default:
      return view;
  }
}

function paired(item: Item, at: string): Agent {
  return {
    standing: 'connected',
    version: text(item['version']),
    platform: text(item['platform']),
    address: text(item['address']),
    paired_at: at,
    since: at,
    lease_until: text(item['lease_until']),
  };
}

function standing(view: CaseView, word: Agent['standing'], at: string): CaseView {
  const agent = view.agent;
  // Once left or frozen, a lost connection says nothing new.
  if (!agent || (word === 'away' && agent.standing !== 'connected')) return view;
  return { ...view, agent: { ...agent, standing: word, since: at } };
}

function started(view: CaseView, item: Item, at: string, rows: number): CaseView {
  const id = Number(item['attempt'] ?? 0);
  if (view.attempts.some((attempt) => attempt.id === id)) return view;
  const body = (item['body'] ?? {}) as { program?: unknown; args?: unknown };
  const attempt: Attempt = {
    id,
    program: text(body.program),
    args: Array.isArray(body.args) ? body.args.map(String) : [],
    started_at: at,
    ended_at: null,
    outcome: null,
    exit: null,
    first_row: rows,
    told: 0,
  };
  return { ...view, attempts: [...view.attempts, attempt] };
}

function ended(view: CaseView, item: Item, at: string): CaseView {
  const body = (item['body'] ?? {}) as { outcome?: Outcome; exit?: Attempt['exit'] };
  const attempts = view.attempts.map((attempt) =>
    attempt.id === item['attempt']
      ? { ...attempt, ended_at: at, outcome: body.outcome ?? 'unknown', exit: body.exit ?? null }
      : attempt,
  );
  return { ...view, attempts };
}
