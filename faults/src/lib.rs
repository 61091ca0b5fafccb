//! The fault language, the compiled matcher and the ranking. Pure.
