//! What the terminal says, in English and French. A text that is missing in one language does not compile.

use hotliner_faults::lang::Lang;

/// Every text of the terminal.
#[derive(Debug)]
pub struct Words {
    /// Names of the digits, for reading a code aloud.
    pub digits: [&'static str; 10],
    /// Before the code as it is said.
    pub say_code: &'static str,
    /// How long a code lives; before the time.
    pub code_until: &'static str,
    /// After the time.
    pub code_once: &'static str,
    /// Heading of a case.
    pub case: &'static str,
    /// Before the last standing of an agent.
    pub agent: &'static str,
    /// Nobody has joined yet.
    pub no_agent: &'static str,
    /// Standings of an agent: connected, away, left, frozen.
    pub agent_standings: [&'static str; 4],
    /// Before what the customer allows.
    pub consent: &'static str,
    /// Nothing is allowed.
    pub nothing: &'static str,
    /// Before an attempt.
    pub attempt: &'static str,
    /// An attempt that runs.
    pub running: &'static str,
    /// Outcomes: succeeded, failed, cancelled, rolled-back, reboot-needed, unknown.
    pub outcomes: [&'static str; 6],
    /// Standings of diagnoses: confirmed, likely, possible, ruled-out.
    pub standings: [&'static str; 4],
    /// Before the cause of a diagnosis.
    pub cause: &'static str,
    /// Before the evidence.
    pub evidence: &'static str,
    /// Before the explanation.
    pub why: &'static str,
    /// Before the words to say to the customer.
    pub say: &'static str,
    /// Before the steps.
    pub steps: &'static str,
    /// Who does a step: customer, technician, agent.
    pub actors: [&'static str; 3],
    /// Before what would settle a diagnosis.
    pub missing: &'static str,
    /// Before what a diagnosis explains away.
    pub explains: &'static str,
    /// No diagnosis.
    pub no_diagnosis: &'static str,
    /// Before counts of files and lines.
    pub scanned: &'static str,
    /// Before the count of attempts that do not decide.
    pub earlier: &'static str,
    /// Before the count of what was not read.
    pub not_read: &'static str,
    /// Before the name of something that was not read.
    pub was_not_read: &'static str,
    /// The logs say that the attempt ended well.
    pub ended_well: &'static str,
    /// Files, in counts.
    pub files: &'static str,
    /// Lines, in counts.
    pub lines: &'static str,
    /// Facts, in counts.
    pub facts: &'static str,
    /// Faults, in counts.
    pub faults: &'static str,
    /// Examples, in counts.
    pub examples: &'static str,
    /// No fault has the words searched for.
    pub no_fault: &'static str,
    /// Before a piece of evidence no example needs.
    pub unnoticed: &'static str,
    /// Mutants, in counts.
    pub mutants: &'static str,
    /// Survivors, in counts.
    pub survivors: &'static str,
    /// What a backtest finds: gained, lost, newly wrong, otherwise changed.
    pub backtest: [&'static str; 4],
    /// Cases, in counts.
    pub cases: &'static str,
    /// Faults of a backtest's catalogue: new, changed, gone.
    pub differences: [&'static str; 3],
    /// Nothing was diagnosed.
    pub silent: &'static str,
    /// Failed ones, in counts.
    pub failed: &'static str,
    /// No case.
    pub no_case: &'static str,
    /// A case was closed.
    pub closed: &'static str,
    /// The serve banner: agents, technicians, team, data, next.
    pub banner: [&'static str; 5],
    /// The console listens.
    pub ready: &'static str,
    /// Above a token's secret.
    pub token_once: &'static str,
    /// No token.
    pub no_token: &'static str,
    /// A token was revoked.
    pub revoked: &'static str,
    /// Before the one-time link that makes the first account.
    pub first_account: &'static str,
    /// After it.
    pub first_account_once: &'static str,
    /// Asks for a password, and once more.
    pub password: [&'static str; 2],
    /// The two are not the same.
    pub passwords_differ: &'static str,
    /// No account.
    pub no_account: &'static str,
    /// An account was made, got another password, was removed.
    pub account_done: [&'static str; 3],
}

/// The words of a language.
pub fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &EN,
        Lang::Fr => &FR,
    }
}

const EN: Words = Words {
    digits: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    say_code: "say",
    code_until: "good until",
    code_once: "and for one use",
    case: "case",
    agent: "agent",
    no_agent: "nobody has joined yet",
    agent_standings: ["connected", "away", "left", "frozen: give out a new code"],
    consent: "allowed",
    nothing: "nothing",
    attempt: "attempt",
    running: "running",
    outcomes: ["succeeded", "failed", "cancelled", "rolled back", "needs a restart", "end not seen"],
    standings: ["confirmed", "likely", "possible", "ruled out"],
    cause: "cause",
    evidence: "evidence",
    why: "why",
    say: "say",
    steps: "steps",
    actors: ["customer", "you", "agent"],
    missing: "would settle it",
    explains: "explains",
    no_diagnosis: "No known fault matches.",
    scanned: "read",
    earlier: "earlier attempts left aside",
    not_read: "not read",
    was_not_read: "not read:",
    ended_well: "The last attempt ended well.",
    files: "files",
    lines: "lines",
    facts: "facts",
    faults: "faults",
    examples: "examples",
    no_fault: "No fault has all of these words.",
    unnoticed: "no example fails without",
    mutants: "mutants",
    survivors: "survive",
    backtest: ["gained", "lost", "newly wrong", "changed"],
    cases: "cases",
    differences: ["new faults", "changed faults", "faults that are gone"],
    silent: "silent",
    failed: "failed",
    no_case: "There is no case yet. Open one with: hotliner-console case new",
    closed: "The case is closed.",
    banner: ["agents", "technicians", "team", "data", "next"],
    ready: "ready",
    token_once: "The token, shown this once only:",
    no_token: "There is no token yet. Make one with: hotliner-console token new --name WHO",
    revoked: "The token is revoked.",
    first_account: "first account",
    first_account_once: "open this link in a browser; it works once, until there is an account",
    password: ["password: ", "once more: "],
    passwords_differ: "the two passwords are not the same",
    no_account: "There is no account yet. Make one with: hotliner-console user add NAME --role admin",
    account_done: ["The account is made.", "The password is set.", "The account is removed."],
};

const FR: Words = Words {
    digits: ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    say_code: "à dire",
    code_until: "valable jusqu'à",
    code_once: "et une seule fois",
    case: "dossier",
    agent: "agent",
    no_agent: "personne n'a encore rejoint le dossier",
    agent_standings: ["connecté", "absent", "parti", "bloqué : donnez un nouveau code"],
    consent: "permis",
    nothing: "rien",
    attempt: "tentative",
    running: "en cours",
    outcomes: ["réussie", "échouée", "annulée", "défaite", "redémarrage nécessaire", "fin non observée"],
    standings: ["confirmé", "probable", "possible", "écarté"],
    cause: "cause",
    evidence: "indices",
    why: "pourquoi",
    say: "à dire",
    steps: "étapes",
    actors: ["client", "vous", "agent"],
    missing: "trancherait",
    explains: "explique",
    no_diagnosis: "Aucune panne connue ne correspond.",
    scanned: "lu",
    earlier: "tentatives antérieures mises de côté",
    not_read: "non lus",
    was_not_read: "non lu :",
    ended_well: "La dernière tentative s'est bien terminée.",
    files: "fichiers",
    lines: "lignes",
    facts: "faits",
    faults: "pannes",
    examples: "exemples",
    no_fault: "Aucune panne ne contient tous ces mots.",
    unnoticed: "aucun exemple n'échoue sans",
    mutants: "mutants",
    survivors: "survivent",
    backtest: ["gagnés", "perdus", "nouvelles erreurs", "changés"],
    cases: "cas",
    differences: ["pannes nouvelles", "pannes modifiées", "pannes disparues"],
    silent: "muet",
    failed: "en échec",
    no_case: "Aucun dossier pour l'instant. Pour en ouvrir un : hotliner-console case new",
    closed: "Le dossier est clos.",
    banner: ["agents", "techniciens", "équipe", "données", "ensuite"],
    ready: "prêt",
    token_once: "Le jeton, affiché cette seule fois :",
    no_token: "Aucun jeton pour l'instant. Pour en créer un : hotliner-console token new --name QUI",
    revoked: "Le jeton est révoqué.",
    first_account: "premier compte",
    first_account_once: "ouvrez ce lien dans un navigateur ; il sert une fois, tant qu'il n'y a pas de compte",
    password: ["mot de passe : ", "encore une fois : "],
    passwords_differ: "les deux mots de passe diffèrent",
    no_account: "Aucun compte pour l'instant. Pour en créer un : hotliner-console user add NOM --role admin",
    account_done: ["Le compte est créé.", "Le mot de passe est défini.", "Le compte est supprimé."],
};

impl Words {
    /// A word of a fixed list in this language; the word itself if it is of a newer version.
    pub fn named<'w>(&self, known: &[&str], said: &[&'w str], word: &'w str) -> &'w str {
        known.iter().position(|known| *known == word).and_then(|i| said.get(i)).copied().unwrap_or(word)
    }

    /// The standing of a diagnosis.
    pub fn standing<'w>(&'w self, word: &'w str) -> &'w str {
        self.named(&["confirmed", "likely", "possible", "ruled-out"], &self.standings, word)
    }

    /// Who does a step.
    pub fn actor<'w>(&'w self, word: &'w str) -> &'w str {
        self.named(&["customer", "technician", "agent"], &self.actors, word)
    }

    /// The outcome of an attempt.
    pub fn outcome<'w>(&'w self, word: &'w str) -> &'w str {
        let known = ["succeeded", "failed", "cancelled", "rolled-back", "reboot-needed", "unknown"];
        self.named(&known, &self.outcomes, word)
    }

    /// The standing of an agent.
    pub fn agent_standing<'w>(&'w self, word: &'w str) -> &'w str {
        self.named(&["connected", "away", "left", "frozen"], &self.agent_standings, word)
    }
}
