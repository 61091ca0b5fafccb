//! English.

use super::{Message, ScopeWords, Words};

pub(super) const WORDS: Words = Words {
    unreachable: Message {
        what: "The support team's console at {console} cannot be reached: {why}.",
        todo: "The installation is not affected; the agent keeps trying. Check the address and the internet connection.",
    },
    name_not_resolved: Message {
        what: "The support team's console at {console} cannot be reached: its name is not resolved.",
        todo: "Check the address for a typing mistake, and the internet connection. The installation is not affected; the agent keeps trying.",
    },
    connection_refused: Message {
        what: "The support team's console at {console} cannot be reached: the computer there refuses the connection.",
        todo: "Ask the technician whether address and port are right and the console is running. The installation is not affected; the agent keeps trying.",
    },
    no_answer: Message {
        what: "The support team's console at {console} cannot be reached: nothing comes back over UDP or TCP.",
        todo: "Check the internet connection and the address; a firewall may be in the way. The installation is not affected; the agent keeps trying.",
    },
    proxy_password: Message {
        what: "The proxy {proxy} on the way to the support team wants a name and a password.",
        todo: "Set HTTPS_PROXY=http://NAME:PASSWORD@{proxy} and start the agent again, or use another network. The installation is not affected.",
    },
    proxy_refuses: Message {
        what: "The proxy {proxy} does not let the agent through to {console}: {why}.",
        todo: "Ask whoever runs the network to allow {console}, or use another network. The installation is not affected.",
    },
    proxy_unusable: Message {
        what: "The proxy {proxy} cannot be used: {why}.",
        todo: "Correct HTTPS_PROXY, or name the console in NO_PROXY if no proxy is needed. The installation is not affected; the agent keeps trying.",
    },
    intercepted_on_the_way: Message {
        what: "Somebody between this PC and the support team opens the connection (certificate of: {issuer}). The agent sends nothing that way.",
        todo: "Switch off the HTTPS inspection of the security software or use another network; the agent keeps trying.",
    },
    not_a_console: Message {
        what: "What answers at {console} is not a hotliner console (certificate of: {issuer}). The agent sends nothing.",
        todo: "Check address and port with the technician; HTTPS inspection by security software can look like this, too.",
    },
    console_busy: Message {
        what: "The support team's console at {console} is busy.",
        todo: "Nothing to do: the agent keeps trying. The installation is not affected.",
    },
    lost: Message {
        what: "The connection to the support team is lost.",
        todo: "Nothing to do: the agent comes back by itself and sends what is missing.",
    },
    code_refused: Message {
        what: "The console at {console} does not accept this code: it is mistyped, used or too old.",
        todo: "Ask the technician for a new code. What was collected stays on this PC and goes with `hotliner-agent resume --code NEW-CODE`.",
    },
    too_many_tries: Message {
        what: "The console at {console} refuses more tries for now.",
        todo: "Wait some minutes, then ask the technician for a new code.",
    },
    version_refused: Message {
        what: "This agent and the console at {console} are too far apart in version.",
        todo: "Ask the technician for the download of the current agent.",
    },
    frozen: Message {
        what: "The link to this case is locked: it was used from two places.",
        todo: "Ask the technician for a new code.",
    },
    unknown_link: Message {
        what: "The console at {console} does not know this case any more.",
        todo: "Ask the technician for a new code if help is still needed.",
    },
    intercepted: Message {
        what: "Somebody between this PC and the support team reads the connection (certificate of: {issuer}). The agent sends nothing.",
        todo: "Switch off the HTTPS inspection of the security software or use another network, then ask for a new code.",
    },
    unknown_issuer: "unknown",
    not_our_console: Message {
        what: "What answers at {console} is not the console that gave out the code. The agent sends nothing.",
        todo: "Check the address with the technician.",
    },
    spool_disk: Message {
        what: "The agent cannot keep its data on disk ({why}); it goes on in memory.",
        todo: "Free some disk space. The installation is not affected by the agent.",
    },
    spool_full: Message {
        what: "More is waiting to be sent than the agent may keep; the oldest lines are dropped.",
        todo: "Check the internet connection. The technician sees what is missing.",
    },
    not_delivered: Message {
        what: "Not everything reached the support team: {count} entries are waiting on this PC.",
        todo: "Deliver them within two hours with `hotliner-agent resume`, or delete them with `hotliner-agent leave`.",
    },
    not_delivered_memory: Message {
        what: "Not everything reached the support team: {count} entries are lost, because the disk could not keep them.",
        todo: "Free some disk space and run the installation again under the agent.",
    },
    agent_failed: Message {
        what: "The agent cannot watch: {why}.",
        todo: "The installation runs without it. Tell the technician this line.",
    },
    no_code: Message {
        what: "No code was given, and there is no terminal to ask for one.",
        todo: "Run `hotliner-agent run --code CODE --console HOST:PORT -- PROGRAM ARGUMENTS`.",
    },
    no_console: Message {
        what: "The address of the support team's console is missing.",
        todo: "Give it with `--console HOST:PORT`, or set HOTLINER_CONSOLE.",
    },
    not_found: Message {
        what: "The program `{program}` is not found.",
        todo: "Check its name, or give its whole path.",
    },
    not_executable: Message {
        what: "The program `{program}` cannot be started: {why}.",
        todo: "Check that it is a program and that you may run it.",
    },
    killed: Message {
        what: "The program was ended by signal {signal}.",
        todo: "If nobody stopped it on purpose, tell the technician; the exit status is {status}.",
    },
    nothing_consented: Message {
        what: "You agreed to nothing, so nothing is looked at and nothing is sent.",
        todo: "To agree beforehand, add for example `--consent hardware,software,installer-output`.",
    },
    not_deleted: Message {
        what: "The agent's files cannot be deleted: {why}.",
        todo: "Delete the folder `{folder}` by hand.",
    },
    sending: "Sent to {team} while this runs, with private data removed: {scopes}.",
    sending_unnamed: "Sent to the support team at {console} while this runs, with private data removed: {scopes}.",
    delivered: "Everything has reached {team}.",
    case_closed: Message {
        what: "The support team has closed the case; nothing more is sent.",
        todo: "Nothing to do. For more help, ask for a new code.",
    },
    joined: "Connected to {team}.",
    watching: "The agent shows them the state of this PC. Press Ctrl+C to stop.",
    resumed: "Delivered {count} entries to {team}.",
    nothing_to_resume: "Nothing is waiting to be delivered.",
    needs_code: Message {
        what: "Entries are waiting that belong to no case yet.",
        todo: "Ask the technician for a code, then run `hotliner-agent resume --code CODE`.",
    },
    left: "The agent has ended and its files are deleted.",
    nothing_to_leave: "The agent is not running and has left no files.",
    ask_code: "Code that the technician gave you (nine digits): ",
    ask_console: "Address of the support team (HOST or HOST:PORT): ",
    not_a_code: "That is no code: {why}.",
    consent_intro: "{team} would like to look at this PC. You decide, point by point.",
    consent_intro_unnamed: "The support team at {console} would like to look at this PC. You decide, point by point.",
    consent_how: "y = yes, Enter = no, ? = show an example. Names, addresses and passwords are removed before anything is sent.",
    consent_question: "{name} ({means}): allow? [y/N/?] ",
    consent_example: "For example, from this PC:",
    consent_no_example: "There is no example on this PC at the moment.",
    output_example: "each line that {program} prints and writes to its log, with private data removed",
    yes: &["y", "yes"],
    show_title: "This is what would be sent, with private data removed:",
    show_nothing_sent: "Nothing was sent.",
    hardware: ScopeWords { name: "Hardware", means: "processor, memory, disks and free space" },
    software: ScopeWords {
        name: "Software",
        means: "the system's version, installed packages, names of running programs",
    },
    drivers: ScopeWords { name: "Drivers", means: "drivers and firmware" },
    network: ScopeWords { name: "Network", means: "whether there is a connection, name servers, proxy" },
    installer_output: ScopeWords {
        name: "Installer output",
        means: "what the installation prints, and its logs",
    },
    system_logs: ScopeWords { name: "System logs", means: "the system's own logs" },
    files: ScopeWords { name: "Files", means: "single files, each asked for by name" },
    actions: ScopeWords { name: "Repairs", means: "repair steps, each asked for" },
};
