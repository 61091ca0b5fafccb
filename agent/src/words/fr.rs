//! French.

use super::{Message, ScopeWords, Words};

pub(super) const WORDS: Words = Words {
    unreachable: Message {
        what: "La console de l'assistance à l'adresse {console} est injoignable : {why}.",
        todo: "L'installation n'est pas touchée ; l'agent continue d'essayer. Vérifiez l'adresse et la connexion à Internet.",
    },
    name_not_resolved: Message {
        what: "La console de l'assistance à l'adresse {console} est injoignable : son nom n'est pas résolu.",
        todo: "Vérifiez l'orthographe de l'adresse et la connexion à Internet. L'installation n'est pas touchée ; l'agent continue d'essayer.",
    },
    connection_refused: Message {
        what: "La console de l'assistance à l'adresse {console} est injoignable : l'ordinateur refuse la connexion.",
        todo: "Demandez au technicien si l'adresse et le port sont justes et si la console est lancée. L'installation n'est pas touchée ; l'agent continue d'essayer.",
    },
    no_answer: Message {
        what: "La console de l'assistance à l'adresse {console} est injoignable : rien ne revient, ni par UDP ni par TCP.",
        todo: "Vérifiez la connexion à Internet et l'adresse ; un pare-feu gêne peut-être. L'installation n'est pas touchée ; l'agent continue d'essayer.",
    },
    proxy_password: Message {
        what: "Le proxy {proxy}, entre ce PC et l'assistance, demande un nom et un mot de passe.",
        todo: "Définissez HTTPS_PROXY=http://NOM:MOT-DE-PASSE@{proxy} et relancez l'agent, ou changez de réseau. L'installation n'est pas touchée.",
    },
    proxy_refuses: Message {
        what: "Le proxy {proxy} ne laisse pas l'agent joindre {console} : {why}.",
        todo: "Demandez au responsable du réseau d'autoriser {console}, ou changez de réseau. L'installation n'est pas touchée.",
    },
    proxy_unusable: Message {
        what: "Le proxy {proxy} est inutilisable : {why}.",
        todo: "Corrigez HTTPS_PROXY, ou ajoutez la console à NO_PROXY si aucun proxy n'est nécessaire. L'installation n'est pas touchée ; l'agent continue d'essayer.",
    },
    intercepted_on_the_way: Message {
        what: "Quelqu'un entre ce PC et l'assistance ouvre la connexion (certificat de : {issuer}). L'agent n'envoie rien par là.",
        todo: "Désactivez l'analyse HTTPS du logiciel de sécurité ou changez de réseau ; l'agent continue d'essayer.",
    },
    not_a_console: Message {
        what: "Ce qui répond à l'adresse {console} n'est pas une console hotliner (certificat de : {issuer}). L'agent n'envoie rien.",
        todo: "Vérifiez l'adresse et le port avec le technicien ; l'analyse HTTPS d'un logiciel de sécurité peut donner le même résultat.",
    },
    console_busy: Message {
        what: "La console de l'assistance à l'adresse {console} est occupée.",
        todo: "Rien à faire : l'agent continue d'essayer. L'installation n'est pas touchée.",
    },
    lost: Message {
        what: "La connexion avec l'assistance est coupée.",
        todo: "Rien à faire : l'agent revient de lui-même et envoie ce qui manque.",
    },
    code_refused: Message {
        what: "La console à l'adresse {console} n'accepte pas ce code : il est mal saisi, déjà utilisé ou trop ancien.",
        todo: "Demandez un nouveau code au technicien. Ce qui a été relevé reste sur ce PC et part avec `hotliner-agent resume --code NOUVEAU-CODE`.",
    },
    too_many_tries: Message {
        what: "La console à l'adresse {console} refuse d'autres essais pour l'instant.",
        todo: "Attendez quelques minutes, puis demandez un nouveau code au technicien.",
    },
    version_refused: Message {
        what: "Cet agent et la console à l'adresse {console} sont de versions trop éloignées.",
        todo: "Demandez au technicien où télécharger l'agent actuel.",
    },
    frozen: Message {
        what: "Le lien avec ce dossier est bloqué : il a servi à deux endroits.",
        todo: "Demandez un nouveau code au technicien.",
    },
    unknown_link: Message {
        what: "La console à l'adresse {console} ne connaît plus ce dossier.",
        todo: "Demandez un nouveau code au technicien si vous avez encore besoin d'aide.",
    },
    intercepted: Message {
        what: "Quelqu'un entre ce PC et l'assistance lit la connexion (certificat de : {issuer}). L'agent n'envoie rien.",
        todo: "Désactivez l'analyse HTTPS du logiciel de sécurité ou changez de réseau, puis demandez un nouveau code.",
    },
    unknown_issuer: "inconnu",
    not_our_console: Message {
        what: "Ce qui répond à l'adresse {console} n'est pas la console qui a donné le code. L'agent n'envoie rien.",
        todo: "Vérifiez l'adresse avec le technicien.",
    },
    spool_disk: Message {
        what: "L'agent ne peut pas garder ses données sur le disque ({why}) ; il continue en mémoire.",
        todo: "Libérez de l'espace sur le disque. L'agent ne gêne pas l'installation.",
    },
    spool_full: Message {
        what: "Il y a plus à envoyer que l'agent ne peut garder ; les lignes les plus anciennes sont abandonnées.",
        todo: "Vérifiez la connexion à Internet. Le technicien voit ce qui manque.",
    },
    not_delivered: Message {
        what: "Tout n'est pas arrivé à l'assistance : {count} éléments attendent sur ce PC.",
        todo: "Envoyez-les dans les deux heures avec `hotliner-agent resume`, ou effacez-les avec `hotliner-agent leave`.",
    },
    not_delivered_memory: Message {
        what: "Tout n'est pas arrivé à l'assistance : {count} éléments sont perdus, faute de place sur le disque.",
        todo: "Libérez de l'espace sur le disque et relancez l'installation avec l'agent.",
    },
    agent_failed: Message {
        what: "L'agent ne peut pas observer : {why}.",
        todo: "L'installation se déroule sans lui. Lisez cette ligne au technicien.",
    },
    no_code: Message {
        what: "Aucun code n'a été donné, et il n'y a pas de terminal pour le demander.",
        todo: "Lancez `hotliner-agent run --code CODE --console HÔTE:PORT -- PROGRAMME ARGUMENTS`.",
    },
    no_console: Message {
        what: "L'adresse de la console de l'assistance manque.",
        todo: "Donnez-la avec `--console HÔTE:PORT`, ou par la variable HOTLINER_CONSOLE.",
    },
    not_found: Message {
        what: "Le programme `{program}` est introuvable.",
        todo: "Vérifiez son nom, ou donnez son chemin complet.",
    },
    not_executable: Message {
        what: "Le programme `{program}` ne peut pas être lancé : {why}.",
        todo: "Vérifiez que c'est un programme et que vous avez le droit de le lancer.",
    },
    killed: Message {
        what: "Le programme a été arrêté par le signal {signal}.",
        todo: "Si personne ne l'a arrêté exprès, dites-le au technicien ; le code de sortie est {status}.",
    },
    nothing_consented: Message {
        what: "Vous n'avez rien accepté : rien n'est consulté et rien n'est envoyé.",
        todo: "Pour accepter d'avance, ajoutez par exemple `--consent hardware,software,installer-output`.",
    },
    not_deleted: Message {
        what: "Les fichiers de l'agent ne peuvent pas être effacés : {why}.",
        todo: "Effacez vous-même le dossier `{folder}`.",
    },
    sending: "Envoyé à {team} pendant l'exécution, sans données privées : {scopes}.",
    sending_unnamed: "Envoyé à l'assistance à l'adresse {console} pendant l'exécution, sans données privées : {scopes}.",
    delivered: "Tout est arrivé à {team}.",
    case_closed: Message {
        what: "L'assistance a fermé le dossier ; plus rien n'est envoyé.",
        todo: "Rien à faire. Pour une autre aide, demandez un nouveau code.",
    },
    joined: "Connecté à {team}.",
    watching: "L'agent leur montre l'état de ce PC. Appuyez sur Ctrl+C pour arrêter.",
    resumed: "{count} éléments envoyés à {team}.",
    nothing_to_resume: "Rien n'attend d'être envoyé.",
    needs_code: Message {
        what: "Des éléments attendent qui n'appartiennent encore à aucun dossier.",
        todo: "Demandez un code au technicien, puis lancez `hotliner-agent resume --code CODE`.",
    },
    left: "L'agent est arrêté et ses fichiers sont effacés.",
    nothing_to_leave: "L'agent n'est pas lancé et n'a laissé aucun fichier.",
    ask_code: "Code donné par le technicien (neuf chiffres) : ",
    ask_console: "Adresse de l'assistance (HÔTE ou HÔTE:PORT) : ",
    not_a_code: "Ce n'est pas un code : {why}.",
    consent_intro: "{team} souhaite consulter ce PC. Vous décidez, point par point.",
    consent_intro_unnamed: "L'assistance à l'adresse {console} souhaite consulter ce PC. Vous décidez, point par point.",
    consent_how: "o = oui, Entrée = non, ? = voir un exemple. Noms, adresses et mots de passe sont retirés avant tout envoi.",
    consent_question: "{name} ({means}) : autoriser ? [o/N/?] ",
    consent_example: "Par exemple, sur ce PC :",
    consent_no_example: "Il n'y a pas d'exemple sur ce PC pour le moment.",
    output_example: "chaque ligne que {program} affiche ou écrit dans son journal, sans données privées",
    yes: &["o", "oui", "y", "yes"],
    show_title: "Voici ce qui serait envoyé, sans données privées :",
    show_nothing_sent: "Rien n'a été envoyé.",
    hardware: ScopeWords { name: "Matériel", means: "processeur, mémoire, disques et espace libre" },
    software: ScopeWords {
        name: "Logiciels",
        means: "version du système, paquets installés, noms des programmes en cours",
    },
    drivers: ScopeWords { name: "Pilotes", means: "pilotes et micrologiciels" },
    network: ScopeWords { name: "Réseau", means: "présence d'une connexion, serveurs de noms, proxy" },
    installer_output: ScopeWords {
        name: "Sortie de l'installateur",
        means: "ce que l'installation affiche, et ses journaux",
    },
    system_logs: ScopeWords { name: "Journaux du système", means: "les journaux du système lui-même" },
    files: ScopeWords { name: "Fichiers", means: "certains fichiers, chacun demandé par son nom" },
    actions: ScopeWords { name: "Réparations", means: "étapes de réparation, chacune demandée" },
};
