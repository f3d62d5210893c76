//! What the grammar asks of the tables: is this a type, is this an issuer.

/// To which numbering rules an issuer belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Regime {
    /// State bodies: slash before hyphen.
    State,
    /// Party bodies: hyphen before slash.
    Party,
    /// Mass organisations: either, so their separators prove nothing.
    Mass,
}

/// The two look-ups that separate `KH-SLĐTBXH` (type and issuer) from `UBND-VX` (issuer and unit).
///
/// Both take a sign in any letter case.
#[derive(Clone, Copy)]
pub struct Signs<'a> {
    /// The registered spelling of a type sign: `TTR` gives `TTr`; `None` when it is no type.
    pub doc_type: &'a dyn Fn(&str) -> Option<String>,
    /// The registered spelling of an issuer sign and its regime: `TTG` gives `TTg`.
    pub issuer: &'a dyn Fn(&str) -> Option<(String, Regime)>,
}

impl Signs<'_> {
    /// The registered spelling of a type sign.
    pub(super) fn type_of(&self, sign: &str) -> Option<String> {
        (self.doc_type)(sign)
    }

    /// Whether the tables hold an issuer of this sign.
    pub(super) fn is_issuer(&self, sign: &str) -> bool {
        (self.issuer)(sign).is_some()
    }

    /// The regime of an issuer sign.
    pub(super) fn regime(&self, sign: &str) -> Option<Regime> {
        (self.issuer)(sign).map(|(_, regime)| regime)
    }

    /// The issuer sign as registered, else in capitals.
    pub(super) fn issuer_spelling(&self, sign: &str) -> String {
        (self.issuer)(sign).map_or_else(|| sign.to_uppercase(), |(spelling, _)| spelling)
    }
}
