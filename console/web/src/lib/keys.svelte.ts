// Shortcuts of one key. A page brings its own while it is open; they rest while somebody types or a dialog is open, and can
// be switched off (WCAG 2.1.4).

const STORED = 'hotliner.keys';

type Handlers = Record<string, (event: KeyboardEvent) => void>;

class Keys {
  on = $state(localStorage.getItem(STORED) !== 'off');
  /** Innermost last. */
  #layers: Handlers[] = [];

  constructor() {
    window.addEventListener('keydown', (event) => this.#pressed(event));
  }

  set(on: boolean): void {
    this.on = on;
    localStorage.setItem(STORED, on ? 'on' : 'off');
  }

  /** Brings shortcuts in; gives what takes them out again. */
  use(handlers: Handlers): () => void {
    this.#layers.push(handlers);
    return () => (this.#layers = this.#layers.filter((layer) => layer !== handlers));
  }

  #pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!this.on && event.key.length === 1) return;
    if (busy(event.target) || document.querySelector('dialog[open]') !== null) return;
    for (const layer of this.#layers.toReversed()) {
      const handler = layer[event.key] ?? layer[event.key.toLowerCase()];
      if (handler !== undefined) {
        event.preventDefault();
        handler(event);
        return;
      }
    }
  }
}

/** Whether keys belong to the element itself. */
function busy(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export const keys = new Keys();
