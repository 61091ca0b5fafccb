//! What the agent says, in each language. A struct, so that a missing text does not compile.
//!
//! Names in braces are filled in by [`fill`]. A [`Message`] is one line on what happened and one on what to do.

mod en;
mod fr;

use hotliner_protocol::scope::Scope;

use crate::lang::Lang;

/// What happened, and what to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    /// What happened.
    pub(crate) what: &'static str,
    /// What to do.
    pub(crate) todo: &'static str,
}

/// A scope in plain words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScopeWords {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is looked at.
    pub(crate) means: &'static str,
}

/// All texts.
pub(crate) struct Words {
    // Troubles
    pub(crate) unreachable: Message,
    pub(crate) name_not_resolved: Message,
    pub(crate) connection_refused: Message,
    pub(crate) no_answer: Message,
    pub(crate) proxy_password: Message,
    pub(crate) proxy_refuses: Message,
    pub(crate) proxy_unusable: Message,
    pub(crate) intercepted_on_the_way: Message,
    pub(crate) not_a_console: Message,
    pub(crate) console_busy: Message,
    pub(crate) lost: Message,
    pub(crate) code_refused: Message,
    pub(crate) too_many_tries: Message,
    pub(crate) version_refused: Message,
    pub(crate) frozen: Message,
    pub(crate) unknown_link: Message,
    pub(crate) intercepted: Message,
    pub(crate) unknown_issuer: &'static str,
    pub(crate) not_our_console: Message,
    pub(crate) spool_disk: Message,
    pub(crate) spool_full: Message,
    pub(crate) not_delivered: Message,
    pub(crate) not_delivered_memory: Message,
    pub(crate) agent_failed: Message,
    pub(crate) no_code: Message,
    pub(crate) no_console: Message,
    pub(crate) not_found: Message,
    pub(crate) not_executable: Message,
    pub(crate) killed: Message,
    pub(crate) nothing_consented: Message,
    pub(crate) not_deleted: Message,
    // Good news
    pub(crate) sending: &'static str,
    pub(crate) sending_unnamed: &'static str,
    pub(crate) delivered: &'static str,
    pub(crate) case_closed: Message,
    pub(crate) joined: &'static str,
    pub(crate) watching: &'static str,
    pub(crate) resumed: &'static str,
    pub(crate) nothing_to_resume: &'static str,
    pub(crate) needs_code: Message,
    pub(crate) left: &'static str,
    pub(crate) nothing_to_leave: &'static str,
    // Questions
    pub(crate) ask_code: &'static str,
    pub(crate) ask_console: &'static str,
    pub(crate) not_a_code: &'static str,
    pub(crate) consent_intro: &'static str,
    pub(crate) consent_intro_unnamed: &'static str,
    pub(crate) consent_how: &'static str,
    pub(crate) consent_question: &'static str,
    pub(crate) consent_example: &'static str,
    pub(crate) consent_no_example: &'static str,
    pub(crate) output_example: &'static str,
    pub(crate) yes: &'static [&'static str],
    // Showing
    pub(crate) show_title: &'static str,
    pub(crate) show_nothing_sent: &'static str,
    // Scopes
    pub(crate) hardware: ScopeWords,
    pub(crate) software: ScopeWords,
    pub(crate) drivers: ScopeWords,
    pub(crate) network: ScopeWords,
    pub(crate) installer_output: ScopeWords,
    pub(crate) system_logs: ScopeWords,
    pub(crate) files: ScopeWords,
    pub(crate) actions: ScopeWords,
}

impl Words {
    /// The texts of a language.
    pub(crate) fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::En => &en::WORDS,
            Lang::Fr => &fr::WORDS,
        }
    }

    /// A scope in plain words.
    pub(crate) fn scope(&self, scope: Scope) -> ScopeWords {
        match scope {
            Scope::Hardware => self.hardware,
            Scope::Software => self.software,
            Scope::Drivers => self.drivers,
            Scope::Network => self.network,
            Scope::InstallerOutput => self.installer_output,
            Scope::SystemLogs => self.system_logs,
            Scope::Files => self.files,
            Scope::Actions | Scope::Other(_) => self.actions,
        }
    }
}

/// `text` with the names in braces replaced.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_never_taken_for_a_name() {
        assert_eq!(fill("{a} and {b}.", &[("a", "{b}"), ("b", "2")]), "{b} and 2.");
        assert_eq!(fill("no names", &[]), "no names");
    }
}
