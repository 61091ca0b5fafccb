// Messages in English. Their type is what every other language must fill: one missing fails the type check and the build.

export const en = {
  lang: 'English',
  nav: { skip: 'Skip to content', queue: 'Queue', faults: 'Faults', account: 'Account', keys: 'Keys', signOut: 'Sign out', theme: 'Light or dark', language: 'Language' },
  common: {
    save: 'Save', cancel: 'Cancel', close: 'Close', copy: 'Copy', copied: 'Copied', retry: 'Try again', loading: 'Loading…', none: 'none', yes: 'Yes', no: 'No', day: 'd', more: 'Show all', less: 'Show less', ago: (time: string) => `${time} ago`, nobody: 'nobody', search: 'Search', slow: 'Still waiting for the console…',
  },
  trouble: {
    title: 'That did not work',
    offline: 'The console does not answer. Nothing is lost; check your network, or ask who runs the console.',
    signedOut: 'Your session has ended. Sign in again.',
    forbidden: 'Your role does not allow this.',
    gone: 'There is nothing here any more.',
    conflict: 'Somebody else was faster, or the case has changed.',
    wait: (seconds: number) => `Too many tries. Wait ${seconds} s and try again.`,
    other: (status: number) => `The console refused (${status}).`,
  },
  signIn: {
    title: 'Sign in', name: 'Name', password: 'Password', go: 'Sign in', wrong: 'Name or password is wrong.',
    first: 'No account exists yet. Open the one-time link that “hotliner-console serve” printed in its terminal.',
    customer: 'You need help with your own PC?', customerLink: 'Read how a technician can help you',
  },
  first: {
    title: 'Make the first account', lead: 'It may do everything, and make accounts for the team.', again: 'Password once more', rule: 'At least 12 characters. A sentence is good.', differ: 'The two passwords differ.', short: 'Use at least 12 characters.', go: 'Make the account', bad: 'This link was used, or is not the one the console printed last.', done: 'An account exists already. Sign in with it.',
  },
  account: {
    title: 'Your account', language: 'Language', browser: 'As the browser', theme: 'Appearance', system: 'As the system', light: 'Light', dark: 'Dark', password: 'Change the password', old: 'Present password', fresh: 'New password', changed: 'Saved.', keys: 'Single-key shortcuts', keysHint: 'Off for speech input or a screen reader that uses the same keys. The rest of the keyboard works either way.', role: 'Role', wrong: 'The present password is wrong.',
  },
  roles: { hotliner: 'Hot liner', engineer: 'Engineer', supervisor: 'Supervisor', author: 'Fault author', admin: 'Administrator' } as Record<string, string>,
  queue: {
    title: 'Queue', waiting: 'Waiting', mine: 'Mine', team: 'Team', resolved: 'Resolved', views: 'Views of the queue', newCase: 'New case', find: 'Find a case: words, product, note', case: 'Case', product: 'Product', see: 'What we see', waits: 'Waiting', with: 'With', claim: 'Claim', open: 'Open', you: 'you',
    untitled: 'No note', noDiagnosis: 'Nothing named yet', notJoined: (left: string) => `Code given out, ${left} left`, codeOver: 'The code has run out', codeBurnt: 'The code is burnt: too many wrong tries', noAgent: 'Without an agent',
    emptyWaiting: 'Nobody is waiting.', emptyWaitingHint: 'A new case appears here by itself.', emptyMine: 'You have no open case.', emptyMineHint: 'Claim one with C, or open a new one with N.', emptyTeam: 'No open case at all.', emptyTeamHint: 'When somebody opens one, it appears here.', emptyResolved: 'Nothing is resolved yet.', emptyResolvedHint: 'Resolved cases are kept here.', emptySearch: (words: string) => `No case holds “${words}” in this view.`,
    lost: 'Live updates are cut; the list may be old. Connecting again…', live: 'Live', claimed: (who: string) => `Claimed by ${who} a moment before you.`, count: (n: number) => (n === 1 ? '1 case' : `${n} cases`), long: 'waits long',
  },
  agent: { none: 'No agent', connected: 'Live', away: 'Away', left: 'Left', frozen: 'Frozen' },
  agentSays: {
    away: (time: string) => `The PC has not been heard for ${time}. It comes back by itself; figures are from then.`,
    left: (time: string) => `The agent ended ${time} ago. Figures are from then. A new code lets the customer join again.`,
    frozen: 'Two programs showed the same key of this PC, so nothing is taken from it any more. Ask the customer to join again with a new code.',
    none: 'No PC is connected yet.',
    intercepted: (n: number) => `The right code came over an intercepted connection (${n}). Do not go on before you know who is in between: a proxy of the company, or an attack.`,
    newCode: 'New code',
  },
  outcome: { succeeded: 'Succeeded', failed: 'Failed', cancelled: 'Stopped', 'rolled-back': 'Rolled back', 'reboot-needed': 'Needs a restart', unknown: 'End not seen', running: 'Running' },
  standing: { confirmed: 'Confirmed', likely: 'Likely', possible: 'Possible', 'ruled-out': 'Ruled out' },
  fact: { value: '', unsupported: 'not on this system', denied: 'not readable without rights', 'timed-out': 'gave no answer in time', 'not-collected': 'not looked at', redacted: 'masked on the PC' },
  newCase: {
    title: 'New case', note: 'Note', noteHint: 'Words to find the case by. Never a name or an address that is not needed.', product: 'Product', kind: 'How does the PC reach us?', withAgent: 'With the agent: give the customer a code', without: 'Without: the customer reads aloud, I type', go: 'Open the case', code: 'Read this aloud', left: (time: string) => `${time} left · one use`, over: 'This code has run out.', again: 'Give out a new code', goCase: 'Go to the case', steps: 'What the customer does',
    s1: 'Open the page of help, or Hotliner on the PC', s2: 'Type these digits', s3: 'Read, and accept what we may look at', waiting: 'Waiting for the PC…', joined: 'The PC has joined.', where: 'Page for the customer', tries: (n: number) => (n === 1 ? 'typed wrong once' : `typed wrong ${n} times`), burnt: 'This code is burnt: it was typed wrong too often.',
  },
  case: {
    title: 'Case', pc: 'The PC', attempt: 'The attempt', repair: 'The repair', back: 'Queue', claim: 'Claim', release: 'Release', transfer: 'Transfer', resolve: 'Resolve', close: 'Close without a fix', with: (who: string) => `With ${who}`, withYou: 'With you', unclaimed: 'With nobody', lease: (time: string) => `Consent for ${time}`, leaseOver: 'The consent has run out', allows: 'Allowed', nothingAllowed: 'nothing', opened: (time: string) => `Opened ${time} ago`, closed: 'Closed', resolved: 'Resolved',
    lost: 'The line to the console is cut. What you see is from then; connecting again…', lostFor: (time: string) => `cut for ${time}`, gone: 'There is no such case.', typed: 'No agent', resolvedBy: (who: string, how: string) => `Resolved by ${who}: ${how}`,
    transferTo: 'To whom', transferNote: 'What they should know', resolveHow: 'What fixed it', resolveFault: 'Cause', resolveOther: 'Something else', closeSure: 'Close the case without a fix? The agent is sent away.', newCodeTitle: 'New code',
  },
  pc: {
    identity: 'Identity', now: 'Now', processor: 'Processor', memory: 'Memory in use', freeSystem: 'Free on the system disk', freeInstall: 'Free where it installs', of: (all: string) => `of ${all}`, attention: 'Needs attention', disks: 'Disks', software: 'Packages', network: 'Network', processes: 'Largest programs', all: 'Everything known', unchanged: (time: string) => `same for ${time}`, old: (time: string) => `${time} old`, nothing: 'Nothing known of this PC yet.', nothingTold: 'Without an agent nothing is read from the PC. Ask, and tick the answers on the right.',
    lock: 'Package lock', lockHeld: (who: string) => `held by ${who}`, lockFree: 'free', lockSomebody: 'a program', interrupted: 'Interrupted installation', broken: (n: number) => (n === 1 ? '1 package half installed' : `${n} packages half installed`), count: 'Packages', sound: 'all in order', readOnly: 'read-only', noExec: 'no programs may run', inodes: (n: string) => `${n} files left`, freeOf: (free: string, all: string) => `${free} free of ${all}`, route: 'Way to the internet', routeNo: 'none', dns: 'Name servers', proxy: 'Proxy', proxyNone: 'none', interfaces: 'Interfaces', clock: 'Clock against ours', timezone: 'Time zone', ahead: (time: string) => `${time} ahead`, behind: (time: string) => `${time} behind`, exact: 'exact to the second', again: 'Read again', asked: 'asked', filter: 'Filter facts', facts: (n: number) => (n === 1 ? '1 fact' : `${n} facts`), swap: 'Swap', low: 'low', history: (name: string) => `${name}, the last minutes`, cores: (n: number) => (n === 1 ? '1 core' : `${n} cores`),
  },
  log: {
    title: 'Log', all: 'All', deciding: 'Deciding', following: 'Following', follow: 'Follow the end', paused: (n: string) => `${n} new below`, search: 'Search the log', next: 'Next', previous: 'Previous', noHit: 'Not found', line: 'line', lines: (n: string) => `${n} lines`, nothing: 'No line yet. They appear as the installer prints them.', nothingYet: 'Waiting for the PC.', attempts: (n: number, of: number) => `attempt ${n} of ${of}`, none: 'No installation was started yet.', noneTold: 'What the customer reads aloud appears here.', cutBytes: (n: string) => `${n} more bytes were cut on the PC`, longer: (n: string) => `${n} more characters are not shown`,
    gap: (n: string, reason: string) => `${n} lines were lost on the PC: ${reason}`, gapSome: (reason: string) => `Something was lost on the PC: ${reason}`, started: (program: string) => `${program} was started`, startedLate: (program: string) => `${program} ran already when watching began`, ended: (outcome: string, exit: string) => `Ended: ${outcome}${exit}`, exit: (code: string) => ` (exit code ${code})`, signal: (n: string) => ` (signal ${n})`, agentLeft: 'The PC was lost from here', agentBack: 'The PC came back: nothing in between is missing unless it says so', stopped: (by: string) => `Watching ended: ${by}`, mark: (n: number) => `deciding, see evidence ${n}`, toDiagnosis: 'Show the diagnosis', timeline: 'Timeline of the attempts', stopReasons: { customer: 'by the customer', lease: 'the consent ran out', finished: 'all done' } as Record<string, string>, tell: 'Type what the customer reads', tellHint: 'One line or several. Enter sends, Shift+Enter begins a new line.', send: 'Send', told: 'told', loadFailed: 'The log cannot be read just now.',
  },
  repair: {
    diagnosis: 'Diagnosis', others: 'Also considered', none: 'Nothing is named yet', noneHint: 'The first failing line names the cause. Until then the PC on the left tells what it can.', noneEnded: 'No known fault fits what was seen. Read the end of the log; ask what the screen shows.', noneSuccess: 'The installation succeeded. Nothing is wrong with it.', say: 'Say', why: 'Why', evidence: 'Evidence', factSource: 'read from the PC', answerSource: 'answered', missing: 'Not known yet', missingHint: 'would make it surer', ruledOutBy: (what: string) => `Ruled out: ${what}`, explains: 'Explains as well', toLine: (n: string) => `line ${n}`, score: (n: string) => `${n} % fit`,
    questions: 'Ask the customer', settles: 'would settle it', answered: 'Answered', steps: 'Repair', stepsDone: (n: number, of: number) => `${n} of ${of} said done`, who: { customer: 'customer', technician: 'you', agent: 'the PC, with consent' }, state: { proposed: '', 'said-done': 'said done, not verified', failed: 'did not work', skipped: 'left out', verified: 'verified' }, saidDone: 'Said done', failed: 'Did not work', skip: 'Leave out', verify: 'Afterwards this must hold', retry: 'the installation succeeds when it is run again', notes: 'Notes', noteAdd: 'Add a note', noteSave: 'Add', noNotes: 'No note yet.', choose: 'Show this diagnosis', stepsAfter: 'Steps are shown from “likely” on.', current: 'next step', again: 'Again',
  },
  faults: { title: 'Faults', find: 'Search faults: words, id, number, cause', count: (n: number) => (n === 1 ? '1 fault' : `${n} faults`), none: (words: string) => `No fault holds “${words}”.`, pick: 'Choose a fault to read it.', cause: 'Cause', number: 'Number', status: { draft: 'Draft', beta: 'Beta', stable: 'Stable', retired: 'Retired' } as Record<string, string>, catalogue: 'Catalogue', both: 'In the other language', evidence: 'Evidence', conditions: 'When it holds', steps: 'Steps', verify: 'Verification', say: 'Say', explain: 'What happened', applies: 'Applies where', list: 'All faults' },
  keys: {
    title: 'Keys', off: 'Single-key shortcuts are off (see Account).', anywhere: 'Anywhere', help: 'Show these keys', search: 'Search', newCase: 'New case', goQueue: 'To the queue', goFaults: 'To the faults', close: 'Close, or back', queue: 'In the queue', move: 'Down and up', open: 'Open the case', claim: 'Claim or release', views: 'Waiting, mine, team, resolved', case: 'In a case', follow: 'Follow the end of the log', deciding: 'Next deciding line', other: 'Next diagnosis', done: 'Next step: said done', failed: 'Next step: did not work', note: 'Write a note', transfer: 'Transfer', resolve: 'Resolve', parts: 'To the PC, the attempt, the repair', log: 'In the log', line: 'Line up and down', page: 'Page up and down', ends: 'First and last line',
  },
  scopes: { hardware: 'hardware', software: 'software', drivers: 'drivers', network: 'network', 'installer-output': 'installer output', 'system-logs': 'system logs', repair: 'repair' } as Record<string, string>,
};

/** What every language must fill. */
export type Messages = typeof en;
