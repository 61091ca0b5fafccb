//! Which language to speak.

/// A language of the agent's texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Lang {
    /// The language of a system setting such as `fr_FR.UTF-8`; English where it is neither.
    pub(crate) fn of_system(setting: &str) -> Self {
        let french = setting.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("fr"));
        let ends = setting.get(2..3).is_none_or(|next| !next.starts_with(|c: char| c.is_ascii_alphabetic()));
        if french && ends { Self::Fr } else { Self::En }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_setting_decides() {
        for (setting, lang) in [
            ("fr_FR.UTF-8", Lang::Fr),
            ("fr", Lang::Fr),
            ("FR-ca", Lang::Fr),
            ("C.UTF-8", Lang::En),
            ("fry_NL", Lang::En),
            ("", Lang::En),
        ] {
            assert_eq!(Lang::of_system(setting), lang, "{setting}");
        }
    }
}
