// Messages en français. Le type vient de l'anglais : un message manquant fait échouer la vérification et la construction.

import type { Messages } from './en';

const s = (n: number) => (n > 1 ? 's' : '');

export const fr: Messages = {
  lang: 'Français',
  nav: { skip: 'Aller au contenu', queue: 'File', faults: 'Pannes', account: 'Compte', keys: 'Touches', signOut: 'Se déconnecter', theme: 'Clair ou sombre', language: 'Langue' },
  common: {
    save: 'Enregistrer', cancel: 'Annuler', close: 'Fermer', copy: 'Copier', copied: 'Copié', retry: 'Réessayer', loading: 'Chargement…', none: 'aucun', yes: 'Oui', no: 'Non', day: 'j', more: 'Tout afficher', less: 'Réduire', ago: (time) => `il y a ${time}`, nobody: 'personne', search: 'Rechercher', slow: 'La console se fait attendre…',
  },
  trouble: {
    title: 'Cela n’a pas fonctionné',
    offline: 'La console ne répond pas. Rien n’est perdu ; vérifiez votre réseau, ou demandez à qui gère la console.',
    signedOut: 'Votre session est terminée. Connectez-vous de nouveau.',
    forbidden: 'Votre rôle ne le permet pas.',
    gone: 'Il n’y a plus rien ici.',
    conflict: 'Quelqu’un a été plus rapide, ou le dossier a changé.',
    wait: (seconds) => `Trop d’essais. Attendez ${seconds} s avant de recommencer.`,
    other: (status) => `La console a refusé (${status}).`,
  },
  signIn: {
    title: 'Connexion', name: 'Nom', password: 'Mot de passe', go: 'Se connecter', wrong: 'Nom ou mot de passe incorrect.',
    first: 'Aucun compte n’existe encore. Ouvrez le lien à usage unique que « hotliner-console serve » a affiché dans son terminal.',
    customer: 'Vous cherchez de l’aide pour votre propre PC ?', customerLink: 'Lisez comment un technicien peut vous aider',
  },
  first: {
    title: 'Créer le premier compte', lead: 'Il peut tout faire, et créer les comptes de l’équipe.', again: 'Mot de passe, encore une fois', rule: 'Au moins 12 caractères. Une phrase convient bien.', differ: 'Les deux mots de passe diffèrent.', short: 'Il faut au moins 12 caractères.', go: 'Créer le compte', bad: 'Ce lien a déjà servi, ou n’est pas le dernier que la console a affiché.', done: 'Un compte existe déjà. Connectez-vous avec lui.',
  },
  account: {
    title: 'Votre compte', language: 'Langue', browser: 'Celle du navigateur', theme: 'Apparence', system: 'Celle du système', light: 'Claire', dark: 'Sombre', password: 'Changer de mot de passe', old: 'Mot de passe actuel', fresh: 'Nouveau mot de passe', changed: 'Enregistré.', keys: 'Raccourcis à une touche', keysHint: 'À couper avec la saisie vocale ou un lecteur d’écran qui utilise les mêmes touches. Le reste du clavier fonctionne toujours.', role: 'Rôle', wrong: 'Le mot de passe actuel est incorrect.',
  },
  roles: { hotliner: 'Technicien', engineer: 'Ingénieur', supervisor: 'Superviseur', author: 'Auteur de pannes', admin: 'Administrateur' },
  queue: {
    title: 'File', waiting: 'En attente', mine: 'Les miens', team: 'Équipe', resolved: 'Résolus', views: 'Vues de la file', newCase: 'Nouveau dossier', find: 'Trouver un dossier : mots, produit, note', case: 'Dossier', product: 'Produit', see: 'Ce que nous voyons', waits: 'Attente', with: 'Suivi par', claim: 'Prendre', open: 'Ouvrir', you: 'vous',
    untitled: 'Sans note', noDiagnosis: 'Rien d’identifié encore', notJoined: (left) => `Code donné, encore ${left}`, codeOver: 'Le code a expiré', codeBurnt: 'Code brûlé : trop d’essais erronés', noAgent: 'Sans agent',
    emptyWaiting: 'Personne n’attend.', emptyWaitingHint: 'Un nouveau dossier apparaît ici de lui-même.', emptyMine: 'Vous n’avez aucun dossier ouvert.', emptyMineHint: 'Prenez-en un avec C, ou ouvrez-en un nouveau avec N.', emptyTeam: 'Aucun dossier ouvert.', emptyTeamHint: 'Dès que quelqu’un en ouvre un, il apparaît ici.', emptyResolved: 'Rien n’est encore résolu.', emptyResolvedHint: 'Les dossiers résolus sont gardés ici.', emptySearch: (words) => `Aucun dossier ne contient « ${words} » dans cette vue.`,
    lost: 'Les mises à jour sont coupées ; la liste peut dater. Reconnexion…', live: 'En direct', claimed: (who) => `Pris par ${who} un instant avant vous.`, count: (n) => `${n} dossier${s(n)}`, long: 'attend longtemps',
  },
  agent: { none: 'Pas d’agent', connected: 'En direct', away: 'Absent', left: 'Parti', frozen: 'Gelé' },
  agentSays: {
    away: (time) => `Le PC est silencieux depuis ${time}. Il revient de lui-même ; les chiffres datent d’alors.`,
    left: (time) => `L’agent s’est arrêté il y a ${time}. Les chiffres datent d’alors. Un nouveau code permet au client de revenir.`,
    frozen: 'Deux programmes ont présenté la même clé de ce PC : plus rien n’est accepté de lui. Demandez au client de revenir avec un nouveau code.',
    none: 'Aucun PC n’est encore connecté.',
    intercepted: (n) => `Le bon code est arrivé par une connexion interceptée (${n}). Ne continuez pas sans savoir qui est entre vous : un proxy d’entreprise, ou une attaque.`,
    newCode: 'Nouveau code',
  },
  outcome: { succeeded: 'Réussie', failed: 'Échouée', cancelled: 'Arrêtée', 'rolled-back': 'Annulée', 'reboot-needed': 'Redémarrage requis', unknown: 'Fin non vue', running: 'En cours' },
  standing: { confirmed: 'Confirmé', likely: 'Probable', possible: 'Possible', 'ruled-out': 'Écarté' },
  fact: { value: '', unsupported: 'inexistant sur ce système', denied: 'illisible sans droits', 'timed-out': 'pas de réponse à temps', 'not-collected': 'non examiné', redacted: 'masqué sur le PC' },
  newCase: {
    title: 'Nouveau dossier', note: 'Note', noteHint: 'Quelques mots pour retrouver le dossier. Ni nom ni adresse sans nécessité.', product: 'Produit', kind: 'Comment le PC nous joint-il ?', withAgent: 'Avec l’agent : donner un code au client', without: 'Sans : le client lit à voix haute, je saisis', go: 'Ouvrir le dossier', code: 'À lire à voix haute', left: (time) => `encore ${time} · usage unique`, over: 'Ce code a expiré.', again: 'Donner un nouveau code', goCase: 'Aller au dossier', steps: 'Ce que fait le client',
    s1: 'Ouvrir la page d’aide, ou Hotliner sur le PC', s2: 'Saisir ces chiffres', s3: 'Lire, et accepter ce que nous pouvons regarder', waiting: 'En attente du PC…', joined: 'Le PC est connecté.', where: 'Page pour le client', tries: (n) => `saisi ${n} fois de travers`, burnt: 'Ce code est brûlé : trop de saisies erronées.',
  },
  case: {
    title: 'Dossier', pc: 'Le PC', attempt: 'La tentative', repair: 'La réparation', back: 'File', claim: 'Prendre', release: 'Rendre', transfer: 'Transférer', resolve: 'Résoudre', close: 'Clore sans solution', with: (who) => `Suivi par ${who}`, withYou: 'Suivi par vous', unclaimed: 'Suivi par personne', lease: (time) => `Accord pour ${time}`, leaseOver: 'L’accord a expiré', allows: 'Autorisé', nothingAllowed: 'rien', opened: (time) => `Ouvert il y a ${time}`, closed: 'Clos', resolved: 'Résolu',
    lost: 'La liaison avec la console est coupée. Ce que vous voyez date d’alors ; reconnexion…', lostFor: (time) => `coupée depuis ${time}`, gone: 'Ce dossier n’existe pas.', typed: 'Sans agent', resolvedBy: (who, how) => `Résolu par ${who} : ${how}`,
    transferTo: 'À qui', transferNote: 'Ce qu’il faut savoir', resolveHow: 'Ce qui a réparé', resolveFault: 'Cause', resolveOther: 'Autre chose', closeSure: 'Clore le dossier sans solution ? L’agent sera renvoyé.', newCodeTitle: 'Nouveau code',
  },
  pc: {
    identity: 'Identité', now: 'Maintenant', processor: 'Processeur', memory: 'Mémoire utilisée', freeSystem: 'Libre sur le disque système', freeInstall: 'Libre là où l’on installe', of: (all) => `sur ${all}`, attention: 'À surveiller', disks: 'Disques', software: 'Paquets', network: 'Réseau', processes: 'Plus gros programmes', all: 'Tout ce qui est connu', unchanged: (time) => `inchangé depuis ${time}`, old: (time) => `date de ${time}`, nothing: 'Rien n’est encore connu de ce PC.', nothingTold: 'Sans agent, rien n’est lu sur le PC. Posez les questions et cochez les réponses à droite.',
    lock: 'Verrou des paquets', lockHeld: (who) => `tenu par ${who}`, lockFree: 'libre', lockSomebody: 'un programme', interrupted: 'Installation interrompue', broken: (n) => `${n} paquet${s(n)} à moitié installé${s(n)}`, count: 'Paquets', sound: 'tous en ordre', readOnly: 'lecture seule', noExec: 'exécution interdite', inodes: (n) => `encore ${n} fichiers`, freeOf: (free, all) => `${free} libres sur ${all}`, route: 'Accès à internet', routeNo: 'aucun', dns: 'Serveurs de noms', proxy: 'Proxy', proxyNone: 'aucun', interfaces: 'Interfaces', clock: 'Horloge comparée', timezone: 'Fuseau horaire', ahead: (time) => `avance de ${time}`, behind: (time) => `retard de ${time}`, exact: 'juste à la seconde', again: 'Relire', asked: 'demandé', filter: 'Filtrer les faits', facts: (n) => `${n} fait${s(n)}`, swap: 'Échange', low: 'bas', history: (name) => `${name}, ces dernières minutes`, cores: (n) => `${n} cœur${s(n)}`,
  },
  log: {
    title: 'Journal', all: 'Tout', deciding: 'Décisives', following: 'Suivi', follow: 'Suivre la fin', paused: (n) => `${n} nouvelles plus bas`, search: 'Chercher dans le journal', next: 'Suivant', previous: 'Précédent', noHit: 'Introuvable', line: 'ligne', lines: (n) => `${n} lignes`, nothing: 'Aucune ligne encore. Elles apparaissent dès que l’installateur les écrit.', nothingYet: 'En attente du PC.', attempts: (n, of) => `tentative ${n} sur ${of}`, none: 'Aucune installation n’a encore été lancée.', noneTold: 'Ce que le client lit à voix haute apparaît ici.', cutBytes: (n) => `${n} octets de plus ont été coupés sur le PC`, longer: (n) => `${n} caractères de plus ne sont pas affichés`,
    gap: (n, reason) => `${n} lignes ont été perdues sur le PC : ${reason}`, gapSome: (reason) => `Quelque chose a été perdu sur le PC : ${reason}`, started: (program) => `${program} a été lancé`, startedLate: (program) => `${program} tournait déjà quand l’observation a commencé`, ended: (outcome, exit) => `Fin : ${outcome}${exit}`, exit: (code) => ` (code de sortie ${code})`, signal: (n) => ` (signal ${n})`, agentLeft: 'Le PC a été perdu ici', agentBack: 'Le PC est revenu : rien ne manque, sauf mention', stopped: (by) => `Fin de l’observation : ${by}`, mark: (n) => `décisive, voir l’indice ${n}`, toDiagnosis: 'Voir le diagnostic', timeline: 'Déroulement des tentatives', stopReasons: { customer: 'par le client', lease: 'l’accord a expiré', finished: 'tout est fait' }, tell: 'Saisissez ce que lit le client', tellHint: 'Une ou plusieurs lignes. Entrée envoie, Maj+Entrée va à la ligne.', send: 'Envoyer', told: 'dicté', loadFailed: 'Le journal est illisible pour l’instant.',
  },
  repair: {
    diagnosis: 'Diagnostic', others: 'Aussi envisagé', none: 'Rien d’identifié encore', noneHint: 'La première ligne d’échec nommera la cause. D’ici là, le PC à gauche dit ce qu’il sait.', noneEnded: 'Aucune panne connue ne correspond. Lisez la fin du journal ; demandez ce que montre l’écran.', noneSuccess: 'L’installation a réussi. Elle n’a pas de défaut.', say: 'À dire', why: 'Pourquoi', evidence: 'Indices', factSource: 'lu sur le PC', answerSource: 'répondu', missing: 'Encore inconnu', missingHint: 'rendrait plus sûr', ruledOutBy: (what) => `Écarté : ${what}`, explains: 'Explique aussi', toLine: (n) => `ligne ${n}`, score: (n) => `${n} % d’accord`,
    questions: 'À demander au client', settles: 'trancherait', answered: 'Répondu', steps: 'Réparation', stepsDone: (n, of) => `${n} sur ${of} dites faites`, who: { customer: 'client', technician: 'vous', agent: 'le PC, avec accord' }, state: { proposed: '', 'said-done': 'dite faite, non vérifiée', failed: 'sans effet', skipped: 'laissée de côté', verified: 'vérifiée' }, saidDone: 'Dite faite', failed: 'Sans effet', skip: 'Laisser', verify: 'Ensuite, ceci doit être vrai', retry: 'l’installation réussit quand on la relance', notes: 'Notes', noteAdd: 'Ajouter une note', noteSave: 'Ajouter', noNotes: 'Aucune note.', choose: 'Voir ce diagnostic', stepsAfter: 'Les étapes s’affichent à partir de « probable ».', current: 'prochaine étape', again: 'Reprendre',
  },
  faults: { title: 'Pannes', find: 'Chercher une panne : mots, identifiant, numéro, cause', count: (n) => `${n} panne${s(n)}`, none: (words) => `Aucune panne ne contient « ${words} ».`, pick: 'Choisissez une panne pour la lire.', cause: 'Cause', number: 'Numéro', status: { draft: 'Brouillon', beta: 'Bêta', stable: 'Stable', retired: 'Retirée' }, catalogue: 'Catalogue', both: 'Dans l’autre langue', evidence: 'Indices', conditions: 'Quand elle s’applique', steps: 'Étapes', verify: 'Vérification', say: 'À dire', explain: 'Ce qui s’est passé', applies: 'S’applique si', list: 'Toutes les pannes' },
  keys: {
    title: 'Touches', off: 'Les raccourcis à une touche sont coupés (voir Compte).', anywhere: 'Partout', help: 'Montrer ces touches', search: 'Rechercher', newCase: 'Nouveau dossier', goQueue: 'Vers la file', goFaults: 'Vers les pannes', close: 'Fermer, ou revenir', queue: 'Dans la file', move: 'Descendre et monter', open: 'Ouvrir le dossier', claim: 'Prendre ou rendre', views: 'En attente, les miens, équipe, résolus', case: 'Dans un dossier', follow: 'Suivre la fin du journal', deciding: 'Ligne décisive suivante', other: 'Diagnostic suivant', done: 'Prochaine étape : dite faite', failed: 'Prochaine étape : sans effet', note: 'Écrire une note', transfer: 'Transférer', resolve: 'Résoudre', parts: 'Vers le PC, la tentative, la réparation', log: 'Dans le journal', line: 'Ligne suivante, précédente', page: 'Page suivante, précédente', ends: 'Première et dernière ligne',
  },
  scopes: { hardware: 'matériel', software: 'logiciels', drivers: 'pilotes', network: 'réseau', 'installer-output': 'sortie de l’installateur', 'system-logs': 'journaux du système', repair: 'réparation' },
};
