//! What was not read, why, and what to do about it.

use hotliner_faults::lang::Lang;
use serde_json::{Value, json};

use super::limits::{
    MAX_CONTAINERS, MAX_FILES, MAX_FOLDER_DEPTH, MAX_MEMBERS, MAX_RATIO, MAX_SPOOLED_BYTES, MAX_STREAM_BYTES,
    MAX_UNPACKED_BYTES,
};

/// Why something was not read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is something else than a log: its name in English and French.
    Kind(&'static str, &'static str),
    /// A Windows event log in its binary form.
    EventLog,
    /// A symbolic link within a folder or an archive.
    Link,
    /// A device, a pipe, a sparse member.
    Special,
    /// Folders within folders beyond [`MAX_FOLDER_DEPTH`].
    FolderDepth,
    /// More than [`MAX_FILES`].
    Files,
    /// Archives within archives beyond [`MAX_CONTAINERS`], or compressed twice.
    ArchiveDepth,
    /// More than [`MAX_MEMBERS`].
    Members,
    /// It unpacks to more than [`MAX_UNPACKED_BYTES`].
    Unpacked,
    /// It unpacks to more than [`MAX_RATIO`] times its size.
    Ratio,
    /// More than [`MAX_SPOOLED_BYTES`] to put aside.
    Spooled,
    /// A stream of more than [`MAX_STREAM_BYTES`].
    Endless,
    /// It has no such line.
    NoLine(u64),
    /// A member that needs a password.
    Password,
    /// The system, or the format, in its own words.
    Damaged(String),
    /// It cannot be opened: the system's words.
    Unreadable(String),
}

/// Something that was not read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotRead {
    /// The path, with `!` before the path within an archive.
    pub(crate) source: String,
    /// Why.
    pub(crate) why: Why,
}

impl Why {
    /// Whether something that should have been read was not: the exit status says so.
    pub(crate) fn is_trouble(&self) -> bool {
        !matches!(self, Self::Kind(..) | Self::EventLog | Self::Link | Self::Special)
    }

    /// What happened, without the name.
    pub(crate) fn what(&self, lang: Lang) -> String {
        let en = lang == Lang::En;
        let pick = |english: &str, french: &str| if en { english.to_owned() } else { french.to_owned() };
        let (unpacked, spooled) = (MAX_UNPACKED_BYTES >> 30, MAX_SPOOLED_BYTES >> 30);
        match self {
            Self::Kind(english, french) => {
                if en {
                    format!("it is {english}")
                } else {
                    format!("c'est {french}")
                }
            }
            Self::EventLog => pick("it is a Windows event log", "c'est un journal d'événements Windows"),
            Self::Link => pick("it is a link", "c'est un lien"),
            Self::Special => pick("it is no plain file", "ce n'est pas un fichier ordinaire"),
            Self::FolderDepth if en => format!("folders within folders beyond {MAX_FOLDER_DEPTH}"),
            Self::FolderDepth => format!("dossiers imbriqués au-delà de {MAX_FOLDER_DEPTH}"),
            Self::Files if en => format!("more than {MAX_FILES} files"),
            Self::Files => format!("plus de {MAX_FILES} fichiers"),
            Self::ArchiveDepth if en => format!("archives within archives beyond {MAX_CONTAINERS}"),
            Self::ArchiveDepth => format!("archives imbriquées au-delà de {MAX_CONTAINERS}"),
            Self::Members if en => format!("more than {MAX_MEMBERS} members"),
            Self::Members => format!("plus de {MAX_MEMBERS} fichiers dans l'archive"),
            Self::Unpacked if en => format!("it unpacks to more than {unpacked} GiB"),
            Self::Unpacked => format!("plus de {unpacked} Gio une fois décompressé"),
            Self::Ratio if en => format!("it unpacks to more than {MAX_RATIO} times its size"),
            Self::Ratio => format!("plus de {MAX_RATIO} fois sa taille une fois décompressé"),
            Self::Spooled if en => format!("more than {spooled} GiB"),
            Self::Spooled => format!("plus de {spooled} Gio"),
            Self::Endless if en => format!("it goes on beyond {} GiB", MAX_STREAM_BYTES >> 30),
            Self::Endless => format!("il continue au-delà de {} Gio", MAX_STREAM_BYTES >> 30),
            Self::NoLine(number) if en => format!("it has no line {number}"),
            Self::NoLine(number) => format!("il n'a pas de ligne {number}"),
            Self::Password => pick("it needs a password", "un mot de passe est nécessaire"),
            Self::Damaged(why) if en => format!("it is damaged: {why}"),
            Self::Damaged(why) => format!("il est endommagé : {why}"),
            Self::Unreadable(why) if en => format!("it cannot be read: {why}"),
            Self::Unreadable(why) => format!("il est illisible : {why}"),
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(&self, lang: Lang) -> &'static str {
        let pick = |english, french| if lang == Lang::En { english } else { french };
        match self {
            Self::Kind(..) => pick("give its content as text", "donnez son contenu sous forme de texte"),
            Self::EventLog => pick(
                "export it as text: wevtutil qe FILE /lf /f:text",
                "exportez-le en texte : wevtutil qe FICHIER /lf /f:text",
            ),
            Self::Link | Self::Special => pick(
                "name the file it stands for, if it matters",
                "nommez le fichier qu'il désigne, s'il compte",
            ),
            Self::FolderDepth | Self::Files | Self::Members => {
                pick("name the files that matter by themselves", "nommez à part les fichiers qui comptent")
            }
            Self::NoLine(_) => pick("count its lines from 1", "comptez ses lignes à partir de 1"),
            Self::Endless => pick("give the part that matters", "donnez la partie qui compte"),
            Self::ArchiveDepth | Self::Unpacked | Self::Ratio | Self::Spooled => pick(
                "unpack it where that does no harm, and name the log within",
                "décompressez-le là où c'est sans danger, puis nommez le journal qu'il contient",
            ),
            Self::Password => pick("unpack it first", "décompressez-le d'abord"),
            Self::Damaged(_) => pick("fetch the file again", "récupérez le fichier à nouveau"),
            Self::Unreadable(_) => pick(
                "name a file that is there and that you may read",
                "nommez un fichier qui existe et que vous pouvez lire",
            ),
        }
    }
}

impl NotRead {
    /// `{"source", "why", "do"}`.
    pub(crate) fn json(&self, lang: Lang) -> Value {
        json!({ "source": self.source, "why": self.why.what(lang), "do": self.why.remedy(lang) })
    }
}
