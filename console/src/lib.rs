//! The support team's side of hotliner: takes in what agents see, names the cause, guides the repair.
//!
//! | module | what it does | knows |
//! | --- | --- | --- |
//! | [`case`], [`codes`], [`diagnosis`], [`tokens`], [`accounts`], [`signin`] | decide; pure | neither clock nor disk |
//! | [`passwords`] | hashes and compares | threads for blocking work |
//! | [`journal`] | keeps everything, the only write path | SQLite |
//! | [`projection`] | what pages and searches read; can be thrown away | SQLite |
//! | [`vault`], [`identity`], [`data_dir`] | secrets and files | the data folder |
//! | [`hub`] | one task for each live case, its only writer | all of the above |
//! | [`intake`] | agents | QUIC |
//! | [`web`], [`client`] | technicians' programs | HTTP |
//! | [`pack`] | catalogues as signed files; pure | keys |
//! | `readers` | logs in hand: files, folders, archives, formats, attempts | files |
//! | [`running`], [`cli`] and its commands | starts, ends, prints | everything |
//! | [`report`], [`words`], [`terminal`] | what people read | JSON |

pub mod accounts;
pub mod case;
pub mod cli;
pub mod client;
pub mod codes;
mod commands;
pub mod data_dir;
pub mod diagnosis;
pub mod hub;
pub mod identity;
pub mod intake;
pub mod journal;
mod lookup;
pub mod pack;
pub mod passwords;
pub mod projection;
mod readers;
pub mod report;
pub mod running;
pub mod settings;
pub mod signin;
pub mod terminal;
pub mod tokens;
pub mod trouble;
pub mod vault;
pub mod web;
pub mod words;
