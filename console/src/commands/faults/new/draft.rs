//! The text of a draft. Pure.

use std::fmt::Write;

use super::line::{General, generalise};

/// Most lines a draft is made of.
pub(super) const MAX_LINES: u64 = 8;

/// Words of the line an id is made of.
const ID_WORDS: usize = 4;

/// A fault to be written.
pub(super) struct Draft {
    lines: Vec<(String, General)>,
}

impl Draft {
    /// From the lines of a log; `None` where none of them keeps a part that stays the same.
    pub(super) fn of(lines: &[String]) -> Option<Self> {
        let lines: Vec<_> = lines.iter().filter_map(|line| Some((line.clone(), generalise(line)?))).collect();
        (!lines.is_empty()).then_some(Self { lines })
    }

    /// An id of the line's words.
    pub(super) fn id(&self) -> String {
        let literal = self.lines.first().map_or("", |(_, general)| general.literal.as_str()).to_lowercase();
        let words = literal.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 1);
        let what: Vec<&str> = words.take(ID_WORDS).collect();
        if what.is_empty() { "any.draft.unnamed".to_owned() } else { format!("any.draft.{}", what.join("-")) }
    }

    /// The file of the fault.
    pub(super) fn text(&self, id: &str, number: u32, cause: &str) -> String {
        let names: Vec<String> = (1..=self.lines.len())
            .map(|n| if n == 1 { "seen".to_owned() } else { format!("seen_{n}") })
            .collect();
        let mut captured: Vec<&str> = Vec::new();
        for name in self.lines.iter().flat_map(|(_, general)| &general.names) {
            if !captured.contains(&name.as_str()) {
                captured.push(name);
            }
        }
        let mut out = format!(
            "# A draft: it never matches until its status is beta or stable. Write what stands in <…>, check what the patterns\n\
             # capture, add the same message in French, then run `hotliner-console faults check` and `faults test`.\n\
             id       = {}\nnumber   = {number}\nrevision = 1\nstatus   = \"draft\"\n\
             cause    = {} # <one code of causes.toml>\nseverity = \"blocking\"\n\n",
            quoted(id),
            quoted(cause),
        );
        // Writing to a String cannot fail.
        for ((_, general), name) in self.lines.iter().zip(&names) {
            let _ = writeln!(out, "[[evidence.{name}.log]]\nliteral = {}", quoted(&general.literal));
            if let Some(pattern) = &general.pattern {
                let _ = writeln!(out, "pattern = {}", quoted(pattern));
            }
        }
        let _ = write!(
            out,
            "\n[match]\nlikely = {}\nunless = \"attempt.succeeded\"\n",
            quoted(&names.join(" and "))
        );
        let variables: String = captured.iter().map(|name| format!(" {{{name}|…}}")).collect();
        let texts = [
            ("en", "<a few words>", "<what happened, for the technician>", "<what to say to the customer>"),
            (
                "fr",
                "<quelques mots>",
                "<ce qui s'est passé, pour le technicien>",
                "<ce qu'il faut dire au client>",
            ),
        ];
        for (lang, title, explain, say) in texts {
            let explain = quoted(&format!("{explain}{variables}"));
            let _ = write!(
                out,
                "\n[text.{lang}]\ntitle   = {}\nexplain = {explain}\nsay     = {}\n",
                quoted(title),
                quoted(say)
            );
        }
        let log: Vec<&str> = self.lines.iter().map(|(line, _)| line.as_str()).collect();
        let _ = write!(
            out,
            "\n[[step]]\nid      = \"first\"\nactor   = \"technician\"\ntext.en = \"<what to do>\"\n\
             text.fr = \"<que faire>\"\n\n[verify]\nretry = true\n\n[[example]]\nlog    = {}\nexpect = \"likely\"\n\
             [[example]]\nlog    = \"<a healthy log, or a near miss>\"\nexpect = \"none\"\n",
            quoted(&log.join("\n")),
        );
        out
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hotliner_faults::catalogue::Catalogue;
    use hotliner_faults::example;
    use hotliner_faults::matcher::Matcher;

    use super::*;

    #[test]
    fn a_draft_of_any_line_loads_and_matches_its_own_line_once_it_is_no_draft() {
        let lines = [
            "E: Could not get lock /var/lib/dpkg/lock. It is held by process 4127 (apt)",
            " trying to overwrite '/opt/it's', which is also in package \"x\" 1.0",
            "C:\\Windows\\x.dll {failed} (a|b) [c] $d ^e \\f 'g' \"h\" `i` \u{ab} j \u{bb}",
            "Erreur : l'archive « /a/b » est endommagée (0x80070570) +++ *** ???",
            "'''\"\"\" triple quotes of every kind \"\"\"'''",
            "d\u{e9}j\u{e0} vu d\u{e9}j\u{e0} vu \u{1f600} {0}{1}",
        ];
        for line in lines {
            let draft = Draft::of(&[line.to_owned(), "and a second line".to_owned()]).expect(line);
            let text = draft.text(&draft.id(), 1, "storage.disk-full");
            let live = text.replace("\"draft\"", "\"stable\"");
            let catalogue = Catalogue::load([("draft.toml".to_owned(), live)]).unwrap_or_else(|errors| {
                panic!("{line}: {}\n{text}", errors[0]);
            });
            let matcher = Arc::new(Matcher::compile(catalogue).unwrap());
            for result in example::run(&matcher) {
                assert_eq!(result.problems, Vec::<String>::new(), "{line}\n{text}");
            }
        }
    }
}
