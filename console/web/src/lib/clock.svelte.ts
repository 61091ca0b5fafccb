// The clock that waiting times and ages run by: one timer for all of them.

const TICK_MS = 1_000;

class Clock {
  now = $state(Date.now());
  constructor() {
    setInterval(() => (this.now = Date.now()), TICK_MS);
  }
}

export const ticking = new Clock();
